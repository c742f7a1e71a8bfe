"""A cluster's objects of Istio's security kinds and its Telemetry: one list for each kind and scope, all or nothing.

The lists are read at the same time.
"""

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
LOGGING: Final = Resource("Telemetry", "telemetries", "telemetry.istio.io", ("v1", "v1alpha1"))
WORKLOADS: Final = (Resource("Pod", "pods", "", ("v1",)), Resource("Service", "services", "", ("v1",)))
_AT_ONCE: Final = 6
"""Processes of `kubectl` at a time: each takes a twentieth of a second of a processor to start."""


def read_cluster(
    selection: Selection,
    *,
    root: str | None = None,
    needs_logging: bool = False,
    seen: Callable[[int], None] | None = None,
) -> Live:
    """Everything of Istio's security kinds in a cluster, and every Telemetry, read with `list` alone.

    Each list is of one moment; the moments of two lists may be fractions of a second apart.

    Args:
        selection: which cluster, as whom, and what of it.
        root: the root namespace, whose objects apply everywhere; read beside the namespaces that are chosen, if the
            user may.
        needs_logging: whether Telemetry is asked for, and not only what may be left of earlier ones: then it is an
            error where the user may not read it, or the cluster does not know it.
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

    def listings(resources: Iterable[Resource], where: Selection = selection) -> list[Listing]:
        return [Listing(*scope, kubectl.get, count) for scope in _scopes(resources, where)]

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        policies = {each: pool.submit(each.read, _live_of(each)) for each in listings(KINDS)}
        around = {each: pool.submit(each.read, _live_of(each)) for each in listings(KINDS, _of_root(selection, root))}
        logging = {each: pool.submit(each.read, _logging) for each in listings((LOGGING,))}
        texts = {each: pool.submit(each.read, _text) for each in listings(WORKLOADS if selection.workloads else ())}
        try:
            wait(policies.values())
            wait(around.values())
            wait(logging.values())
            wait(texts.values())
        except BaseException:  # Ctrl-C
            kubectl.stop()
            raise
    unread = root if any(_is_forbidden(each) for each in around.values()) else None
    unlogged = None if needs_logging else _unlogged(logging)
    _raise_first({**policies, **({} if unread else around), **({} if unlogged else logging), **texts}, described)
    objects = tuple(each for listed in policies.values() for each in listed.result())
    beside = () if unread else tuple(each for listed in around.values() for each in listed.result())
    telemetries = () if unlogged else tuple(each for listed in logging.values() for each in listed.result())
    workloads = _inventory(texts) if selection.workloads else None
    return Live(
        objects,
        described,
        workloads,
        beside=beside,
        unread=unread,
        telemetries=telemetries,
        unlogged=unlogged,
    )


def _of_root(selection: Selection, root: str | None) -> Selection:
    """The root namespace alone, where it is not read anyway."""
    is_beside = root is not None and selection.namespaces and root not in selection.namespaces
    return replace(selection, namespaces=(root,) if root is not None and is_beside else ())


def _is_forbidden(listed: Future[Any]) -> bool:
    return _cause(listed) is Cause.FORBIDDEN


def _cause(listed: Future[Any]) -> Cause | None:
    error = listed.exception()
    return error.cause if isinstance(error, Trouble) else None


def _unlogged(logging: Mapping[Listing, Future[Any]]) -> str | None:
    """Why there is no list of Telemetry that a policy without logs could do with; None where there is one."""
    for listing, listed in logging.items():
        asked = Asked(resource=listing.resource, namespace=listing.namespace)
        if _is_forbidden(listed):
            return f"`list` of {asked.what} {asked.where} is forbidden"
        if _cause(listed) is Cause.NOT_INSTALLED:
            return f"the cluster does not know {asked.what}"
    return None


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


def _logging(item: Item, version: str) -> LiveObject:
    plain, text = _whole(item, LOGGING.kind, LOGGING.api_version(version))
    metadata = plain["metadata"]
    created = metadata.get("creationTimestamp")
    key = (LOGGING.kind, metadata.get("namespace") or "", metadata["name"])
    return LiveObject(key, created if isinstance(created, str) else None, None, text)


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
