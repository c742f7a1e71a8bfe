"""A cluster's objects of Istio's security kinds: one list for each kind and scope, at the same time, all or nothing."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ztdsl.cluster.failure import Cause, ClusterFailure, Trouble
from ztdsl.cluster.finding import Asked, finding
from ztdsl.cluster.kubectl import Kubectl
from ztdsl.cluster.listing import Listing, Resource
from ztdsl.cluster.live import Live, LiveObject
from ztdsl.istio.read import from_manifest
from ztdsl.manifests.cluster import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from concurrent.futures import Future

    from ztdsl.cluster.page import Item
    from ztdsl.cluster.selection import Selection
    from ztdsl.manifests.known import KnownWorkload

_GROUP: Final = "security.istio.io"
_VERSIONS: Final = ("v1", "v1beta1")
KINDS: Final = (
    Resource("AuthorizationPolicy", "authorizationpolicies", _GROUP, _VERSIONS),
    Resource("PeerAuthentication", "peerauthentications", _GROUP, _VERSIONS),
    Resource("RequestAuthentication", "requestauthentications", _GROUP, _VERSIONS),
)
WORKLOADS: Final = (Resource("Pod", "pods", "", ("v1",)), Resource("Service", "services", "", ("v1",)))
_AT_ONCE: Final = 6
"""Processes of `kubectl` at a time: each takes a twentieth of a second of a processor to start."""


def read_cluster(
    selection: Selection,
    *,
    root: str | None = None,
    seen: Callable[[int], None] | None = None,
) -> Live:
    """Everything of Istio's security kinds in a cluster, read with `list` alone.

    Each list is of one moment; the moments of two lists may be fractions of a second apart.

    Args:
        selection: which cluster, as whom, and what of it.
        root: the root namespace, whose objects apply everywhere; read beside the namespaces that are chosen, if the
            user may.
        seen: called after each page with the number of objects so far; from several threads, one at a time.

    Raises:
        ClusterFailure: the cluster cannot be read, or not all that was asked for.
    """
    try:
        kubectl = Kubectl(selection)
    except Trouble as trouble:
        raise ClusterFailure(finding(trouble, Asked())) from None
    described = _described(kubectl.context, selection)
    count = _Counter(seen).add
    kinds = [Listing(*scope, kubectl.get, count) for scope in _scopes(KINDS, selection)]
    roots = [Listing(*scope, kubectl.get, count) for scope in _scopes(KINDS, _of_root(selection, root))]
    others = [Listing(*scope, kubectl.get, count) for scope in _scopes(WORKLOADS if selection.workloads else (), selection)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        policies = {listing: pool.submit(listing.read, _live_of(listing)) for listing in kinds}
        around = {listing: pool.submit(listing.read, _live_of(listing)) for listing in roots}
        texts = {listing: pool.submit(listing.read, _text) for listing in others}
        try:
            wait(policies.values())
            wait(around.values())
            wait(texts.values())
        except BaseException:  # Ctrl-C
            kubectl.stop()
            raise
    unread = root if any(_is_forbidden(each) for each in around.values()) else None
    _raise_first({**policies, **({} if unread else around), **texts}, described)
    objects = tuple(each for listed in policies.values() for each in listed.result())
    beside = () if unread else tuple(each for listed in around.values() for each in listed.result())
    return Live(objects, described, _inventory(texts) if selection.workloads else None, beside=beside, unread=unread)


def _of_root(selection: Selection, root: str | None) -> Selection:
    """The root namespace alone, where it is not read anyway."""
    is_beside = root is not None and selection.namespaces and root not in selection.namespaces
    return replace(selection, namespaces=(root,) if root is not None and is_beside else ())


def _is_forbidden(listed: Future[Any]) -> bool:
    error = listed.exception()
    return isinstance(error, Trouble) and error.cause is Cause.FORBIDDEN


def _scopes(resources: Iterable[Resource], selection: Selection) -> list[tuple[Resource, str | None]]:
    spaces: Iterable[str | None] = (None,) if selection.namespaces is None else dict.fromkeys(selection.namespaces)
    return [(resource, namespace) for resource in resources for namespace in spaces]


def _described(context: str | None, selection: Selection) -> str:
    cluster = "the cluster of this pod" if context is None else f"context `{context}`"
    return cluster if selection.impersonate is None else f"{cluster} as `{selection.impersonate}`"


class _Counter:
    """How many objects all lists have so far."""

    def __init__(self, seen: Callable[[int], None] | None) -> None:
        self._seen = seen
        self._count = 0
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        """Count further ones, and say so."""
        with self._lock:
            self._count += count
            if self._seen is not None:
                self._seen(self._count)


def _live_of(listing: Listing) -> Callable[[Item, str], LiveObject]:
    kind = listing.resource.kind

    def live(item: Item, version: str) -> LiveObject:
        plain, text = _whole(item, kind, listing.resource.api_version(version))
        try:
            manifest = from_manifest(plain)
        except ValueError as error:
            metadata = plain["metadata"]
            name = f"{kind} `{metadata.get('namespace')}/{metadata['name']}`"
            raise Trouble(Cause.UNREADABLE, f"{name}: {error}") from None
        return LiveObject.of(manifest, None, text)

    return live


def _whole(item: Item, kind: str, api_version: str) -> tuple[dict[str, Any], bytes]:
    """An object with its kind and version, and its text: some servers leave them to the list.

    Raises:
        Trouble: it is of another kind or version than the list.
    """
    named = {"apiVersion": api_version, "kind": kind}
    plain = {**named, **item.plain}
    if any(plain[key] != value for key, value in named.items()):
        said = f"`{plain['apiVersion']}` `{plain['kind']}` is in a list of `{api_version}` `{kind}`"
        raise Trouble(Cause.MALFORMED, said)
    text = item.text if named.keys() <= item.plain.keys() else json.dumps(plain)
    return plain, text.encode()


def _text(item: Item, _version: str) -> bytes:
    return item.text.encode()


def _raise_first(lists: Mapping[Listing, Future[Any]], described: str) -> None:
    """Raise what the first list that failed failed with; the same of others is named beside it.

    Raises:
        ClusterFailure: one failed.
    """
    failed: list[tuple[Asked, Trouble]] = []
    for listing, future in lists.items():
        error = future.exception()
        if isinstance(error, Trouble):
            failed.append((Asked(described, listing.resource, listing.namespace), error))
        elif error is not None:
            raise error
    if failed:
        asked, trouble = failed[0]
        also = tuple(other for other, error in failed[1:] if error.cause is trouble.cause)
        raise ClusterFailure(finding(trouble, asked, also))


def _inventory(texts: Mapping[Listing, Future[list[bytes]]]) -> tuple[KnownWorkload, ...]:
    cluster = Cluster()
    for listing, listed in texts.items():
        for text in listed.result():
            cluster.take({**json.loads(text), "kind": listing.resource.kind})
    return tuple(cluster.workloads())
