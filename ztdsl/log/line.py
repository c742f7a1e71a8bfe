"""What one line of a log says of one request or connection; what it does not carry stays unknown."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ztdsl.traffic.decision import Decider


_DATED: Final = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]").match


class Form(StrEnum):
    """Who wrote the line, and how."""

    TEXT = "text"
    JSON = "json"
    RBAC = "rbac"
    ZTUNNEL = "ztunnel"


class Outcome(StrEnum):
    """What became of the request, as the line says it.

    `UNAUTHENTICATED` is a token refused before any policy, `REFUSED` a connection that was not accepted, `REJECTED`
    an answer of the proxy itself to a malformed request, `ELSEWHERE` an answer that says nothing of the policies.
    """

    ALLOWED = "allowed"
    DENIED = "denied"
    UNAUTHENTICATED = "unauthenticated"
    REFUSED = "refused"
    REJECTED = "rejected"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"

    @property
    def is_refusal(self) -> bool:
        """Whether policies, tokens or the mode of mutual TLS kept the request out."""
        return self in _REFUSALS


_REFUSALS = frozenset({Outcome.DENIED, Outcome.UNAUTHENTICATED, Outcome.REFUSED})


class Direction(StrEnum):
    """At which end of the connection the proxy that wrote the line stands."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True)
class Called:
    """What a line says of the workload that was called.

    Attributes:
        namespace: where it runs; None where it is not known.
        workload: the name of its Deployment or the like, as the proxy knows it.
        service_account: its service account.
        service: the Service that the caller's proxy asked for.
        address: the address that was called.
        port: the container's port.
    """

    namespace: str | None = None
    workload: str | None = None
    service_account: str | None = None
    service: str | None = None
    address: str | None = None
    port: int | None = None


@dataclass(frozen=True, slots=True)
class TriedRule:
    """What policies in dry run would have done: `allowed` or `denied`, and the rule that matched, if one did."""

    result: str
    rule: Decider | None


def dated(time: str) -> str | None:
    """The time if it begins as RFC 3339 has it, and so can be compared as text; a proxy writes `-` for none."""
    return time if _DATED(time) is not None else None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line. None is what the line does not say; the empty text is what it says is not there.

    Attributes:
        form: who wrote it.
        time: when, as written.
        outcome: what became of the request.
        details: the proxy's own words for it.
        matched: the rule that decided, where the line names it.
        is_unmatched: whether the line says that no rule matched.
        direction: at which end the proxy stands.
        called: the workload that was called.
        identity: the SPIFFE identity of the caller's certificate; empty for a caller without one.
        method: the method; empty for a connection.
        path: the path with its query; empty for a connection.
        host: the authority.
        status: the status that the client saw; 0 where the connection ended without one.
        flags: Envoy's response flags.
        is_plaintext: whether the caller connected without TLS.
        source_ip: the address of the direct peer.
        remote_ip: the address of the original client as the proxy knows it.
        server_name: the TLS server name that was asked for.
        claims: the logged claims of the accepted token, None for one that is absent there; empty without a token.
        headers: the logged headers, each with its lines.
        tried: what policies in dry run would have done.
    """

    form: Form
    time: str | None = None
    outcome: Outcome = Outcome.UNKNOWN
    details: str | None = None
    matched: Decider | None = None
    is_unmatched: bool = False
    direction: Direction | None = None
    called: Called = Called()
    identity: str | None = None
    method: str | None = None
    path: str | None = None
    host: str | None = None
    status: int | None = None
    flags: str | None = None
    is_plaintext: bool | None = None
    source_ip: str | None = None
    remote_ip: str | None = None
    server_name: str | None = None
    claims: Mapping[str, Any] | None = None
    headers: Mapping[str, tuple[str, ...]] | None = None
    tried: tuple[TriedRule, ...] = ()

    @property
    def is_connection(self) -> bool:
        """Whether the line is about a connection rather than a request on one."""
        return self.method == ""

    @property
    def request_principal(self) -> str | None:
        """`ISSUER/SUBJECT` of the accepted token; empty without one."""
        if not self.claims:
            return None if self.claims is None else ""
        issuer, subject = self.claims.get("iss"), self.claims.get("sub")
        return f"{issuer}/{subject}" if isinstance(issuer, str) and isinstance(subject, str) else None


class Unreadable(Exception):  # noqa: N818 - named for what happened
    """A line is no line of a log that is known; `reason` says why, without the line's own text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
