"""All that checks look at: the objects, the mesh, the inventory, and what follows from them, worked out once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ztdsl.checks.overlap import Overlaps, labels_of, references_of
from ztdsl.checks.place import DEFAULT_PORT, place_of, supposed
from ztdsl.checks.tested import lists_of
from ztdsl.istio.evaluate import Evaluator
from ztdsl.istio.evaluate.attachment import GATEWAY_NAME, Attachments
from ztdsl.istio.evaluate.peers import STRICT, mode
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.istio.kinds import AuthorizationPolicy, PeerAuthentication, RequestAuthentication
from ztdsl.traffic.request import Chain, Proxy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from ztdsl.checks.place import Place
    from ztdsl.checks.tested import Tested
    from ztdsl.istio.kinds import Manifest
    from ztdsl.manifests import Document
    from ztdsl.manifests.workloads import KnownWorkload
    from ztdsl.traffic.mesh import Mesh
    from ztdsl.traffic.request import Destination


class View:
    """The objects of one run.

    Attributes:
        documents: what was read, in its order; checks name a document by its index.
        mesh: the facts of the mesh.
        others: the other kinds that were among the files.
        is_whole: whether the documents are all that was given; the evaluator is not asked about a part.
        policies, requests, peers: the objects of each kind with their indexes.
    """

    def __init__(
        self,
        documents: Sequence[Document],
        mesh: Mesh,
        workloads: Iterable[KnownWorkload] | None = None,
        others: Collection[str] = (),
        *,
        is_whole: bool = True,
    ) -> None:
        self.documents = tuple(documents)
        self.mesh = mesh
        self.others = frozenset(others)
        self.is_whole = is_whole
        self.policies: list[tuple[int, AuthorizationPolicy]] = []
        self.requests: list[tuple[int, RequestAuthentication]] = []
        self.peers: list[tuple[int, PeerAuthentication]] = []
        for index, document in enumerate(self.documents):
            manifest = document.manifest
            if isinstance(manifest, AuthorizationPolicy):
                self.policies.append((index, manifest))
            elif isinstance(manifest, RequestAuthentication):
                self.requests.append((index, manifest))
            else:
                self.peers.append((index, manifest))
        self._workloads = None if workloads is None else [place_of(each) for each in workloads]
        self._places: dict[int, tuple[Place, ...]] = {}

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """The objects."""
        return tuple(document.manifest for document in self.documents)

    @cached_property
    def evaluator(self) -> Evaluator:
        """What Istio does with requests under all of the objects."""
        return Evaluator(self.manifests, self.mesh)

    @cached_property
    def tested(self) -> dict[str, list[Tested]]:
        """The lists that policies test, by attribute."""
        lists: dict[str, list[Tested]] = {}
        for index, policy in self.policies:
            for tested in lists_of(index, policy):
                lists.setdefault(tested.attribute, []).append(tested)
        return lists

    @property
    def workloads(self) -> list[Place] | None:
        """The workloads of the inventory; None where none was given."""
        return self._workloads

    @cached_property
    def named(self) -> dict[tuple[str, str], Place]:
        """The workloads of the inventory by namespace and name; of several with one name the first."""
        named: dict[tuple[str, str], Place] = {}
        for place in self._workloads or ():
            if place.known is not None:
                named.setdefault((place.namespace, place.known.name), place)
        return named

    @cached_property
    def has_gateway_api(self) -> bool:
        """Whether a workload of the inventory is a gateway or a waypoint of the Gateway API."""
        return any(GATEWAY_NAME in place.labels for place in self._workloads or ())

    def policies_with(self, manifest: Manifest) -> Iterator[tuple[int, AuthorizationPolicy]]:
        """The policies that may apply to a workload to which `manifest` applies."""
        for index, other in self._overlaps[AuthorizationPolicy].with_(manifest):
            if isinstance(other, AuthorizationPolicy):
                yield index, other

    def requests_with(self, manifest: Manifest) -> Iterator[tuple[int, RequestAuthentication]]:
        """The RequestAuthentications that may apply to a workload to which `manifest` applies."""
        for index, other in self._overlaps[RequestAuthentication].with_(manifest):
            if isinstance(other, RequestAuthentication):
                yield index, other

    def enforced_with(self, manifest: Manifest, action: str) -> Iterator[tuple[int, AuthorizationPolicy]]:
        """The policies of `action` that may apply where `manifest` does and are not only tried."""
        for index, policy in self.policies_with(manifest):
            if policy.action == action and not is_dry_run(policy):
                yield index, policy

    def places(self, index: int) -> tuple[Place, ...]:
        """The workloads of the inventory that an object applies to; supposed ones where none is known."""
        places = self._places.get(index)
        if places is None:
            manifest = self.documents[index].manifest
            known = self._known.get(index) if self._workloads is not None else None
            places = self._places[index] = tuple(known) if known else tuple(self._supposed(manifest))
        return places

    def selects(self, index: int) -> bool:
        """Whether the object applies to a workload of the inventory; True where none was given."""
        return self._workloads is None or index in self._known

    def plaintext_port(self, place: Place, ports: Iterable[int] = ()) -> int | None:
        """A port of a sidecar that certainly accepts plaintext, of `ports` if there are any; None if there is none."""
        if place.proxy is not Proxy.SIDECAR:
            return None
        candidates = list(ports) or self._ports_of(place)
        if place.known is None and self._may_be_strict(place):
            return None
        for port in candidates:
            peers = self._attachments.at(place.destination(port)).peers
            found = mode(peers, place.destination(port), self.mesh)
            if found.lacking is None and found.value != STRICT:
                return port
        return None

    def peers_of(self, namespace: str) -> list[PeerAuthentication]:
        """The PeerAuthentications of a namespace."""
        return self._peers_by_namespace.get(namespace, [])

    @cached_property
    def _peers_by_namespace(self) -> dict[str, list[PeerAuthentication]]:
        found: dict[str, list[PeerAuthentication]] = {}
        for _, peer in self.peers:
            found.setdefault(peer.meta.namespace, []).append(peer)
        return found

    def sets_mode(self, destination: Destination) -> bool:
        """Whether an object says which connections the port accepts."""
        return mode(self._attachments.at(destination).peers, destination, self.mesh).decided_by is not None

    def _ports_of(self, place: Place) -> list[int]:
        if place.known is not None and place.known.ports:
            return [port.number for port in place.known.ports]
        peers = self._attachments.at(place.destination(DEFAULT_PORT)).peers
        return [DEFAULT_PORT, *(port for peer in peers for port, _ in peer.port_level)]

    def _may_be_strict(self, place: Place) -> bool:
        """Whether the workloads that are meant may have further labels, which an object makes STRICT."""
        for peer in self._selecting_peers.get(place.namespace, ()):
            wanted = () if peer.selector is None else peer.selector.match_labels
            fits_now = all(place.labels.get(key) == value for key, value in wanted)
            may_fit = all(place.labels.get(key, value) == value for key, value in wanted)
            if may_fit and not fits_now and peer.mtls in {STRICT, None}:
                return True
        return False

    def _supposed(self, manifest: Manifest) -> Iterator[Place]:
        """Workloads that have what `manifest` asks for; for an object of the root namespace one in each namespace."""
        namespace = manifest.meta.namespace
        if namespace != self.mesh.root_namespace or references_of(manifest):
            yield supposed(manifest, namespace)
            return
        if labels_of(manifest) or not self._namespaces:
            yield supposed(manifest, namespace)
        for other in self._namespaces:
            yield supposed(manifest, other)

    @cached_property
    def _namespaces(self) -> tuple[str, ...]:
        names = dict.fromkeys(document.manifest.meta.namespace for document in self.documents)
        return tuple(name for name in names if name != self.mesh.root_namespace)

    @cached_property
    def _selecting_peers(self) -> dict[str, list[PeerAuthentication]]:
        """The PeerAuthentications for some workloads of a namespace."""
        selecting: dict[str, list[PeerAuthentication]] = {}
        for _, peer in self.peers:
            if peer.selector is not None and peer.selector.match_labels:
                selecting.setdefault(peer.meta.namespace, []).append(peer)
        return selecting

    @cached_property
    def _attachments(self) -> Attachments:
        return Attachments(self.manifests, self.mesh)

    @cached_property
    def _overlaps(self) -> dict[type[Manifest], Overlaps]:
        overlaps: dict[type[Manifest], Overlaps] = {
            kind: Overlaps(self.mesh.root_namespace) for kind in (AuthorizationPolicy, RequestAuthentication)
        }
        for index, policy in self.policies:
            overlaps[AuthorizationPolicy].add(index, policy)
        for index, request in self.requests:
            overlaps[RequestAuthentication].add(index, request)
        return overlaps

    @cached_property
    def _known(self) -> dict[int, list[Place]]:
        """The workloads of the inventory by the objects that apply to them."""
        index_of = {id(document.manifest): index for index, document in enumerate(self.documents)}
        known: dict[int, list[Place]] = {}
        for place in self._workloads or ():
            attached = self._attachments.at(place.destination(DEFAULT_PORT, Chain.HTTP))
            for manifest in (*attached.peers, *attached.requests, *attached.policies):
                known.setdefault(index_of[id(manifest)], []).append(place)
        return known
