"""Recorded topics: manifests, requests, and what a real Envoy with istiod's configuration did with each of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

DIRECTORY: Final = Path(__file__).parent / "vectors"
HERE: Final = "127.0.0.1"
"""Where requests come from that do not say it."""
_SERVED: Final = {False: "10.0.0.1", True: "fd00::1"}
"""Where requests go that do not say it, by whether their client has an address of IPv6."""
_HTTP: Final = frozenset({"http", "http2", "grpc", "grpc-web"})
_TERMINATED: Final = frozenset({"https", "mutual"})

Plain = dict[str, Any]


@dataclass(frozen=True)
class Met:
    """What the client met.

    Attributes:
        verdict: in the words of `ztdsl.traffic.decision.Verdict`.
        status: the HTTP status, where the client speaks HTTP and got an answer.
        grpc_status: the status of a gRPC client.
        policy: the rule that refused, by istiod's name for it.
        dry_run: the rules that are only tried and that matched first, by istiod's names.
    """

    verdict: str
    status: int | None = None
    grpc_status: int | None = None
    policy: str | None = None
    dry_run: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vector:
    """One topic with its outcomes.

    Attributes:
        topic: area and subject.
        mesh: what differs from a plain install, in the words of `ztdsl.traffic.mesh.Mesh`.
        workload: namespace, labels, ports by number with their protocols, kind.
        documents: the manifests.
        cases: requests, each without what follows from the workload, and what their client met.
    """

    topic: str
    mesh: Mapping[str, Any]
    workload: Plain
    documents: list[Plain]
    cases: list[tuple[Plain, Met]] = field(default_factory=list)


def complete(workload: Plain, request: Plain) -> Plain:
    """`request` as documented for the batch interface: with the workload that it goes to."""
    ports: list[tuple[int, str]] = workload["ports"]
    to: Plain = {
        "namespace": workload["namespace"],
        "labels": dict(workload["labels"]),
        "port": ports[0][0],
        "proxy": workload["kind"],
        **request.get("to", {}),
    }
    declared = dict(ports).get(to["port"], "")
    known = _HTTP | _TERMINATED if workload["kind"] == "gateway" else _HTTP
    is_http = declared in known if declared else request.get("http") is not None
    to["protocol"] = "http" if is_http else "tcp"
    made: Plain = {"source_ip": HERE, **request, "to": to}
    made.pop("over", None)
    to.setdefault("ip", _SERVED[":" in made.get("remote_ip", HERE)])
    return made


def areas(directory: Path = DIRECTORY) -> list[str]:
    """The areas that have vectors."""
    return sorted(file.stem for file in directory.glob("*.json"))


def load(area: str, directory: Path = DIRECTORY) -> list[Vector]:
    """The recorded topics of one area."""
    made = []
    for plain in _read(area, directory)["topics"]:
        cases = [_recorded(case) for case in plain["cases"]]
        made.append(Vector(**{**plain, "cases": cases}))
    return made


def _recorded(case: Plain) -> tuple[Plain, Met]:
    met = {key: case[key] for key in case if key != "request"}
    return case["request"], Met(**met | {"dry_run": tuple(met.get("dry_run", ()))})


def versions(area: str, directory: Path = DIRECTORY) -> Plain:
    """What produced the vectors of one area."""
    made: Plain = _read(area, directory)["versions"]
    return made


def _read(area: str, directory: Path) -> Plain:
    read: Plain = json.loads((directory / f"{area}.json").read_text(encoding="utf-8"))
    return read


def write(file: Path, made_with: Mapping[str, object], vectors: Iterable[Vector]) -> None:
    """Writes one area, one line for each case, so that a change of behaviour is a change of few lines."""
    lines = ["{", f'"versions": {_line(made_with)},', '"topics": [']
    written = []
    for vector in vectors:
        head = {"topic": vector.topic, "mesh": vector.mesh, "workload": vector.workload}
        cases = ",\n".join(" " + _line(_case(request, met)) for request, met in vector.cases)
        documents = ",\n".join(" " + _line(document) for document in vector.documents)
        written.append(f'{_line(head)[:-1]}, "documents": [\n{documents}\n], "cases": [\n{cases}\n]}}')
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join([*lines, ",\n".join(written), "]", "}"]) + "\n", encoding="utf-8")


def _case(request: Plain, met: Met) -> Plain:
    made: Plain = {"request": request, "verdict": met.verdict}
    for key in ("status", "grpc_status", "policy", "dry_run"):
        value = getattr(met, key)
        if value not in {None, ()}:
            made[key] = value
    return made


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
