"""`ztc diff` beside `kubectl diff` on a real API server, that of the tests of the mesh; its network takes part."""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import limits
from measure import Command, in_turn, once
from subject import MESH, ROOT
from table import Row, ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from measure import Series
    from subject import Subject

    from tests.mesh.cluster import Cluster

DIFF = "diff with a real API server, 1,000 objects of which 10 differ, whole process"
SERVICES = 475  # two objects each, one of each of 24 namespaces, and some of the gateway's
_RUNS = 7
_OWN = "app.kubernetes.io/managed-by=ztc"
_GROUP = "security.istio.io"
_KINDS = ("AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication")
_LISTS = ("authorizationpolicies", "peerauthentications", "requestauthentications")
_EDITED = 8
_BUILD, _ZTC, _LIST = "cluster build", "cluster ztc", "cluster list"
_KUBECTL = {
    "kubectl diff": (),
    "kubectl diff --server-side": ("--server-side", "--force-conflicts"),
    "kubectl diff --prune": ("--prune", "-l", _OWN, *(f"--prune-allowlist={_GROUP}/v1/{kind}" for kind in _KINDS)),
}


@dataclass(frozen=True, slots=True)
class _Lab:
    """What the commands run with.

    Attributes:
        path: where they find a `kubectl` that reaches the server.
        kubeconfig: of an administrator.
        built: the manifests as YAML.
        objects: how many they are.
    """

    path: str
    kubeconfig: Path
    built: Path
    objects: int


def rows(subject: Subject, scratch: Path, told: Callable[[str], None]) -> list[Row]:
    """The rows of this part; one row that says why, where no server can run."""
    sys.path.insert(0, str(ROOT))
    try:
        from tests.cluster import server  # noqa: PLC0415 - only this part needs the tests of the checkout
        from tests.mesh.binaries import NoMesh  # noqa: PLC0415
    except ImportError as error:
        return [Row(DIFF, "an API server", note=f"not measured: {error}")]
    told("starting an API server")
    with ExitStack() as stack:
        try:
            place, cluster = stack.enter_context(server.running(f"bench-{os.getpid()}"))
        except NoMesh as lacking:
            return [Row(DIFF, "an API server", note=f"not measured: no API server runs here: {lacking}")]
        programs = scratch / "programs"
        programs.mkdir()
        path = server.path_with_kubectl(place, programs)
        lab = _filled(subject, scratch, path, cluster, told)
        return _rows_of(in_turn(_commands(subject, lab), scratch, told), lab.objects)


def _filled(subject: Subject, scratch: Path, path: str, cluster: Cluster, told: Callable[[str], None]) -> _Lab:
    """The mesh, applied as people do, and then ten differences: edits, an object that is gone, and one too many."""
    told(f"applying a mesh of {SERVICES} services")
    plain, text = scratch / "cluster.json", scratch / "cluster.yaml"
    for output, file in (("json", plain), ("yaml", text)):
        argv = [*subject.argv, "build", str(MESH), "-o", output, "--out-file", str(file)]
        _must(once(Command(f"cluster {output}", argv, 1, environment=_sized(subject, path)), scratch).failure)
    items = json.loads(plain.read_bytes())["items"]
    spaces = sorted({each["metadata"]["namespace"] for each in items})
    meta = {"apiVersion": "v1", "kind": "Namespace"}
    cluster.apply([{**meta, "metadata": {"name": each}} for each in spaces])
    cluster.kubectl("apply", "-f", str(text))
    policies = [each for each in items if each["kind"] == _KINDS[0] and len(each["spec"].get("rules", ())) > 1]
    for each in policies[: 10 * _EDITED : 10]:
        body = {"spec": {"rules": each["spec"]["rules"][:-1]}}
        cluster.ask("PATCH", f"{_place_of(each)}/{each['metadata']['name']}", body, "merge-patch+json")
    gone, more = policies[-1], policies[-2]
    cluster.ask("DELETE", f"{_place_of(gone)}/{gone['metadata']['name']}")
    cluster.apply([{**more, "metadata": {**more["metadata"], "name": "of-yesterday"}}])
    return _Lab(path, cluster.kubeconfig(), text, len(items))


def _place_of(policy: dict[str, Any]) -> str:
    return f"/apis/{_GROUP}/v1/namespaces/{policy['metadata']['namespace']}/{_LISTS[0]}"


def _must(failure: str) -> None:
    if failure:
        message = f"the mesh was not built: {failure}"
        raise RuntimeError(message)


def _commands(subject: Subject, lab: _Lab) -> list[Command]:
    environment = _sized(subject, lab.path)
    build = [*subject.argv, "build", str(MESH), "-o", "json"]
    ztc = [*subject.argv, "diff", str(MESH), "--kubeconfig", str(lab.kubeconfig), "-o", "summary"]
    kubectl = ["kubectl", f"--kubeconfig={lab.kubeconfig}"]
    lists = " & ".join(f'"$@" /apis/{_GROUP}/v1/{each}' for each in _LISTS)
    raw = ["sh", "-c", f"{lists} & wait", "sh", *kubectl, "get", "--raw"]
    slow = [
        Command(key, _differing([*kubectl, "diff", *words, "-f", str(lab.built)]), 1, environment, is_warmed=False)
        for key, words in _KUBECTL.items()
    ]
    return [
        Command(_BUILD, build, _RUNS, environment),
        Command(_LIST, raw, _RUNS, environment),
        Command(_ZTC, _differing(ztc), _RUNS, environment),
        *slow,
    ]


def _differing(command: Sequence[str]) -> list[str]:
    """A command that has to find differences: 0 for its exit code 1, 1 for any other."""
    return ["sh", "-c", '"$@"; test $? -eq 1', "sh", *command]


def _rows_of(measured: dict[str, Series], objects: int) -> list[Row]:
    ztc = measured[_ZTC]
    beside = {key: found for key in (_BUILD, _LIST) if (found := ratio(ztc, measured[key])) is not None}
    named = {{_BUILD: "ztc build", _LIST: "raw LIST"}[key]: value for key, value in beside.items()}
    return [
        Row(DIFF, "ztc build -o json, for comparison", measured[_BUILD], SERVICES, objects),
        Row(DIFF, "raw LIST of three kinds, at the same time", measured[_LIST], SERVICES, objects),
        Row(DIFF, "ztc diff, access included", ztc, SERVICES, objects, beside=named, limits=limits.DIFF_CLUSTER),
        *(Row(DIFF, key, measured[key], SERVICES, objects) for key in _KUBECTL),
    ]


def _sized(subject: Subject, path: str) -> dict[str, str]:
    return {**subject.environment, "PATH": path, "ZTC_BENCH_SERVICES": str(SERVICES)}
