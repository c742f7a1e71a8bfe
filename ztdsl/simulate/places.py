"""Where a request arrives: a workload of the policy, or another pod of a namespace that it owns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ztdsl.ir.model import Effect, WorkloadKind
from ztdsl.simulate.truth import Unknown
from ztdsl.traffic.request import Proxy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ztdsl.ir.model import Issuer, Model, Namespace, Port, Rule, Workload
    from ztdsl.traffic.request import Destination

NO_LABELS: Final = "the labels of the workload that is called are not known"
_PROXIES: Final = {WorkloadKind.SERVICE: Proxy.SIDECAR, WorkloadKind.GATEWAY: Proxy.GATEWAY}


@dataclass(frozen=True, slots=True)
class Doorway:
    """The rules about one port of a place, by what they do."""

    deny: tuple[Rule, ...]
    allow: tuple[Rule, ...]
    audit: tuple[Rule, ...]
    dry_run: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where rules apply.

    Attributes:
        workload: the declared workload; None for any other pod of an owned namespace.
        is_permissive: whether plaintext is accepted beside mutual TLS where no port says so itself.
        is_closed: whether what no rule allows is refused.
        issuers: whose tokens are read there, by name.
        rules: every rule about it, in the order of the model.
        ports: the declared ports by number.
    """

    workload: Workload | None
    is_permissive: bool
    is_closed: bool
    issuers: tuple[Issuer, ...]
    rules: tuple[Rule, ...]
    ports: Mapping[int, Port]
    _doorways: dict[int | None, Doorway] = field(default_factory=dict, compare=False, repr=False)

    def doorway(self, port: int | None) -> Doorway:
        """The rules about `port`; None is a port that no rule is about."""
        known = self._doorways.get(port)
        if known is None:
            about = [rule for rule in self.rules if port in rule.ports]
            enforced = [rule for rule in about if rule.dry_run is None]
            known = self._doorways[port] = Doorway(
                tuple([rule for rule in enforced if rule.effect is Effect.DENY]),
                tuple([rule for rule in enforced if rule.effect is Effect.ALLOW]),
                tuple([rule for rule in enforced if rule.effect is Effect.AUDIT]),
                tuple([rule for rule in about if rule.dry_run is not None]),
            )
        return known

    def accepts_plaintext(self, port: int | None) -> bool:
        """Whether a sidecar takes connections without mutual TLS on `port`."""
        declared = None if port is None else self.ports.get(port)
        return self.is_permissive or (declared is not None and declared.mtls is not None)

    def serves(self, port: int, *, is_http: bool) -> bool:
        """Whether `port` can serve requests, or else connections; one that is not declared can serve either."""
        declared = self.ports.get(port)
        return declared is None or declared.protocol.is_http is is_http

    def numbers(self) -> set[int]:
        """Every port that is declared there or that a rule is about."""
        return {*self.ports, *[port for rule in self.rules for port in rule.ports]}


class Atlas:
    """Finds the places of a model by what a request says of its destination."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._namespaces = {each.name: each for each in model.namespaces}
        self._issuers = {each.issuer: each for each in model.issuers}
        self._rules: dict[tuple[str, str | None], list[Rule]] = {}
        for rule in model.rules:
            self._rules.setdefault((rule.namespace, rule.workload), []).append(rule)
        self._workloads: dict[str, list[Workload]] = {}
        for workload in model.workloads:
            self._workloads.setdefault(workload.namespace, []).append(workload)
        self._by_label: dict[tuple[str, str, str], list[Workload]] = {}
        for workload in model.workloads:
            for key, value in workload.labels[:1]:
                self._by_label.setdefault((workload.namespace, key, value), []).append(workload)
        self._places: dict[tuple[str, str | None], Place] = {}
        self._host_ports: dict[tuple[str, str | None, tuple[int, ...]], frozenset[int]] = {}
        self._is_mesh_closed = model.defaults is not None and model.defaults.default is None

    def places(self, to: Destination) -> tuple[Place, ...] | Unknown:
        """Every place that `to` can be, one where its labels are known; unknown where the policy does not own it."""
        if to.proxy in {Proxy.WAYPOINT, Proxy.ZTUNNEL}:
            return Unknown(f"policies are rendered for sidecars and gateways, not for a {to.proxy}")
        if to.namespace not in self._namespaces and to.namespace not in self._workloads:
            return Unknown(f"the policy does not own namespace `{to.namespace}`")
        if to.labels is None:
            is_whole = to.namespace in self._namespaces
            return self._candidates(to) if is_whole else Unknown(NO_LABELS)
        found = self._selected(to.namespace, to.labels)
        if len(found) > 1:
            names = ", ".join(sorted(f"`{each.name}`" for each in found))
            return Unknown(f"the labels select several workloads: {names}")
        if not found:
            if to.namespace not in self._namespaces:
                return Unknown(f"the policy owns no workload with these labels in namespace `{to.namespace}`")
            return (self._place(to.namespace, None),)
        if to.proxy is not _PROXIES[found[0].kind]:
            return Unknown(f"the policy declares `{found[0].name}` as a {found[0].kind}")
        return (self._place(to.namespace, found[0]),)

    def host_ports(self, rule: Rule) -> frozenset[int]:
        """The numbers by which clients know the ports of a rule: the containers' and those of Services."""
        key = (rule.namespace, rule.workload, rule.ports)
        known = self._host_ports.get(key)
        if known is None:
            serving = [each for each in self._workloads.get(rule.namespace, ()) if rule.workload in {None, each.name}]
            ports = [port for each in serving for port in each.ports if port.container in rule.ports]
            numbers = {port.service for port in ports if port.service is not None}
            known = self._host_ports[key] = frozenset({*rule.ports, *numbers})
        return known

    def _candidates(self, to: Destination) -> tuple[Place, ...]:
        """Every workload of an owned namespace that a proxy of the kind serves, and any other pod."""
        declared = [each for each in self._workloads.get(to.namespace, ()) if to.proxy is _PROXIES[each.kind]]
        return tuple([self._place(to.namespace, each) for each in (*declared, None)])

    def _selected(self, namespace: str, labels: Mapping[str, str]) -> list[Workload]:
        near = [each for item in labels.items() for each in self._by_label.get((namespace, *item), ())]
        return [each for each in near if all(labels.get(key) == value for key, value in each.labels)]

    def _place(self, namespace: str, workload: Workload | None) -> Place:
        key = (namespace, None if workload is None else workload.name)
        known = self._places.get(key)
        if known is None:
            owned = self._namespaces.get(namespace)
            known = self._places[key] = self._made(owned, namespace, workload)
        return known

    def _made(self, owned: Namespace | None, namespace: str, workload: Workload | None) -> Place:
        own = [] if workload is None else self._rules.get((namespace, workload.name), [])
        rules = (*own, *self._rules.get((namespace, None), ()))
        users = {caller.user.issuer for rule in own for caller in rule.callers if caller.user is not None}
        weak = workload if workload is not None else owned
        is_open = weak is not None and weak.default is not None
        is_allowed_at = any(rule.effect is Effect.ALLOW and rule.dry_run is None for rule in rules)
        return Place(
            workload,
            weak is not None and weak.mtls is not None,
            not is_open or is_allowed_at or self._is_mesh_closed,
            tuple(self._issuers[name] for name in sorted(users)),
            rules,
            {port.container: port for port in workload.ports} if workload is not None else {},
        )
