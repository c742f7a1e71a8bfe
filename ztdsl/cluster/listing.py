"""One LIST, whole: page by page, asked again where the server is busy, begun again where the list has changed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlencode

from ztdsl.cluster.failure import Cause, Trouble
from ztdsl.cluster.page import parse
from ztdsl.cluster.patience import patiently

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ztdsl.cluster.page import Item, Page

T = TypeVar("T")
_PATIENCE: Final = 5.0
"""Seconds after which a try that failed has tried long enough: `kubectl` itself waits as a busy server asks."""
_BEGINNINGS: Final = 4
"""How often a list is begun, at most."""
_FIRST: Final = 1000
_MOST: Final = 8000
_SMALL: Final = 4 * 1024 * 1024
_QUICK: Final = 2.0


@dataclass(frozen=True, slots=True)
class Resource:
    """What a list is of.

    Attributes:
        kind: of one object.
        plural: its name in paths.
        group: of the API; empty for the core.
        versions: which to ask for, the best first.
    """

    kind: str
    plural: str
    group: str
    versions: tuple[str, ...]

    @property
    def full(self) -> str:
        """The name that RBAC and definitions use."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def api_version(self, version: str) -> str:
        """What its objects say as `apiVersion`."""
        return f"{self.group}/{version}" if self.group else version

    def path(self, version: str, namespace: str | None) -> str:
        """The path of the list."""
        root = f"/apis/{self.group}" if self.group else "/api"
        scope = "" if namespace is None else f"/namespaces/{namespace}"
        return f"{root}/{version}{scope}/{self.plural}"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list in one scope.

    Attributes:
        resource: what it is of.
        namespace: where; everywhere if None.
        get: asks the server.
        seen: told how many objects each page brought.
    """

    resource: Resource
    namespace: str | None
    get: Callable[[str], bytes]
    seen: Callable[[int], None]

    def read(self, take: Callable[[Item, str], T]) -> list[T]:
        """What `take` makes of each object and the version that was asked for.

        Raises:
            Trouble: the list is not whole.
        """
        for version in self.resource.versions:
            try:
                return self._read(version, take)
            except Trouble as trouble:
                if trouble.cause is not Cause.NOT_SERVED:
                    raise
        asked = " or ".join(self.resource.versions)
        raise Trouble(Cause.NOT_INSTALLED, f"the server has no `{self.resource.full}` of version {asked}")

    def _read(self, version: str, take: Callable[[Item, str], T]) -> list[T]:
        path = self.resource.path(version, self.namespace)
        said = ""
        for _ in range(_BEGINNINGS):
            try:
                return self._whole(path, lambda item: take(item, version))
            except Trouble as trouble:
                if trouble.cause is not Cause.EXPIRED:
                    raise
                said = trouble.said
        raise Trouble(Cause.CHANGING, said)

    def _whole(self, path: str, take: Callable[[Item], T]) -> list[T]:
        """The list from its beginning to its end.

        Raises:
            Trouble: a page is missing, or belongs to another state of the list.
        """
        taken: list[T] = []
        known: set[tuple[object, object]] = set()
        for page in self._pages(path):
            for item in page.items:
                name = _name(item)
                if name in known:
                    raise Trouble(Cause.EXPIRED, f"`{name[0]}/{name[1]}` is on two pages of one list")
                known.add(name)
                taken.append(take(item))
            self.seen(len(page.items))
        return taken

    def _pages(self, path: str) -> Iterator[Page]:
        limit, following, revision = _FIRST, None, None
        while True:
            query = {"limit": limit} | ({} if following is None else {"continue": following})
            began = time.monotonic()
            page = self._patiently(f"{path}?{urlencode(query)}")
            if following is not None and page.revision != revision:
                raise Trouble(Cause.EXPIRED, "two pages of one list are of two states of the cluster")
            yield page
            if page.following is None:
                return
            if page.following == following or not page.items:
                raise Trouble(Cause.MALFORMED, "the answer says that the list goes on, and it does not")
            following, revision = page.following, page.revision
            if page.size < _SMALL and time.monotonic() - began < _QUICK:
                limit = min(4 * limit, _MOST)

    def _patiently(self, path: str) -> Page:
        """One page, with a few further tries where the server was busy, or the answer was cut."""
        return patiently(lambda: parse(self.get(path), self.resource.kind), _PATIENCE)


def _name(item: Item) -> tuple[object, object]:
    """Namespace and name.

    Raises:
        Trouble: the object has none.
    """
    metadata = item.plain.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        raise Trouble(Cause.MALFORMED, "an object of the list has no name")
    namespace = metadata.get("namespace")
    if not isinstance(namespace, str | None):
        raise Trouble(Cause.MALFORMED, f"the namespace of `{metadata['name']}` is no text")
    return namespace, metadata["name"]
