"""Recorded outcomes beside the answers of `ztdsl.istio.evaluate`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.conformance.vector import Met, Plain, Vector, complete
from ztdsl.istio.admitted import from_manifest
from ztdsl.istio.evaluate import Evaluator
from ztdsl.traffic.decision import Decider, Decision, Verdict
from ztdsl.traffic.mesh import Mesh, PathNormalization
from ztdsl.traffic.wire import request_from

UNDECIDED: Final = "undecided"
"""What differs where the evaluator says that it does not know."""
_RULE: Final = re.compile(r"ns\[([^]]*)]-policy\[([^]]*)]-rule\[(\d+)]")
"""istiod's name of a rule (`pilot/pkg/security/authz/builder/builder.go`)."""


@dataclass(frozen=True)
class Disagreement:
    """One request on which istiod and Envoy, and the evaluator, differ."""

    vector: Vector
    request: Plain
    met: Met
    decision: Decision
    what: str

    def __str__(self) -> str:
        specs = "\n".join(f"    {_short(each)}" for each in self.vector.documents)
        return (
            f"{self.vector.topic}: {self.what}\n  mesh {dict(self.vector.mesh)}, {self.vector.workload['kind']},"
            f" ports {self.vector.workload['ports']}\n{specs}\n  request  {self.request}\n"
            f"  Envoy    {self.met}\n  we say   {self.decision}"
        )


def _short(document: Plain) -> str:
    spec = dict(document["spec"])
    if "jwtRules" in spec:
        spec["jwtRules"] = [{key: each[key] for key in each if key != "jwks"} for each in spec["jwtRules"]]
    metadata = document["metadata"]
    rest = {key: metadata[key] for key in metadata if key not in {"name", "namespace"}}
    return f"{document['kind']} {metadata['namespace']}/{metadata['name']} {rest or ''} {spec}"


def mesh_of(plain: Mapping[str, Any]) -> Mesh:
    """The mesh that `plain` describes."""
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}
    if "path_normalization" in fields:
        fields["path_normalization"] = PathNormalization(fields["path_normalization"])
    return Mesh(**fields)


def disagreements(vectors: Iterable[Vector]) -> Iterator[Disagreement]:
    """Every recorded request that the evaluator answers otherwise.

    TLS that the proxy hands on unread is no request to it, whatever the client put into it: that is passed over.
    """
    for vector in vectors:
        evaluator = Evaluator([from_manifest(each) for each in vector.documents], mesh_of(vector.mesh))
        for request, met in vector.cases:
            if request.get("http") is not None and met.verdict == Verdict.ALLOW and met.status is None:
                continue
            decision = evaluator.decide(request_from(complete(vector.workload, request)))
            what = _difference(met, decision)
            if what:
                yield Disagreement(vector, request, met, decision, what)


def _difference(met: Met, decision: Decision) -> str:
    if decision.verdict is Verdict.UNKNOWN:
        return UNDECIDED
    if decision.verdict != Verdict(met.verdict):
        return "verdict"
    if decision.status != met.status:
        return "status" if decision.status is not None else UNDECIDED
    if met.grpc_status is not None and met.verdict != "allow" and decision.grpc_status != met.grpc_status:
        return "gRPC status"
    if met.policy is not None and decision.decided_by != _rule(met.policy):
        return "deciding rule"
    tried = {_rule(name) for name in met.dry_run}
    if not tried <= set(decision.dry_run):
        return "dry run"
    return ""


def _rule(name: str) -> Decider | None:
    found = _RULE.search(name)
    if found is None:
        return None
    return Decider("AuthorizationPolicy", found[1], found[2], int(found[3]))
