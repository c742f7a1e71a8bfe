"""Who runs in the mesh: namespaces, services, gateways and what other repositories declare."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from ztdsl.dsl.declaration import Declaration, as_mapping, as_tuple, collected
from ztdsl.dsl.endpoints import endpoint
from ztdsl.quick import KW_ONLY, dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ztdsl.dsl.endpoints import Endpoint, HttpEndpoint, TcpEndpoint
    from ztdsl.dsl.ports import GrpcPort, HttpPort, Port, TcpPort, TlsPort
    from ztdsl.dsl.weakenings import Open, Permissive


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Namespace(Declaration):
    """A Kubernetes namespace; STRICT mutual TLS and default-deny unless told otherwise.

    As a caller it means every workload of the namespace.

    Attributes:
        name: an RFC 1123 label, at most 63 characters.
        mtls: plaintext beside mutual TLS in the whole namespace, with reason and end date.
        default: no default-deny in the namespace, with reason and end date.
    """

    name: str
    _: KW_ONLY
    mtls: Permissive | None = None
    default: Open | None = None

    @overload
    def every(self, port: HttpPort | GrpcPort) -> HttpEndpoint: ...
    @overload
    def every(self, port: TcpPort | TlsPort) -> TcpEndpoint: ...
    @collected
    def every(self, port: Port) -> Endpoint:
        """`port` of every workload of this namespace, as a metrics scraper needs it."""
        return endpoint(self, port)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Workload(Declaration):
    """What services and gateways have in common; declare one of those."""

    name: str
    _: KW_ONLY
    namespace: Namespace
    service_account: str
    ports: Sequence[Port] = ()
    labels: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        """Copy what could change later."""
        as_tuple(self, "ports")
        as_mapping(self, "labels")

    @overload
    def at(self, port: HttpPort | GrpcPort) -> HttpEndpoint: ...
    @overload
    def at(self, port: TcpPort | TlsPort) -> TcpEndpoint: ...
    @collected
    def at(self, port: Port) -> Endpoint:
        """One declared port of this workload, for a rule's `to`."""
        return endpoint(self, port)  # type: ignore[arg-type] # only services and gateways are declared


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Service(Workload):
    """A workload with a sidecar.

    As a caller it means the identity of its service account. Two services that share a service
    account have one identity: a rule must then name both, or the `ServiceAccount`.

    Attributes:
        name: an RFC 1123 label, at most 63 characters.
        namespace: where it runs.
        service_account: the Kubernetes service account of its pods.
        ports: every port that rules may be about.
        labels: the pod labels that select its pods; `{"app": name}` if None.
    """


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Gateway(Workload):
    """An ingress or egress proxy of the classic kind (a Deployment selected by its pod labels).

    Attributes:
        name: the Deployment's name.
        namespace: where its pods run; not the mesh's root namespace, whose policies apply everywhere.
        service_account: the Kubernetes service account of its pods.
        ports: the ports that Envoy listens on in the gateway's pod (often 8080 and 8443).
        labels: the pod labels that select its pods; `{"app": name}` if None.
        trusted_proxies: how many proxies in front of it append to `X-Forwarded-For`
            (`gatewayTopology.numTrustedProxies`); 0 says that clients connect to it directly.
            `RemoteIpBlock` needs to know.
    """

    _: KW_ONLY
    trusted_proxies: int | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class External(Declaration):
    """A workload that another repository declares; it can only be a caller.

    Attributes:
        name: what to call it in reports.
        namespace: the name of its namespace, or the namespace.
        service_account: the Kubernetes service account of its pods.
        trust_domain: its trust domain if that is not the mesh's own.
    """

    name: str
    _: KW_ONLY
    namespace: str | Namespace
    service_account: str
    trust_domain: str | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ServiceAccount(Declaration):
    """As a caller: every workload that runs under one service account of the mesh.

    Attributes:
        name: the Kubernetes service account.
        namespace: its namespace.
    """

    name: str
    _: KW_ONLY
    namespace: str | Namespace


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MeshDefaults(Declaration):
    """STRICT mutual TLS and deny-all for the whole mesh, placed in its root namespace.

    Exactly one policy of a mesh should declare it, as `Policy(mesh=MeshDefaults())`.

    Attributes:
        mtls: plaintext beside mutual TLS where no namespace says otherwise, with reason and end date.
        default: no deny-all for the mesh, with reason and end date.
    """

    _: KW_ONLY
    mtls: Permissive | None = None
    default: Open | None = None
