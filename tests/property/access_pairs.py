"""Random pairs of policies, where one is mostly the other with one thing changed, and requests near both."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from tests.conformance.fuzz import policies
from tests.conformance.fuzz.ask import request
from tests.conformance.fuzz.dice import Dice
from tests.conformance.topics.shape import Plain, Workload
from tests.conformance.vector import complete
from ztdsl.istio.kinds import Manifest
from ztdsl.istio.read import from_manifest
from ztdsl.manifests.known import KnownPort, KnownWorkload
from ztdsl.traffic.mesh import Mesh, PathNormalization
from ztdsl.traffic.request import Request
from ztdsl.traffic.wire import request_from

_HTTP: Final = frozenset({"http", "http2", "grpc", "grpc-web", "https", "mutual"})
_EDITS: Final = ("drop", "add", "replace", "value", "value", "value", "everything")
_MAKERS: Final[dict[str, Callable[[Dice, str, str], Plain]]] = {
    "AuthorizationPolicy": policies._policy,
    "RequestAuthentication": policies._tokens,
    "PeerAuthentication": policies._peers,
}


@dataclass(frozen=True)
class Pair:
    """Two sets of manifests for one workload, and requests to it."""

    before: list[Manifest]
    after: list[Manifest]
    mesh: Mesh
    workload: KnownWorkload
    requests: list[Request]


def pair(seed: str, requests: int) -> Pair:
    """The pair of `seed`, with so many requests."""
    dice = Dice(seed)
    workload = policies._workload(dice)
    before = policies._documents(dice, workload)
    facts = policies._mesh(dice)
    after = _edited(dice, before, workload)
    plain = {
        "namespace": workload.namespace,
        "labels": dict(workload.labels),
        "ports": list(workload.ports),
        "kind": workload.kind,
    }
    return Pair(
        [from_manifest(each) for each in before],
        [from_manifest(each) for each in after],
        mesh_of(facts),
        known(workload.namespace, plain),
        [request_from(complete(plain, request(dice, workload, facts))) for _ in range(requests)],
    )


def mesh_of(facts: Mapping[str, Any]) -> Mesh:
    """The mesh that differs from a plain install by these facts."""
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}
    if "path_normalization" in given:
        given["path_normalization"] = PathNormalization(given["path_normalization"])
    return Mesh(**given)


def known(namespace: str, workload: Plain) -> KnownWorkload:
    """The workload of a topic, as an inventory has it; what serves a port that declares nothing is not known."""
    is_gateway = workload["kind"] == "gateway"
    ports = [
        KnownPort(number, protocol=None if not name else "http" if name in _HTTP else "tcp")
        for number, name in workload["ports"]
    ]
    kind: Literal["gateway", "service"] = "gateway" if is_gateway else "service"
    return KnownWorkload(namespace, "httpbin", dict(workload["labels"]), tuple(ports), None, kind)


def _edited(dice: Dice, documents: list[Plain], workload: Workload) -> list[Plain]:
    made = copy.deepcopy(documents)
    edit = dice.choice(_EDITS)
    if edit == "everything" or not made:
        return policies._documents(dice, workload)
    if edit == "add":
        return [*made, dice.choice(list(_MAKERS.values()))(dice, "new", workload.namespace)]
    index = dice.randrange(len(made))
    if edit == "drop":
        made.pop(index)
    elif edit == "replace":
        old = made[index]
        made[index] = _MAKERS[old["kind"]](dice, old["metadata"]["name"], workload.namespace)
    else:
        _edit_value(dice, made)
    return made


def _edit_value(dice: Dice, documents: list[Plain]) -> None:
    """Takes a value out of a list, or adds one of a list of the same kind."""
    lists = [each for document in documents for each in _lists(document["spec"])]
    if not lists:
        return
    part, name = dice.choice(lists)
    if len(part[name]) > 1 and dice.often(0.5):
        part[name] = part[name][1:]
    else:
        alike = [other[key] for other, key in lists if key.lower().endswith(name.lower())]
        part[name] = [*part[name], dice.choice(dice.choice(alike))]


def _lists(plain: Any) -> Iterator[tuple[Plain, str]]:
    for key, value in plain.items() if isinstance(plain, dict) else ():
        if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
            yield plain, key
        yield from _lists(value)
    for each in plain if isinstance(plain, list) else ():
        yield from _lists(each)
