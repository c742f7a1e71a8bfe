"""The rules of one site by the identities that they name, with the tests of identity and port already made."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ztdsl.istio.evaluate.answers import allowed, denied
from ztdsl.istio.evaluate.facts import Facts
from ztdsl.istio.evaluate.residue import residue, settled_by, settled_by_absence
from ztdsl.traffic.decision import Decision
from ztdsl.traffic.request import Chain, Http, Request, Tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ztdsl.istio.evaluate.attributes import Predicate
    from ztdsl.istio.evaluate.compile import Test
    from ztdsl.istio.evaluate.policies import Policies, StagedRule
    from ztdsl.istio.evaluate.residue import Settle
    from ztdsl.istio.evaluate.site import Site
    from ztdsl.traffic.decision import Decider
    from ztdsl.traffic.request import Destination

    Reported: TypeAlias = tuple[tuple[Predicate, Decider], ...]


class Beside:
    """The rules of AUDIT and of dry runs that are left for one caller: they match, and decide nothing."""

    __slots__ = ("_audit", "_dry_run")

    def __init__(self, policies: Policies, settle: Settle) -> None:
        self._audit = _reported(policies.audit, settle)
        self._dry_run = _reported(policies.dry_run, settle)

    def report(self, decision: Decision, facts: Facts) -> Decision:
        """The decision with the rules that match.

        Raises:
            LackingFactError: whether one matches depends on what was not given.
        """
        audit = tuple([rule for matches, rule in self._audit if matches(facts)])
        dry_run = tuple([rule for matches, rule in self._dry_run if matches(facts)])
        if not audit and not dry_run:
            return decision
        of = decision
        return Decision(of.verdict, of.status, of.decided_by, of.reason, of.grpc_status, dry_run, audit)


class Lane:
    """The rules that are left for one caller, DENY before ALLOW.

    Attributes:
        rules: what is left of each rule, with the decision where it is the first to match.
        otherwise: the decision where none matches.
        beside: what is reported beside a decision; None at a site where nothing is.
    """

    __slots__ = ("beside", "otherwise", "rules")

    def __init__(
        self, staged: Iterable[tuple[StagedRule, Decision]], otherwise: Decision, policies: Policies, settle: Settle
    ) -> None:
        rules: list[tuple[Predicate, Decision]] = []
        for rule, decision in staged:
            left = residue(rule.match, settle)
            if left is True:
                otherwise = decision
                break
            if left is not False:
                rules.append((left, decision))
        self.rules = tuple(rules)
        self.otherwise = otherwise
        self.beside = Beside(policies, settle) if policies.audit or policies.dry_run else None


class Lanes:
    """The lanes of one site: one for each identity that a rule names exactly, one for plaintext, one for strangers.

    Attributes:
        made: the lanes by identity, None for plaintext.
        reads_path: whether a rule tests the path.
    """

    def __init__(self, site: Site, to: Destination) -> None:
        self._to = to
        self._setting = site.setting
        self._policies = site.policies
        self._staged, self._otherwise = _decisions(site.policies, to)
        tests = list(_tests(site.policies))
        self.reads_path = any(test.attribute in {"paths", "notPaths"} for test in tests)
        self._named = frozenset(name for test in tests for name in test.identities or ())
        self._strangers = self._lane(settled_by_absence(self._facts(None), knows_port=to.port is not None))
        self.made: dict[str | None, Lane] = {None: self._lane_of(None)}

    def make(self, identity: str) -> Lane:
        """The lane of `identity`; those of strangers are one, and are not kept by name."""
        if identity not in self._named:
            return self._strangers
        lane = self.made[identity] = self._lane_of(identity)
        return lane

    def _lane_of(self, identity: str | None) -> Lane:
        return self._lane(settled_by(self._facts(identity), knows_port=self._to.port is not None))

    def _lane(self, settle: Settle) -> Lane:
        return Lane(self._staged, self._otherwise, self._policies, settle)

    def _facts(self, identity: str | None) -> Facts:
        facts = Facts(Request(self._to, identity, Tls.NONE if identity is None else Tls.MTLS), self._setting)
        facts.identity = identity
        return facts


def _tests(policies: Policies) -> Iterator[Test]:
    """Every test of the rules that decide or are reported."""
    for rule in (*policies.deny, *policies.allow, *policies.audit, *policies.dry_run):
        for part in (rule.match.sources, rule.match.operations):
            for tests in part:
                yield from tests


def _reported(rules: Iterable[StagedRule], settle: Settle) -> Reported:
    found = [(residue(rule.match, settle), rule.decider) for rule in rules]
    return tuple((_always if left is True else left, decider) for left, decider in found if left is not False)


def _always(_: Facts) -> bool:
    return True


def _decisions(policies: Policies, to: Destination) -> tuple[list[tuple[StagedRule, Decision]], Decision]:
    """Each rule with the decision when it is the first to match, and the decision when none does."""
    is_http = to.chain is Chain.HTTP
    sample = Request(to, None, Tls.NONE, http=Http("GET", "/", None, {}) if is_http else None)

    def allow(rule: Decider | None) -> Decision:
        return allowed(sample, is_http=is_http, decided_by=rule, dry_run=(), audit=())

    def deny(rule: Decider | None) -> Decision:
        return denied(sample, is_http=is_http, decided_by=rule)

    staged = [(rule, deny(rule.decider)) for rule in policies.deny]
    staged.extend((rule, allow(rule.decider)) for rule in policies.allow)
    return staged, deny(None) if policies.has_allow else allow(None)
