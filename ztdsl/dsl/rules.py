"""Rules: who may (or may not) do what to which endpoint, and why."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from ztdsl.dsl.declaration import LEFT_OUT, Declaration, collected, frozen_list
from ztdsl.quick import KW_ONLY, dataclass, quick_with

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.dsl.callers import Caller, TcpCaller
    from ztdsl.dsl.endpoints import Endpoint, HttpEndpoint, TcpEndpoint
    from ztdsl.dsl.requests import Grpc, Http, Request
    from ztdsl.dsl.users import EndUser
    from ztdsl.dsl.weakenings import DryRun


class Effect(StrEnum):
    """What a matching rule does."""

    ALLOW = "allow"
    DENY = "deny"
    AUDIT = "audit"


@quick_with(frozen_list, "callers", "to", "http", "server_names")
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rule(Declaration):
    """One rule; made by `allow`, `deny`, `audit` and their `_tcp` twins."""

    effect: Effect
    callers: Caller | Sequence[Caller]
    _: KW_ONLY
    to: Endpoint | Sequence[Endpoint]
    because: str
    is_tcp: bool
    user: EndUser | None = None
    http: Request | Sequence[Http | Grpc] | None = None
    server_names: list[str] | tuple[str, ...] = LEFT_OUT
    stage: DryRun | None = None


@collected
def allow(
    callers: Caller | Sequence[Caller],
    *,
    to: HttpEndpoint | Sequence[HttpEndpoint],
    http: Request | Sequence[Http | Grpc],
    because: str,
    user: EndUser | None = None,
    stage: DryRun | None = None,
) -> Rule:
    """Requests that are let in; whatever no rule lets in is refused.

    Args:
        callers: who may call; a list means any of them, workloads and end users mixed as needed.
        to: the endpoint, or a list of endpoints.
        http: the requests; `AnyRequest()` says all of them.
        because: why, for the next reader; becomes a comment beside the rule.
        user: the end user whose token the request must carry as well.
        stage: a trial that is only logged.
    """
    return Rule(Effect.ALLOW, callers, to=to, http=http, because=because, user=user, stage=stage, is_tcp=False)


@collected
def deny(
    callers: Caller | Sequence[Caller],
    *,
    to: HttpEndpoint | Sequence[HttpEndpoint],
    http: Request | Sequence[Http | Grpc],
    because: str,
    user: EndUser | None = None,
    stage: DryRun | None = None,
) -> Rule:
    """Requests that are refused even if another rule lets them in; arguments as for `allow`."""
    return Rule(Effect.DENY, callers, to=to, http=http, because=because, user=user, stage=stage, is_tcp=False)


@collected
def audit(
    callers: Caller | Sequence[Caller],
    *,
    to: HttpEndpoint | Sequence[HttpEndpoint],
    http: Request | Sequence[Http | Grpc],
    because: str,
    user: EndUser | None = None,
) -> Rule:
    """Requests that are marked for the audit log, whether let in or not; arguments as for `allow`."""
    return Rule(Effect.AUDIT, callers, to=to, http=http, because=because, user=user, is_tcp=False)


@collected
def allow_tcp(
    callers: TcpCaller | Sequence[TcpCaller],
    *,
    to: TcpEndpoint | Sequence[TcpEndpoint],
    because: str,
    server_names: list[str] | tuple[str, ...] = LEFT_OUT,
    stage: DryRun | None = None,
) -> Rule:
    """Connections that are let in to a port whose bytes the proxy does not read.

    Args:
        callers: who may connect; a list means any of them.
        to: the endpoint, or a list of endpoints.
        because: why, for the next reader; becomes a comment beside the rule.
        server_names: the TLS server names (SNI) asked for, at a `TlsPort` of a gateway.
        stage: a trial that is only logged.
    """
    return Rule(Effect.ALLOW, callers, to=to, because=because, server_names=server_names, stage=stage, is_tcp=True)


@collected
def deny_tcp(
    callers: TcpCaller | Sequence[TcpCaller],
    *,
    to: TcpEndpoint | Sequence[TcpEndpoint],
    because: str,
    server_names: list[str] | tuple[str, ...] = LEFT_OUT,
    stage: DryRun | None = None,
) -> Rule:
    """Connections that are closed even if another rule lets them in; arguments as for `allow_tcp`."""
    return Rule(Effect.DENY, callers, to=to, because=because, server_names=server_names, stage=stage, is_tcp=True)


@collected
def audit_tcp(
    callers: TcpCaller | Sequence[TcpCaller],
    *,
    to: TcpEndpoint | Sequence[TcpEndpoint],
    because: str,
    server_names: list[str] | tuple[str, ...] = LEFT_OUT,
) -> Rule:
    """Connections that are marked for the audit log; arguments as for `allow_tcp`."""
    return Rule(Effect.AUDIT, callers, to=to, because=because, server_names=server_names, is_tcp=True)
