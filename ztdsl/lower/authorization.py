"""Rules become AuthorizationPolicies: one for each workload and effect, a dry run apart from what is enforced."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Spot
from ztdsl.ir.model import Effect
from ztdsl.istio.annotated import Annotated, Item
from ztdsl.istio.kinds import DRY_RUN_ANNOTATION, AuthorizationPolicy, Condition, Meta, Rule, Selector
from ztdsl.lower import names, operations
from ztdsl.lower.sources import SourceTable
from ztdsl.lower.split import MOST_RULES, budget, fitting, packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.ir import model as ir

Labels = tuple[tuple[str, str], ...]
Pair = tuple[Rule, Item]
_place: Final[Callable[[ir.Rule], tuple[str, str | None]]] = attrgetter("namespace", "workload")
_FEW: Final = 4
_DRY_RUN: Final = ((DRY_RUN_ANNOTATION, "true"),)


class Authorizations:
    """Makes the AuthorizationPolicies of one model."""

    def __init__(self, model: ir.Model, labels: Labels) -> None:
        self._labels = labels
        self._owner = model.owner
        self._mesh = model.mesh
        self._limit = budget(model.mesh)
        self._sources = SourceTable(model.mesh)
        self._workloads = {(each.namespace, each.name): each for each in model.workloads}
        self._rules = model.rules
        self._ports_of: dict[str, int] = {}
        for each in model.workloads:
            self._ports_of[each.namespace] = self._ports_of.get(each.namespace, 0) + len(each.ports)
        self.findings: list[Diagnostic] = []

    def policies(self) -> Iterator[Annotated]:
        """The policies, by namespace, workload and effect."""
        for (namespace, workload), rules in groupby(self._rules, key=_place):
            by_kind: dict[tuple[str, str], list[ir.Rule]] = {}
            for rule in rules:
                by_kind.setdefault((rule.effect, "dry" if rule.dry_run else ""), []).append(rule)
            target = self._workloads.get((namespace, workload)) if workload else None
            for (effect, is_dry_run), alike in sorted(by_kind.items()):
                yield from self._policy(namespace, target, effect, is_dry_run == "dry", alike)

    def _policy(
        self,
        namespace: str,
        target: ir.Workload | None,
        effect: str,
        is_dry_run: bool,  # noqa: FBT001 - one of two kinds, beside the other
        rules: list[ir.Rule],
    ) -> Iterator[Annotated]:
        most_ports = 0 if target is not None else self._ports_of.get(namespace, 0)
        is_small = sum([_bound(rule, self._sources.bound(rule.callers), most_ports) for rule in rules]) < self._limit
        pairs = [pair for rule in rules for pair in self._lowered(target, rule, is_small=is_small)]
        if len(pairs) > 1 and any([_may_repeat(rule) for rule in rules]):
            pairs = _merged(pairs)
        selector = Selector(target.labels) if target is not None else None
        workload = target.name if target is not None else None
        declaration = f"{target.kind} `{target.name}`" if target is not None else f"namespace `{namespace}`"
        origin = target.origin if target is not None else rules[0].origin
        annotations = _DRY_RUN if is_dry_run else ()
        runs = [pairs] if is_small and len(pairs) <= MOST_RULES else packed(pairs, self._limit)
        for part, run in enumerate(runs, start=1):
            name = names.authorization(workload, rules[0].effect, is_dry_run=is_dry_run, part=part)
            meta = Meta(name, namespace, self._labels, annotations)
            manifest = AuthorizationPolicy(meta, selector, (), effect.upper(), None, tuple([rule for rule, _ in run]))
            yield Annotated(manifest, (), tuple([item for _, item in run]), origin, declaration)

    def _lowered(self, target: ir.Workload | None, rule: ir.Rule, *, is_small: bool) -> Iterator[Pair]:
        item = Item(_comments(rule, self._owner), rule.origin, "rule")
        host_ports = self._host_ports(target, rule) if any([r.hosts or r.not_hosts for r in rule.requests]) else ()
        shared = operations.Asked(_written(rule.ports), host_ports, rule.effect is Effect.DENY)
        asked = operations.groups(rule.requests, shared)
        if rule.server_names:
            asked = [(_server_names(rule), entries) for _, entries in asked]
        for user_conditions, sources in self._sources.groups(rule.callers):
            for request_conditions, entries in asked:
                whole = Rule(sources, entries, user_conditions + request_conditions)
                parts = (whole,) if is_small else fitting(whole, self._limit)
                if parts is None:
                    self._report_too_large(rule)
                    continue
                for part in parts:
                    yield part, item

    def _host_ports(self, target: ir.Workload | None, rule: ir.Rule) -> tuple[int, ...]:
        """The numbers by which clients know the ports of a rule: the container's and those of Services."""
        serving = self._workloads.values() if target is None else (target,)
        ports = [port for each in serving if each.namespace == rule.namespace for port in each.ports]
        numbers = {port.service for port in ports if port.container in rule.ports and port.service is not None}
        return tuple(sorted({*rule.ports, *numbers}))

    def _report_too_large(self, rule: ir.Rule) -> None:
        place = Label(Spot(rule.origin)) if rule.origin is not None else None
        self.findings.append(
            diagnostic(
                "ZT603",
                f"rule is larger than the {self._limit:,} bytes that an object of mesh `{self._mesh.name}` takes",
                place,
                notes=("a list of exceptions cannot be split: all of it must hold at once",),
                help=("shorten the list, or name what is allowed instead",),
            )
        )


def allow_nothing(namespace: str, labels: Labels) -> AuthorizationPolicy:
    """The policy that switches a namespace to default-deny: ALLOW without a rule matches nothing."""
    return AuthorizationPolicy(Meta(names.ALLOW_NOTHING, namespace, labels), None, (), "ALLOW", None, ())


@lru_cache(1 << 12)
def _written(ports: tuple[int, ...]) -> tuple[str, ...]:
    return tuple([str(port) for port in ports])


def _server_names(rule: ir.Rule) -> operations.Conditions:
    return (Condition("connection.sni", rule.server_names),)


def _may_repeat(rule: ir.Rule) -> bool:
    """Whether the rule can become the same as a part of another: by one of several parts, or by a host's ports."""
    if len(rule.callers) > 1 or len(rule.requests) > 1 or rule.callers[0].user is not None:
        return True
    return any([each.hosts or each.not_hosts for each in rule.requests])


def _merged(pairs: list[Pair]) -> list[Pair]:
    """The rules, each once, with the comments of all declarations that ask for it."""
    if len(pairs) <= _FEW and not any(rule == other for i, (rule, _) in enumerate(pairs) for other, _ in pairs[:i]):
        return pairs  # compared in pairs, a few rules are told apart faster than by their hashes
    found: dict[Rule, Item] = {}
    for rule, item in pairs:
        first = found.setdefault(rule, item)
        if first is not item:
            new = tuple([text for text in item.comments if text not in first.comments])
            found[rule] = replace(first, comments=first.comments + new)
    return list(found.items())


def _bound(rule: ir.Rule, texts: int, most_ports: int) -> int:
    """More bytes than the rule can take: its texts, four bytes a character, for each way to write a host.

    `texts` counts the characters of its callers, `most_ports` is how many numbers clients may know the ports by where
    the rule is about every workload of a namespace. Most rules are far from any limit, and measuring them to the byte
    costs more than making them.
    """
    for request in rule.requests:
        for part in request.key:
            if part:
                texts += len("".join(part)) + 4 * len(part)
    ways = 4 + 2 * len(rule.ports) + most_ports
    alternatives = len(rule.callers) * (len(rule.requests) or 1)
    return 4 * texts * ways * alternatives + 4 * len("".join(rule.server_names)) + 1024


def _comments(rule: ir.Rule, policy_owner: str | None) -> tuple[str, ...]:
    found = [rule.because]
    if rule.dry_run is not None:
        found.append(f"dry run until {rule.dry_run.isoformat()}")
    if rule.owner is not None and rule.owner != policy_owner:
        found.append(f"owner: {rule.owner}")
    return tuple(found)
