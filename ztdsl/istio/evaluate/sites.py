"""Finds what decides about a destination, and puts it together when the destination is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.istio.evaluate.attachment import Attachments
from ztdsl.istio.evaluate.express import express
from ztdsl.istio.evaluate.facts import Setting
from ztdsl.istio.evaluate.peers import DISABLE, mode
from ztdsl.istio.evaluate.policies import PolicyCompiler
from ztdsl.istio.evaluate.site import Site
from ztdsl.istio.evaluate.tokens import TokenReader
from ztdsl.traffic.request import Chain, Proxy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.istio.evaluate.express import Express
    from ztdsl.istio.evaluate.peers import Mode
    from ztdsl.istio.kinds import Manifest
    from ztdsl.traffic.mesh import Mesh
    from ztdsl.traffic.request import Destination

_MOST_OBJECTS: Final = 16_384
_MOST_SITES: Final = 65_536


class Sites:
    """Makes the site of a destination when it is first asked for.

    Attributes:
        by_object: what was found for destinations of late, by the object's id: one object stands for many requests
            where a caller keeps its destinations.
    """

    def __init__(self, manifests: Iterable[Manifest], mesh: Mesh, compiler: PolicyCompiler | None = None) -> None:
        self._mesh = mesh
        self._attachments = Attachments(manifests, mesh)
        self._policies = compiler or PolicyCompiler(mesh)
        self._made: dict[tuple[object, ...], Express] = {}
        self.by_object: dict[int, Express] = {}
        self._objects: list[Destination] = []

    def at(self, to: Destination) -> Express:
        """The way to decisions at `to`, whatever the address that was called."""
        labels = None if to.labels is None else tuple(to.labels.items())
        key = (to.namespace, labels, to.port, to.chain, to.proxy, to.service, to.trusted_proxies)
        way = self._made.get(key)
        if way is None:
            if len(self._made) >= _MOST_SITES:
                self._made.clear()
            way = self._made[key] = self._make(to)
        if len(self.by_object) >= _MOST_OBJECTS:
            self.by_object.clear()
            self._objects.clear()
        self.by_object[id(to)] = way
        self._objects.append(to)  # so that its id cannot become another's
        return way

    def _make(self, to: Destination) -> Express:
        attached = self._attachments.at(to)
        has_rules = to.chain is Chain.HTTP and any(each.jwt_rules for each in attached.requests)
        policies = self._policies.stages(attached.policies, to.chain)
        reader = TokenReader(attached.requests) if has_rules else None
        effective = mode(attached.peers, to, self._mesh) if to.proxy is Proxy.SIDECAR else None
        site = Site(attached, effective, policies, self._setting(to, effective), reader)
        return express(site, to, self._mesh)

    def _setting(self, to: Destination, effective: Mode | None) -> Setting:
        return Setting(
            self._mesh.path_normalization,
            is_gateway=to.proxy is Proxy.GATEWAY,
            trusted_proxies=self._mesh.trusted_proxies if to.trusted_proxies is None else to.trusted_proxies,
            reads_server_name=effective is None or effective.value != DISABLE,
        )
