"""The Model: a policy with every name resolved, for one mesh, in canonical order.

Whoever reads it needs nothing of the language; whoever writes it is `resolve`.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from datetime import date

    from ztdsl.ir.values import Caller, Request
    from ztdsl.origin import Origin
    from ztdsl.traffic.mesh import Mesh


class Protocol(StrEnum):
    """What the proxy does with a port's bytes."""

    HTTP = "http"
    GRPC = "grpc"
    TCP = "tcp"
    TLS = "tls"

    @property
    def is_http(self) -> bool:
        """Whether the proxy reads requests on such a port."""
        return self is Protocol.HTTP or self is Protocol.GRPC


class WorkloadKind(StrEnum):
    """What enforces the rules of a workload."""

    SERVICE = "service"
    GATEWAY = "gateway"


class Effect(StrEnum):
    """What a matching rule does."""

    ALLOW = "allow"
    DENY = "deny"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Weakening:
    """Something less than zero trust: why, and the last day on which it is expected."""

    because: str
    until: date


@dataclass(frozen=True, slots=True)
class MeshDefaults:
    """What applies to the whole mesh where nothing else does."""

    mtls: Weakening | None
    default: Weakening | None
    owner: str | None
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Namespace:
    """An owned namespace: STRICT unless `mtls` weakens it, default-deny unless `default` does."""

    name: str
    mtls: Weakening | None
    default: Weakening | None
    owner: str | None
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a workload by the container's number."""

    container: int
    service: int | None
    protocol: Protocol
    mtls: Weakening | None
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Workload:
    """An owned service or gateway; `labels` are the pod labels that select it, sorted.

    `mtls` and `default` are what its namespace says, which another policy may own.
    """

    namespace: str
    name: str
    kind: WorkloadKind
    service_account: str
    labels: tuple[tuple[str, str], ...]
    ports: tuple[Port, ...]
    mtls: Weakening | None
    default: Weakening | None
    trusted_proxies: int | None
    owner: str | None
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TokenHeader:
    """A header that may carry a token."""

    name: str
    prefix: str | None


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs tokens, and how they are verified; `audiences` is None where any is accepted."""

    issuer: str
    audiences: tuple[str, ...] | None
    jwks_uri: str | None
    jwks: str | None
    from_headers: tuple[TokenHeader, ...]
    from_params: tuple[str, ...]
    from_cookies: tuple[str, ...]
    forward: bool
    payload_header: str | None
    claim_headers: tuple[tuple[str, tuple[str, ...]], ...]
    space_delimited: tuple[str, ...]
    because: str | None = None
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """One declared rule at one workload, or at every workload of a namespace.

    Attributes:
        effect: what a match does.
        dry_run: the last day of a trial that is only logged, or None for a rule that is enforced.
        namespace: where the callee runs.
        workload: its name, or None for every workload of the namespace.
        ports: the container ports it is about, ascending.
        is_tcp: whether it is about connections rather than requests.
        callers: who; any of them.
        requests: what; any of them; empty for connections.
        server_names: the TLS server names asked for; any if empty.
        because: why.
        owner: the team that answers for it.
    """

    effect: Effect
    dry_run: date | None
    namespace: str
    workload: str | None
    ports: tuple[int, ...]
    is_tcp: bool
    callers: tuple[Caller, ...]
    requests: tuple[Request, ...]
    server_names: tuple[str, ...]
    because: str
    owner: str | None
    origin: Origin | None = field(default=None, compare=False, repr=False)

    def meaning(self) -> tuple[object, ...]:
        """A key of what the rule does, without its words and dates; equal for rules that repeat each other."""
        return (
            "dry" if self.dry_run else "",
            self.ports,
            tuple([caller.key for caller in self.callers]),
            tuple([request.key for request in self.requests]),
            self.server_names,
        )


class Entries(StrEnum):
    """Which requests and connections an access log tells of."""

    DENIED = "denied"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Log:
    """What the proxies of one workload, of a namespace, or of the whole mesh write down.

    Attributes:
        namespace: where they run, or None for the whole mesh.
        workload: its name, or None for every workload.
        entries: what they write.
        provider: the mesh's extension provider that writes it.
        because: why.
        owner: the team that answers for it.
    """

    namespace: str | None
    workload: str | None
    entries: Entries
    provider: str
    because: str
    owner: str | None
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that one build renders for one mesh; every tuple is in canonical order."""

    policy: str
    owner: str | None
    mesh: Mesh
    defaults: MeshDefaults | None
    namespaces: tuple[Namespace, ...]
    workloads: tuple[Workload, ...]
    issuers: tuple[Issuer, ...]
    rules: tuple[Rule, ...]
    logs: tuple[Log, ...] = ()
