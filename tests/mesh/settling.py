"""When every proxy has what was applied, seen by the proxies themselves."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from tests.mesh.cluster import Cluster
from tests.mesh.istiod import ROOT_NAMESPACE
from tests.mesh.pod import Pod
from tests.mesh.processes import Stopped

_PATIENCE: Final = 30.0
_PAUSE: Final = 0.03
_PORT: Final = 9
_VERSION: Final = re.compile(r"listener_manager\.lds\.version_text: \S*?/(\d+)")
_REJECTED: Final = re.compile(r"^(\S+\.update_rejected): ([1-9]\d*)$", re.MULTILINE)


def settle(cluster: Cluster, pods: Sequence[Pod], number: int) -> None:
    """Return when all `pods` have what was applied before; see `Mesh.settle`.

    Args:
        cluster: where it was applied.
        pods: with proxies; one sidecar at least.
        number: of the mark; each has its own.

    Raises:
        Stopped: a proxy does not take it in time, or has refused something.
    """
    address = f"240.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    cluster.apply([_mark(address)])
    first, *others = sorted(pods, key=lambda pod: pod.spec.proxy != "sidecar")
    _wait(lambda: f"{address}:{_PORT}" in first.envoy("/listeners"), f"{first.spec.name} does not see what was applied")
    version = _version(first)
    for pod in others:
        _wait(lambda pod=pod: _version(pod) >= version, f"{pod.spec.name} does not take what was applied")  # type: ignore[misc]
    for pod in pods:
        require_nothing_rejected(pod)


def require_nothing_rejected(pod: Pod) -> None:
    """See that a proxy took all that istiod sent it: an update that it refuses may still apply in part.

    Raises:
        Stopped: it refused something.
    """
    found = _REJECTED.findall(pod.envoy("/stats?filter=update_rejected"))
    if found:
        message = f"{pod.spec.name} refused what istiod sent: {found}\n{pod.log.read_text(errors='replace')[-2000:]}"
        raise Stopped(message)


def counters(pod: Pod, pattern: str) -> dict[str, int]:
    """The counters of a pod's Envoy whose names match a regular expression."""
    said: list[dict[str, Any]] = json.loads(pod.envoy(f"/stats?format=json&filter={pattern}"))["stats"]
    return {each["name"]: each["value"] for each in said if "value" in each}


def _version(pod: Pod) -> int:
    found = _VERSION.search(pod.envoy("/stats?text_readouts&filter=listener_manager.lds.version_text"))
    return int(found[1]) if found else -1


def _wait(is_done: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + _PATIENCE
    while not is_done():
        if time.monotonic() > end:
            raise Stopped(otherwise)
        time.sleep(_PAUSE)


def _mark(address: str) -> dict[str, Any]:
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "ServiceEntry",
        "metadata": {"name": "mark", "namespace": ROOT_NAMESPACE},
        "spec": {
            "hosts": ["mark.example.com"],
            "addresses": [address],
            "ports": [{"number": _PORT, "name": "tcp-mark", "protocol": "TCP"}],
            "resolution": "STATIC",
            "location": "MESH_EXTERNAL",
            "endpoints": [{"address": "192.0.2.9"}],
        },
    }
