"""What a change opens and closes: the search at every port that it concerns, each finding replayed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.access import words
from ztdsl.access.axes import CUT, Axes
from ztdsl.access.causes import causes
from ztdsl.access.changed import aged, changed, key_of
from ztdsl.access.choice import request_of
from ztdsl.access.effect import Access, Effect, classed
from ztdsl.access.ground import Ground
from ztdsl.access.identities import namer
from ztdsl.access.places import Places, ports_of
from ztdsl.access.requests_only import allows_requests_only
from ztdsl.access.search import choices_of, search
from ztdsl.access.side import Sides, lacking
from ztdsl.access.ztunnel import connections_apart
from ztdsl.istio.evaluate import Evaluator
from ztdsl.istio.evaluate.policies import PolicyCompiler
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Chain, Proxy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ztdsl.access.effect import Key
    from ztdsl.access.places import Place
    from ztdsl.access.search import Axis, Found
    from ztdsl.access.side import Side
    from ztdsl.ir.model import Model
    from ztdsl.istio.evaluate.attachment import Attached
    from ztdsl.istio.kinds import AuthorizationPolicy, Manifest
    from ztdsl.manifests.known import KnownWorkload
    from ztdsl.traffic.mesh import Mesh
    from ztdsl.traffic.request import Destination, Request

_MOST_TRIES: Final = 12
_MOST_GROUNDS: Final = 256
"""How many are kept for workloads to which the same objects apply."""


def access_change(
    before: Sequence[Manifest],
    after: Sequence[Manifest],
    mesh: Mesh,
    workloads: Sequence[KnownWorkload] | None,
    model: Model | None,
) -> Access:
    """What opens and what closes when `before` becomes `after`.

    Args:
        before: every object of the mesh that is there now.
        after: every object that is there then.
        mesh: the facts of the mesh.
        workloads: the inventory; None where there is none, and workloads are supposed that have what objects select.
        model: the policy's own workloads, which are looked at as well.
    """
    return _Change(before, after, mesh, Places((*before, *after), mesh, workloads, model)).access()


class _Ports(NamedTuple):
    """Ports of a workload where the same is met: the rules, the bits that the ports leave, the objects that apply."""

    ground: Ground
    begin: int
    attached: tuple[Attached, Attached]
    ports: list[int]


class _Change:
    """One comparison."""

    def __init__(self, before: Sequence[Manifest], after: Sequence[Manifest], mesh: Mesh, places: Places) -> None:
        after = aged(before, after)
        self._changed = changed(before, after)
        self._places = places
        compiler = PolicyCompiler(mesh)
        self._sides = (Sides(before, mesh, compiler), Sides(after, mesh, compiler))
        self._evaluators = (Evaluator(before, mesh, compiler), Evaluator(after, mesh, compiler))
        self._named = namer(mesh, places.accounts)
        self._undecided: dict[str, None] = {}
        self._grounds: dict[tuple[object, ...], Ground] = {}
        self._made: dict[int, tuple[list[Axis], list[str]]] = {}
        self._searched: dict[tuple[int, int], Found] = {}

    def access(self) -> Access:
        """The effects of the whole change."""
        effects: list[Effect] = []
        for place in self._places.concerned(each for some in self._changed.values() for each in some):
            if len(self._grounds) > _MOST_GROUNDS:  # known by their ids, so that all go together
                self._grounds.clear()
                self._made.clear()
                self._searched.clear()
            effects += self._at(place)
        effects.sort(key=lambda each: each.kind == "closes")
        undecided = tuple(self._undecided)
        return Access(tuple(effects), undecided, classed(tuple(effects), undecided))

    def _at(self, place: Place) -> Iterator[Effect]:
        """The effects at one workload."""
        to = place.at(0, Chain.HTTP)
        attached = (self._sides[0].attached(to), self._sides[1].attached(to))
        objects = [each for side in attached for each in _objects(side)]
        concerned = [key for key in dict.fromkeys(key_of(each) for each in objects) if key in self._changed]
        if not concerned and attached[0].lacking == attached[1].lacking is None:
            return
        ports = place.looked_at(ports_of(objects))
        for chain in (Chain.HTTP, Chain.TCP):
            if (
                chain is Chain.TCP
                and place.proxy is not Proxy.ZTUNNEL
                and _is_closed_to_connections(attached, concerned)
            ):
                continue
            served = [port for port, chains in ports if chain in chains]
            for group in self._alike(place, served, chain, attached):
                for port in group.ports if len(group.ports) < len(served) else group.ports[:1]:
                    effects = self._at_port(place, place.at(port, chain), group, concerned)
                    is_every = len(group.ports) == len(served)
                    if place.is_other(port, ports_of(objects)) and not (is_every and len(served) > 1):
                        yield from map(_at_other_ports, effects)
                    else:
                        yield from map(_at_every_port, effects) if is_every else effects

    def _alike(
        self, place: Place, ports: Iterable[int], chain: Chain, attached: tuple[Attached, Attached]
    ) -> Iterable[_Ports]:
        """The ports in groups whose requests meet the same tests."""
        groups: dict[tuple[int, int, int | None], _Ports] = {}
        # where no side has a mode of its own, ports that a PeerAuthentication names stand by themselves
        own = {port for side in attached for each in side.peers for port, _ in each.port_level}
        for port in ports:
            to = place.at(port, chain)
            sides = (self._sides[0].at(to, attached[0]), self._sides[1].at(to, attached[1]))
            reason = lacking(sides, attached)
            if reason is not None:
                self._undecided[f"{place.namespace}/{place.name}:{port}: {reason}"] = None
                continue
            ground = self._ground(to, sides, attached)
            if ground.is_same and to.proxy is not Proxy.ZTUNNEL:
                continue
            begin = ground.at_port(to)
            apart = port if to.proxy is Proxy.ZTUNNEL and port in own else None
            groups.setdefault((id(ground), begin, apart), _Ports(ground, begin, attached, [])).ports.append(port)
        return groups.values()

    def _at_port(self, place: Place, to: Destination, group: _Ports, concerned: Sequence[Key]) -> Iterator[Effect]:
        where = f"{place.namespace}/{place.name}:{to.port}"
        axes, doubts = self._axes(to, group)
        if to.proxy is Proxy.ZTUNNEL:
            for callers, what, request in connections_apart(self._evaluators, to, axes):
                yield from self._replayed(place, [request], callers, what, concerned)
            return
        found = self._search(group, axes)
        for doubt in (*doubts, *(() if found.is_whole else (CUT,))):
            self._undecided[f"{where}: {doubt}"] = None
        for box in found.boxes:
            callers = words.callers(axes, box)
            what = words.asked(axes, box, is_http=to.chain is Chain.HTTP)
            requests = (request_of(to, parts) for parts in choices_of(axes, box))
            yield from self._replayed(place, requests, callers, what, concerned)

    def _ground(self, to: Destination, sides: tuple[Side, Side], attached: tuple[Attached, Attached]) -> Ground:
        """The rules at a port, which are the same for all ports and workloads with the same objects."""
        key = (
            *(tuple(map(id, (*side.policies, None, *side.requests))) for side in attached),
            *(None if side.mode is None else side.mode.value for side in sides),
            to.chain,
            to.proxy,
            to.trusted_proxies,
        )
        ground = self._grounds.get(key)
        if ground is None:
            ground = self._grounds[key] = Ground(sides)
        return ground

    def _axes(self, to: Destination, group: _Ports) -> tuple[list[Axis], list[str]]:
        made = self._made.get(id(group.ground))
        if made is None:
            axes = Axes(to, group.ground, self._named)
            policies = [each for side in group.attached for each in side.policies]
            made = self._made[id(group.ground)] = (axes.made(_accounts(policies)), axes.doubts)
        return made

    def _search(self, group: _Ports, axes: Sequence[Axis]) -> Found:
        key = (id(group.ground), group.begin)
        found = self._searched.get(key)
        if found is None:
            found = self._searched[key] = search(group.ground, axes, group.begin)
        return found

    def _replayed(
        self,
        place: Place,
        requests: Iterable[Request],
        callers: str,
        what: str,
        concerned: Sequence[Key],
    ) -> Iterator[Effect]:
        """The effect whose witness the evaluators decide differently; none, or a doubt, where they do not."""
        where = f"{place.namespace}/{place.name}"
        rest = iter(requests)
        for _, request in zip(range(_MOST_TRIES), rest, strict=False):
            before, after = (each.decide(request) for each in self._evaluators)
            if Verdict.UNKNOWN in {before.verdict, after.verdict}:
                unknown = before if before.verdict is Verdict.UNKNOWN else after
                self._undecided[f"{where}:{request.to.port}: {callers}: {what}: {unknown.reason}"] = None
                return
            is_open = after.verdict is Verdict.ALLOW
            if is_open is (before.verdict is Verdict.ALLOW):
                continue
            caused = causes(self._evaluators, (request, before, after), rest, concerned, self._changed)
            yield Effect(
                (place.namespace, tuple(sorted(place.labels.items()))),
                request.to.port,
                "opens" if is_open else "closes",
                callers,
                what,
                request,
                before,
                after,
                caused,
                where,
            )
            return


def _accounts(policies: Iterable[AuthorizationPolicy]) -> Iterator[str]:
    """The service accounts that policies name, each with its namespace: that of the policy where none is written."""
    for policy in policies:
        for rule in policy.rules:
            values = [
                each for source in rule.sources for each in (*source.service_accounts, *source.not_service_accounts)
            ]
            for condition in rule.conditions:
                if condition.key == "source.serviceAccount":
                    values += (*condition.values, *condition.not_values)
            for value in values:
                yield value if "/" in value else f"{policy.meta.namespace}/{value}"


def _is_closed_to_connections(attached: Sequence[Attached], concerned: Iterable[Key]) -> bool:
    """Whether both sides certainly refuse connections alike: all of their rules allow requests, and are left out."""
    return all(kind != "PeerAuthentication" for kind, _, _ in concerned) and all(
        each.lacking is None and each.policies and all(allows_requests_only(policy) for policy in each.policies)
        for each in attached
    )


def _objects(attached: Attached) -> Iterator[Manifest]:
    yield from attached.peers
    yield from attached.requests
    yield from attached.policies


def _at_other_ports(effect: Effect) -> Effect:
    return replace(effect, port=None, is_other_port=True)


def _at_every_port(effect: Effect) -> Effect:
    return replace(effect, port=None)
