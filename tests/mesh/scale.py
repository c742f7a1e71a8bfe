"""What a proxy carries: a thousand services' rules at one workload, measured; prints a table.

python -m tests.mesh.scale [how many services] [words of shapes...]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.mesh.changes import built
from tests.mesh.mesh import Mesh
from tests.mesh.network import inside, processes
from tests.mesh.objects import ServicePort, ServiceSpec
from tests.mesh.pod import CHECKOUT, Pod, PodSpec
from tests.mesh.scale_policies import SHAPES, Shape, one_object_each
from ztdsl.istio.document import document
from ztdsl.istio.kinds import Manifest

_REQUESTS: Final = 2000
_ROUNDS: Final = 3
_KINDS: Final = ("authorizationpolicies", "peerauthentications")
_SPACE: Final = "shop"
_CALLED: Final = (_SPACE, "called-0000")
_FOREIGN: Final = ("foreign", "foreign")


_HEADS: Final = (
    *("rules", "rendered", "objects", "bytes", "applied", "in effect", "one changed", "listener", "memory"),
    *("allowed p50", "p99", "processor", "refused p50", "p99", "processor"),
)


@dataclass(frozen=True)
class Latency:
    """What requests of one kind took.

    Attributes:
        status: of all of them.
        p50: microseconds that the client waited at the median; this, like the others, is of the best round.
        p99: likewise, of which one in a hundred takes more.
        processor: microseconds of the processor that the called proxy took for each.
    """

    status: str
    p50: float
    p99: float
    processor: float


@dataclass(frozen=True)
class Load:
    """What some objects cost.

    Attributes:
        objects: how many there are.
        size: bytes of the objects as JSON.
        applied: seconds that `kubectl apply` took.
        effective: seconds from its start until every proxy had them.
        changed: likewise, after one rule changed and all was applied again.
        listener: bytes of the called proxy's inbound listener as JSON.
        memory: bytes that the called proxy has allocated.
        allowed: requests of the last of the callers.
        refused: requests of a caller that no rule names.
    """

    objects: int
    size: int
    applied: float
    effective: float
    changed: float
    listener: int
    memory: int
    allowed: Latency
    refused: Latency


class Lab:
    """A mesh with the called workload, those of its callers that are named last, and one that it does not know."""

    def __init__(self, mesh: Mesh, count: int) -> None:
        self._mesh, self._count = mesh, count
        callers = {shape.caller(count) for shape in SHAPES.values()}
        mesh.add_pods([_pod(*each) for each in (_CALLED, _FOREIGN, *sorted(callers))])
        mesh.add_services([ServiceSpec(*_CALLED, {"app": _CALLED[1]}, [ServicePort(8080, 8080, "http")])])
        mesh.settle()

    def bare(self, shape: Shape) -> Latency:
        """Requests where nothing is applied."""
        return self._latency(shape.caller(self._count), shape.path(self._count))

    def measure(self, shape: Shape, manifests: Sequence[Manifest]) -> Load:
        """Apply objects, measure, and remove them."""
        plain = [document(each) for each in manifests]
        start = time.monotonic()
        self._mesh.cluster.apply(plain)
        applied = time.monotonic() - start
        self._mesh.settle()
        effective = time.monotonic() - start
        pod = self._mesh.pods[_CALLED]
        found = Load(
            objects=len(plain),
            size=sum(len(json.dumps(each)) for each in plain),
            applied=applied,
            effective=effective,
            listener=listener_size(pod),
            memory=int(json.loads(pod.envoy("/memory"))["allocated"]),
            allowed=self.bare(shape),
            refused=self._latency(_FOREIGN, shape.path(self._count)),
            changed=self._change(plain),
        )
        for kind in _KINDS:  # `kubectl delete` asks for one after another: minutes for a thousand
            self._mesh.cluster.ask("DELETE", f"/apis/security.istio.io/v1/namespaces/{_SPACE}/{kind}")
        self._mesh.settle()
        return found

    def _change(self, plain: list[dict[str, Any]]) -> float:
        """Seconds until a changed rule is in effect everywhere, where all objects are applied again."""
        plain[0]["spec"]["rules"][0]["to"][0]["operation"]["paths"] = ["/changed"]
        start = time.monotonic()
        self._mesh.cluster.apply(plain)
        self._mesh.settle()
        return time.monotonic() - start

    def _latency(self, caller: tuple[str, str], path: str) -> Latency:
        rounds = [self._round(caller, path) for _ in range(_ROUNDS)]
        (status,) = {each.status for each in rounds}
        best = [min(getattr(each, name) for each in rounds) for name in ("p50", "p99", "processor")]
        return Latency(status, *best)

    def _round(self, caller: tuple[str, str], path: str) -> Latency:
        pod, proxy = self._mesh.pods[caller], envoy_of(self._mesh.pods[_CALLED])
        address = self._mesh.address_of(*_CALLED)
        host = "called-0000.shop.svc.cluster.local:8080"
        words = [sys.executable, "-m", "tests.mesh.latency", address, "8080", host, path, str(_REQUESTS)]
        before = processor_time(proxy)
        done = subprocess.run(inside(pod.network, words), cwd=CHECKOUT, capture_output=True, text=True, check=True)
        used = processor_time(proxy) - before
        found = json.loads(done.stdout)
        return Latency("/".join(found["statuses"]), found["p50"], found["p99"], used / _REQUESTS)


def _pod(space: str, name: str) -> PodSpec:
    return PodSpec(space, name, name, {"app": name}, {8080: "http"})


def listener_size(pod: Pod) -> int:
    """Bytes of the inbound listener in the proxy's configuration."""
    dump = json.loads(pod.envoy("/config_dump?resource=dynamic_listeners"))["configs"]
    (inbound,) = [each for each in dump if each["name"] == "virtualInbound"]
    return len(json.dumps(inbound["active_state"]["listener"]))


def envoy_of(pod: Pod) -> int:
    """The process of a pod's Envoy."""
    (found,) = [each for each in processes(pod.network) if Path(f"/proc/{each}/comm").read_text().strip() == "envoy"]
    return found


def processor_time(process: int) -> float:
    """Microseconds that all threads of a process have run (Linux, `Documentation/scheduler/sched-stats.rst`)."""
    threads = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(each.read_text().split()[0]) for each in threads) / 1000


def main(words: list[str]) -> None:
    """Print a line for each shape and rendering."""
    count = int(words[0]) if words else 1000
    _say(f"| {' | '.join(_HEADS)} |")
    _say("|---|---|" + "---:|" * (len(_HEADS) - 2))
    with Mesh(f"scale-{os.getpid()}") as mesh:
        lab = Lab(mesh, count)
        for name, shape in SHAPES.items():
            if len(words) < 2 or any(word in name for word in words[1:]):
                _measure(lab, name, shape, count)


def _measure(lab: Lab, name: str, shape: Shape, count: int) -> None:
    manifests = built(shape.make(count))
    _say(f"| {name} | nothing | {' | ' * 6} | {_times(lab.bare(shape))} | | | |")
    for rendering, objects in (("`ztc`", manifests), ("an object each", tuple(one_object_each(manifests)))):
        _say(f"| {name} | {rendering} | {_cells(lab.measure(shape, objects))} |")


def _cells(load: Load) -> str:
    seconds = (f"{each:.1f} s" for each in (load.applied, load.effective, load.changed))
    sizes = (f"{each:,}" for each in (load.listener, load.memory))
    times = (_times(load.allowed), _times(load.refused))
    return " | ".join((f"{load.objects:,}", f"{load.size:,}", *seconds, *sizes, *times))


def _times(latency: Latency) -> str:
    return f"{latency.p50:.0f} | {latency.p99:.0f} | {latency.processor:.0f} ({latency.status})"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
