"""Which objects apply to a workload: selectors, target references, the root namespace.

Sources: Istio `pilot/pkg/model/{authorization,authentication,policyattachment}.go`, `pkg/config/model.go`
(ObjectInRevision), `pilot/pkg/serviceregistry/ambient/authorization.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from ztdsl.istio.kinds import AuthorizationPolicy, PeerAuthentication, RequestAuthentication
from ztdsl.traffic.request import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ztdsl.istio.kinds import Manifest, TargetRef
    from ztdsl.traffic.mesh import Mesh
    from ztdsl.traffic.request import Destination

GATEWAY_NAME: Final = "gateway.networking.k8s.io/gateway-name"
REVISION: Final = "istio.io/rev"
WAYPOINT_CLASS: Final = "istio-waypoint"
_GATEWAY: Final = ("gateway.networking.k8s.io", "Gateway")
_GATEWAY_CLASS: Final = ("gateway.networking.k8s.io", "GatewayClass")
_SERVICE: Final = ("", "Service")
_SERVICE_ENTRY: Final = ("networking.istio.io", "ServiceEntry")
_LABELS: Final = "to.labels"
_GATEWAY_LABEL: Final = f"to.labels[{GATEWAY_NAME}]"

_Referring: TypeAlias = AuthorizationPolicy | RequestAuthentication


class Attached(NamedTuple):
    """The objects that apply to one workload, each kind by age, name and namespace.

    Attributes:
        peers: PeerAuthentications that may decide its mode; which of them does is a matter of precedence.
        requests: its RequestAuthentications.
        policies: its AuthorizationPolicies.
        lacking: the fact that decides whether further objects apply, where one does.
    """

    peers: tuple[PeerAuthentication, ...]
    requests: tuple[RequestAuthentication, ...]
    policies: tuple[AuthorizationPolicy, ...]
    lacking: str | None


class _Namespace(NamedTuple):
    """The objects of one namespace: those of all pods, those of some by one of their labels, those with references."""

    everywhere: list[Manifest]
    by_label: dict[tuple[str, str], list[Manifest]]
    referring: list[_Referring]


class Attachments:
    """All objects of a mesh, found by what they apply to."""

    def __init__(self, manifests: Iterable[Manifest], mesh: Mesh) -> None:
        self._root = mesh.root_namespace
        self._namespaces: dict[str, _Namespace] = {}
        revisions: set[str | None] = set()
        for manifest in manifests:
            revisions.add(_revision(manifest))
            self._add(manifest)
        self._are_revisions_mixed = len(revisions) > 1

    def at(self, destination: Destination) -> Attached:
        """The objects that apply to `destination`."""
        lacking: set[str] = set()
        peers: list[PeerAuthentication] = []
        requests: list[RequestAuthentication] = []
        policies: list[AuthorizationPolicy] = []
        for manifest in self._applying(destination, lacking):
            if self._are_revisions_mixed and _revision(manifest) is not None:
                lacking.add(f"the revision of the proxy's control plane, which the label {REVISION} asks for")
            if isinstance(manifest, PeerAuthentication):
                peers.append(manifest)
            elif isinstance(manifest, RequestAuthentication):
                requests.append(manifest)
            else:
                policies.append(manifest)
        return Attached(
            tuple(sorted(peers, key=_age)),
            tuple(sorted(requests, key=_age)),
            tuple(sorted(policies, key=_age)),
            min(lacking, default=None),
        )

    def _add(self, manifest: Manifest) -> None:
        namespace = manifest.meta.namespace
        is_peer = isinstance(manifest, PeerAuthentication)
        labels = () if manifest.selector is None else manifest.selector.match_labels
        if is_peer and labels and namespace == self._root:
            return  # istiod ignores it
        known = self._namespaces.get(namespace)
        if known is None:
            known = self._namespaces[namespace] = _Namespace([], {}, [])
        if not isinstance(manifest, PeerAuthentication) and manifest.target_refs:
            known.referring.append(manifest)
        elif labels:
            known.by_label.setdefault(min(labels), []).append(manifest)
        else:
            known.everywhere.append(manifest)

    def _applying(self, destination: Destination, lacking: set[str]) -> Iterator[Manifest]:
        """The objects that apply; what decides about others goes to `lacking`."""
        proxy = destination.proxy
        if proxy is not Proxy.WAYPOINT:
            for manifest in self._selected(destination, lacking):
                if _counts(manifest, proxy, lacking):
                    yield manifest
        if proxy is not Proxy.ZTUNNEL:
            for namespace in self._namespaces_of(destination, _service(destination)[0]):
                for policy in namespace.referring:
                    if self._refers(policy, destination, lacking):
                        yield policy

    def _namespaces_of(self, destination: Destination, *others: str) -> Iterator[_Namespace]:
        for name in dict.fromkeys((self._root, destination.namespace, *others)):
            namespace = self._namespaces.get(name)
            if namespace is not None:
                yield namespace

    def _selected(self, destination: Destination, lacking: set[str]) -> Iterator[Manifest]:
        """Objects without references whose selector fits the workload's labels."""
        labels = destination.labels
        for namespace in self._namespaces_of(destination):
            yield from namespace.everywhere
            if labels is None:
                selecting = (each for some in namespace.by_label.values() for each in some)
                if any(_counts(each, destination.proxy, lacking) for each in selecting):
                    lacking.add(_LABELS)
                continue
            for pair in labels.items():
                for manifest in namespace.by_label.get(pair, ()):
                    if _fits(manifest, labels):
                        yield manifest

    def _refers(self, policy: _Referring, destination: Destination, lacking: set[str]) -> bool:
        """Whether a reference of `policy` names the proxy or the service that it serves; its selector is ignored."""
        unclear: set[str] = set()
        for reference in policy.target_refs:
            names = self._names(reference, policy.meta.namespace, destination)
            if names is True:
                return True
            if names is not False:
                unclear.add(names)
        lacking |= unclear
        return False

    def _names(self, reference: TargetRef, namespace: str, destination: Destination) -> bool | str:
        """Whether `reference`, in an object of `namespace`, names `destination`; or the fact that decides it."""
        group = "" if reference.group == "core" else reference.group
        kind = (group, reference.kind)
        is_waypoint = destination.proxy is Proxy.WAYPOINT
        if kind == _GATEWAY and namespace == destination.namespace:
            if destination.labels is None:
                return _LABELS
            # A proxy without the label serves no such gateway; that of a waypoint has one always.
            gateway = destination.labels.get(GATEWAY_NAME)
            return _GATEWAY_LABEL if gateway is None and is_waypoint else gateway == reference.name
        if not is_waypoint:
            return False
        if kind == _GATEWAY_CLASS:
            return reference.name == WAYPOINT_CLASS and namespace == self._root
        return kind in {_SERVICE, _SERVICE_ENTRY} and _serves(reference, namespace, destination)


def _serves(reference: TargetRef, namespace: str, destination: Destination) -> bool | str:
    where, service = _service(destination)
    if service is None:
        return "to.service" if namespace == where else False
    if reference.name != service or namespace != where:
        return False
    # `to.service` is documented as a Service; an entry of its name may be meant as well.
    return True if reference.kind == "Service" else f"whether to.service {service} is a ServiceEntry"


def _service(destination: Destination) -> tuple[str, str | None]:
    """Namespace and name of the service that a waypoint serves; `NAMESPACE/NAME` where it is another namespace's."""
    if destination.service is None:
        return destination.namespace, None
    namespace, _, name = destination.service.rpartition("/")
    return namespace or destination.namespace, name


def _counts(manifest: Manifest, proxy: Proxy, lacking: set[str]) -> bool:
    """Whether a proxy of this kind heeds an object without references that selects its pod."""
    if isinstance(manifest, PeerAuthentication):
        return proxy is not Proxy.GATEWAY
    if proxy is not Proxy.ZTUNNEL:
        return True
    if isinstance(manifest, RequestAuthentication):
        return False
    if manifest.selector is not None and not manifest.selector.match_labels:
        lacking.add(f"how ztunnel reads the empty selector of {manifest.meta.namespace}/{manifest.meta.name}")
        return False
    return True


def _fits(manifest: Manifest, labels: Mapping[str, str]) -> bool:
    wanted = () if manifest.selector is None else manifest.selector.match_labels
    return all(labels.get(key) == value for key, value in wanted)


def _age(manifest: Manifest) -> tuple[str, str, str]:
    meta = manifest.meta
    return (meta.created or "", meta.name, meta.namespace)


def _revision(manifest: Manifest) -> str | None:
    return next((value for key, value in manifest.meta.labels if key == REVISION), None)
