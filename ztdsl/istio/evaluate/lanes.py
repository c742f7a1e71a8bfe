"""The rules of one site by the identities that they name, with the tests of identity and port already made."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from ztdsl.istio.evaluate.alternatives import Settled
from ztdsl.istio.evaluate.answers import allowed, denied
from ztdsl.istio.evaluate.attributes import Depends
from ztdsl.istio.evaluate.facts import Facts
from ztdsl.istio.evaluate.residue import residue, settled_by, settled_by_absence, settled_by_port
from ztdsl.traffic.decision import Decision
from ztdsl.traffic.request import Chain, Destination, Http, Request, Tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ztdsl.istio.evaluate.alternatives import Alternative
    from ztdsl.istio.evaluate.attributes import Predicate
    from ztdsl.istio.evaluate.compile import Match, Test
    from ztdsl.istio.evaluate.policies import Policies, StagedRule
    from ztdsl.istio.evaluate.residue import Settle
    from ztdsl.istio.evaluate.site import Site
    from ztdsl.traffic.decision import Decider

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


class Lane(NamedTuple):
    """The rules that are left for one caller, DENY before ALLOW.

    Attributes:
        alternatives: what is left of the rules, in their order.
        otherwise: the decision where none of them holds.
        beside: what is reported beside a decision; None at a site where nothing is.
    """

    alternatives: tuple[Alternative, ...]
    otherwise: Decision
    beside: Beside | None


class Lanes:
    """The lanes of one site: one for each identity that a rule names exactly, one for plaintext, one for strangers.

    Only the rules that strangers may meet, and those that name an identity, are looked at for its lane.

    Attributes:
        named: the identities that rules name, each with the places of the rules that decide and do.
        strangers: the lane of identities that no rule names.
        reads_path: whether a rule tests the path.
    """

    def __init__(self, site: Site, to: Destination) -> None:
        self._to, self._setting, self._policies = to, site.setting, site.policies
        self._knows_port = to.port is not None
        nobody = self._facts(None)
        by_port = settled_by_port(nobody, knows_port=self._knows_port)
        staged, self._otherwise = _decisions(site.policies, to)
        self._rules = [Settled(match, decision, by_port) for match, decision in staged]
        self.named = _named(site.policies, self._rules)
        self.reads_path = any(test.depends is Depends.PATH for test in _tests(_matches(site.policies)))
        absent = settled_by_absence(nobody, knows_port=self._knows_port)
        self._open = [at for at, rule in enumerate(self._rules) if rule.alternatives(absent)]
        self.strangers = self._lane(self._open, absent)

    def make(self, identity: str | None) -> Lane:
        """The lane of an identity, or of plaintext, which is None."""
        naming = self.named.get(identity) if identity is not None else None
        rules = sorted(naming.union(self._open)) if naming else self._open
        return self._lane(rules, settled_by(self._facts(identity), knows_port=self._knows_port))

    def _lane(self, rules: Iterable[int], settle: Settle) -> Lane:
        """The lane of a group of callers; what comes behind a rule that matches all of their requests is not met."""
        left: list[Alternative] = []
        otherwise = self._otherwise
        for at in rules:
            found = self._rules[at].alternatives(settle)
            if any(each.is_certain for each in found):
                otherwise = self._rules[at].decision
                break
            left.extend(found)
        policies = self._policies
        beside = Beside(policies, settle) if policies.audit or policies.dry_run else None
        return Lane(tuple(left), otherwise, beside)

    def _facts(self, identity: str | None) -> Facts:
        facts = Facts(Request(self._to, identity, Tls.NONE if identity is None else Tls.MTLS), self._setting)
        facts.identity = identity
        return facts


def _matches(policies: Policies) -> Iterator[Match]:
    """Every rule that decides or is reported."""
    for rule in (*policies.deny, *policies.allow):
        yield rule.match
    yield from _reported_matches(policies)


def _reported_matches(policies: Policies) -> Iterator[Match]:
    for rule in (*policies.audit, *policies.dry_run):
        yield rule.match


def _tests(matches: Iterable[Match]) -> Iterator[Test]:
    for match in matches:
        for part in (match.sources, match.operations):
            for tests in part:
                yield from tests


def _named(policies: Policies, rules: Iterable[Settled]) -> dict[str, set[int]]:
    """The identities that rules name exactly, each with the places of those of `rules` that do."""
    named: dict[str, set[int]] = {}
    for at, rule in enumerate(rules):
        for test in _tests((rule.match,)):
            for name in test.identities or ():
                named.setdefault(name, set()).add(at)
    for test in _tests(_reported_matches(policies)):
        for name in test.identities or ():
            named.setdefault(name, set())
    return named


def _reported(rules: Iterable[StagedRule], settle: Settle) -> Reported:
    found = [(residue(rule.match, settle), rule.decider) for rule in rules]
    return tuple((_always if left is True else left, decider) for left, decider in found if left is not False)


def _always(_: Facts) -> bool:
    return True


def _decisions(policies: Policies, to: Destination) -> tuple[list[tuple[Match, Decision]], Decision]:
    """Each rule with the decision when it is the first to match, and the decision when none does."""
    is_http = to.chain is Chain.HTTP
    staged = [(rule.match, _denied(is_http=is_http, rule=rule.decider)) for rule in policies.deny]
    staged.extend((rule.match, _allowed(is_http=is_http, rule=rule.decider)) for rule in policies.allow)
    decide = _denied if policies.has_allow else _allowed
    return staged, decide(is_http=is_http, rule=None)


_TO: Final = Destination("", {}, None, Chain.HTTP)
_SAMPLES: Final = {
    True: Request(_TO, None, Tls.NONE, http=Http("GET", "/", None, {})),
    False: Request(_TO, None, Tls.NONE),
}
"""A request and a connection, neither of gRPC, for what decisions say to their clients."""


@lru_cache(1 << 14)
def _allowed(*, is_http: bool, rule: Decider | None) -> Decision:
    """The one decision that allows by `rule`, or without one, wherever it applies."""
    return allowed(_SAMPLES[is_http], is_http=is_http, decided_by=rule, dry_run=(), audit=())


@lru_cache(1 << 14)
def _denied(*, is_http: bool, rule: Decider | None) -> Decision:
    """The one decision that denies by `rule`, or for want of one, wherever it applies."""
    return denied(_SAMPLES[is_http], is_http=is_http, decided_by=rule)
