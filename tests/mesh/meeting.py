"""From what a client meets to a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ztdsl.traffic.decision import Verdict

_WORDS: Final = {
    "RBAC: access denied": Verdict.DENY,
    "Audiences in Jwt are not allowed": Verdict.UNAUTHENTICATED,
}
_UNREACHABLE: Final = 503
_GRPC_UNAVAILABLE: Final = 14
_BY_THE_WORKLOAD: Final = "remote reset"
"""How Envoy ends its words where the workload itself refused: its library knows gRPC by POST alone."""
_GRPC_VERDICTS: Final = {
    0: Verdict.ALLOW,
    7: Verdict.DENY,
    13: Verdict.REJECTED,  # of status 400 (Envoy `Grpc::Utility::httpToGrpcStatus`)
    14: Verdict.REFUSED,
    16: Verdict.UNAUTHENTICATED,
}
_PROTOCOL_ERROR: Final = 1


def verdict_of(answer: Mapping[str, Any], *, through_sidecar: bool) -> Verdict:
    """The verdict that a client met.

    Args:
        answer: of `tests.mesh.calls.call`.
        through_sidecar: whether the client's own sidecar stands between, which answers 503 for what it cannot reach.
    """
    if "refused" in answer:
        return Verdict.REFUSED
    if "echo" in answer:
        return Verdict.ALLOW
    if "reset" in answer:
        return Verdict.REJECTED if answer["reset"] == _PROTOCOL_ERROR else Verdict.REFUSED
    if "grpc_status" in answer:
        return _of_grpc(answer["grpc_status"], answer.get("details", ""))
    status, body = answer["status"], answer["body"]
    for words, verdict in _WORDS.items():
        if status == 403 and (body.startswith(words) or _length(answer) == len(words)):
            return verdict
    if status == 401:
        return Verdict.UNAUTHENTICATED
    if status == 400:
        return Verdict.REJECTED
    if status == _UNREACHABLE and through_sidecar and "upstream connect error" in body:
        return Verdict.REFUSED
    return Verdict.ALLOW if (status == 200 and body.startswith("{")) or _is_head(answer) else Verdict.UNKNOWN


def _of_grpc(status: int, details: str) -> Verdict:
    if status == _GRPC_UNAVAILABLE and details.endswith(_BY_THE_WORKLOAD):
        return Verdict.ALLOW
    return _WORDS.get(details) or _GRPC_VERDICTS.get(status, Verdict.UNKNOWN)


def _length(answer: Mapping[str, Any]) -> int | None:
    """How long the body is that an answer to HEAD does not show."""
    lengths = [value for name, value in answer["headers"] if name == "content-length" and not answer["body"]]
    return int(lengths[0]) if lengths else None


def _is_head(answer: Mapping[str, Any]) -> bool:
    return bool(answer["status"] == 200 and not answer["body"])
