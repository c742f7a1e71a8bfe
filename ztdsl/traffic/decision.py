"""What happens to one request, and why."""

from __future__ import annotations

from enum import StrEnum

from ztdsl.quick import dataclass


class Verdict(StrEnum):
    """What the client meets.

    `UNAUTHENTICATED` is a token refused before any policy, `REFUSED` a connection that is not accepted, `REJECTED` a
    request that Envoy itself finds malformed, `UNKNOWN` what cannot be known from what was given.
    """

    ALLOW = "allow"
    DENY = "deny"
    UNAUTHENTICATED = "unauthenticated"
    REFUSED = "refused"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Decider:
    """The object, and in an AuthorizationPolicy the rule (from 0), that decided; None where no rule is meant."""

    kind: str
    namespace: str
    name: str
    rule: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer.

    Attributes:
        verdict: what the client meets.
        status: the HTTP status that the client sees; None for connections and where it is not known.
        decided_by: what decided; None where nothing matched.
        reason: why, where `decided_by` does not say it: default allow, default deny, what is not known.
        grpc_status: what a gRPC client sees; None for other clients.
        dry_run: rules of policies that are only tried, and that match.
        audit: rules of AUDIT policies that match.
    """

    verdict: Verdict
    status: int | None
    decided_by: Decider | None = None
    reason: str | None = None
    grpc_status: int | None = None
    dry_run: tuple[Decider, ...] = ()
    audit: tuple[Decider, ...] = ()
