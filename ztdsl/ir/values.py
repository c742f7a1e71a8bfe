"""The parts of a rule in the author's terms: who calls, with which token, asking for what."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TypeAlias

from ztdsl.quick import dataclass


@dataclass(frozen=True, slots=True)
class Keyed:
    """A value with a text that orders it among others of any kind; equal values have equal texts."""

    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work the text out once; values are shared by the rules that use them."""
        object.__setattr__(self, "key", repr(self))


# Callers ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PeerIdentity(Keyed):
    """The workload identity of one service account.

    `trust_domain` is None for the mesh's own trust domain and all its aliases.
    """

    trust_domain: str | None
    namespace: str
    service_account: str

    def __post_init__(self) -> None:
        """Work out what `repr` gives, faster: a large mesh has many identities."""
        key = f"PeerIdentity({self.trust_domain!r}, {self.namespace!r}, {self.service_account!r})"
        object.__setattr__(self, "key", key)


@dataclass(frozen=True, slots=True)
class PeerNamespace(Keyed):
    """Every workload identity of one namespace of the mesh."""

    namespace: str


@dataclass(frozen=True, slots=True)
class PeerTrustDomain(Keyed):
    """Every workload identity of a trust domain; None is the mesh's own with all its aliases."""

    trust_domain: str | None


@dataclass(frozen=True, slots=True)
class SourceAddress(Keyed):
    """Whoever connects from an address block, as the callee's proxy sees the connection."""

    cidr: str


@dataclass(frozen=True, slots=True)
class ClientAddress(Keyed):
    """The original client's address block, as trusted proxies report it to a gateway."""

    cidr: str


Peer: TypeAlias = PeerIdentity | PeerNamespace | PeerTrustDomain
Address: TypeAlias = SourceAddress | ClientAddress


@dataclass(frozen=True, slots=True)
class AnyPeer(Keyed):
    """Every workload identity, except those of `but`."""

    but: tuple[Peer, ...] = ()


@dataclass(frozen=True, slots=True)
class Everyone(Keyed):
    """Everyone, with or without an identity, except those of `but`."""

    but: tuple[Peer | Address, ...] = ()


Source: TypeAlias = PeerIdentity | PeerNamespace | PeerTrustDomain | SourceAddress | ClientAddress | AnyPeer | Everyone


# Strings ---------------------------------------------------------------------------------------


class Match(StrEnum):
    """How a pattern compares."""

    EXACT = "exact"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    PRESENT = "present"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A test on one string; `text` is empty for PRESENT."""

    match: Match
    text: str = ""


# End users -------------------------------------------------------------------------------------


class Quantifier(StrEnum):
    """How the values of a claim test combine."""

    ANY = "any"
    ALL = "all"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ClaimTest:
    """A condition on the claim at `path`."""

    path: tuple[str, ...]
    quantifier: Quantifier
    values: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class User(Keyed):
    """End users with a verified token of `issuer` that has a subject; empty tuples do not test.

    Values of one tuple are alternatives; all tuples and all claim tests must hold.
    """

    issuer: str
    audiences: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    presenters: tuple[str, ...] = ()
    claims: tuple[ClaimTest, ...] = ()


@dataclass(frozen=True, slots=True)
class Caller(Keyed):
    """Who calls: the peer of the connection and, where one is named, the end user of the request."""

    source: Source
    user: User | None = None

    def __post_init__(self) -> None:
        """Work it out from the keys of the parts."""
        object.__setattr__(self, "key", f"{self.source.key}, {self.user.key if self.user is not None else None}")


# Requests --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeaderTest:
    """A condition on the lines of one header: one of `any_of` (if given), and none of `none_of`."""

    name: str
    any_of: tuple[Pattern, ...] = ()
    none_of: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """HTTP requests; every part that is not empty must hold. All parts empty: every request.

    Paths are written as Istio takes them; hosts without a port mean the host with any port.
    """

    methods: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    headers: tuple[HeaderTest, ...] = ()
    not_methods: tuple[str, ...] = ()
    not_paths: tuple[str, ...] = ()
    not_hosts: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[tuple[str, ...], ...]:
        """What orders requests among each other; equal requests have equal keys."""
        headers = tuple([repr(test) for test in self.headers]) if self.headers else ()
        return (self.methods, self.paths, self.hosts, headers, self.not_methods, self.not_paths, self.not_hosts)
