"""Who may call, besides declared workloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, Union

from ztdsl.dsl.declaration import LEFT_OUT, Declaration, as_tuple
from ztdsl.quick import KW_ONLY, dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.dsl.users import EndUser
    from ztdsl.dsl.workloads import External, Gateway, Namespace, Service, ServiceAccount


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Identity(Declaration):
    """As a caller: one SPIFFE identity, written out.

    Attributes:
        uri: `spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT`, the form that Istio matches
            (SPIFFE-ID section 2; Istio `pilot/pkg/security/trustdomain`).
    """

    uri: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TrustDomain(Declaration):
    """As a caller: every workload of a trust domain.

    Attributes:
        name: the trust domain; the mesh's own, with its aliases, if None.
    """

    name: str | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AnyWorkload(Declaration):
    """As a caller: any workload that proved an identity by mutual TLS.

    Attributes:
        but: the workloads that are left out.
    """

    _: KW_ONLY
    but: Sequence[Excludable] = LEFT_OUT

    def __post_init__(self) -> None:
        """Copy what could change later."""
        as_tuple(self, "but")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Anyone(Declaration):
    """As a caller: everyone, with or without an identity.

    Attributes:
        but: the workloads or addresses that are left out.
    """

    _: KW_ONLY
    but: Sequence[Excludable | IpBlock | RemoteIpBlock] = LEFT_OUT

    def __post_init__(self) -> None:
        """Copy what could change later."""
        as_tuple(self, "but")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class IpBlock(Declaration):
    """As a caller: whoever connects from an address block, as the sidecar of the callee sees it.

    Attributes:
        cidr: an IPv4 or IPv6 address or CIDR block.
    """

    cidr: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RemoteIpBlock(Declaration):
    """As a caller at a gateway: clients of an address block, as the trusted proxies report them.

    Attributes:
        cidr: an IPv4 or IPv6 address or CIDR block.
    """

    cidr: str


Excludable: TypeAlias = Union["Service", "Gateway", "External", "ServiceAccount", "Namespace", Identity, TrustDomain]
Caller: TypeAlias = Union[Excludable, AnyWorkload, Anyone, IpBlock, RemoteIpBlock, "EndUser"]
TcpCaller: TypeAlias = Excludable | AnyWorkload | Anyone | IpBlock | RemoteIpBlock
