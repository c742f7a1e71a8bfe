"""The short way to a decision, for the requests that most are: nothing lacking, nothing to report beside the verdict.

A site's rules are kept by the identities that they name, with the tests of identity and port made once, and each
decision exists once. Where anything else is asked of a site or a request, the answer is left to `stages`; where both
answer, they give the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from ztdsl.istio.evaluate.answers import allowed, denied
from ztdsl.istio.evaluate.facts import Facts, LackingFactError
from ztdsl.istio.evaluate.identities import SCHEME
from ztdsl.istio.evaluate.malformed import is_plain
from ztdsl.istio.evaluate.peers import DISABLE, STRICT
from ztdsl.istio.evaluate.residue import residue, settled_by, settled_by_absence
from ztdsl.istio.evaluate.tokens import Outcome
from ztdsl.traffic.paths import UnclearPathError, matched_path
from ztdsl.traffic.request import Chain, Http, Proxy, Request, Tls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ztdsl.istio.evaluate.attributes import Predicate
    from ztdsl.istio.evaluate.policies import Policies, StagedRule
    from ztdsl.istio.evaluate.residue import Settle
    from ztdsl.istio.evaluate.site import Site
    from ztdsl.traffic.decision import Decider, Decision
    from ztdsl.traffic.mesh import Mesh
    from ztdsl.traffic.request import Destination

_ANY_PEER: Final = ("",)

Express: TypeAlias = "Callable[[Request], Decision | None]"


class _Lane:
    """The rules that are left for one caller, DENY before ALLOW, and the decision where none of them matches."""

    __slots__ = ("otherwise", "rules")

    def __init__(self, staged: Iterable[tuple[StagedRule, Decision]], otherwise: Decision, settle: Settle) -> None:
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


class _Lanes:
    """The lanes of one site: one for each identity that a rule names exactly, one for plaintext, one for strangers."""

    def __init__(self, site: Site, to: Destination) -> None:
        self._to = to
        self._setting = site.setting
        self._staged, self._otherwise = _decisions(site.policies, to)
        tests = [
            test
            for rule, _ in self._staged
            for part in (rule.match.sources, rule.match.operations)
            for tests in part
            for test in tests
        ]
        self.reads_path = any(test.attribute in {"paths", "notPaths"} for test in tests)
        self._named = frozenset(name for test in tests for name in test.identities or ())
        settle = settled_by_absence(self._facts(None), knows_port=to.port is not None)
        self._strangers = _Lane(self._staged, self._otherwise, settle)
        self.made: dict[str | None, _Lane] = {None: self._lane(None)}

    def make(self, identity: str) -> _Lane:
        """The lane of `identity`; those of strangers are one, and are not kept by name."""
        if identity not in self._named:
            return self._strangers
        lane = self.made[identity] = self._lane(identity)
        return lane

    def _lane(self, identity: str | None) -> _Lane:
        settle = settled_by(self._facts(identity), knows_port=self._to.port is not None)
        return _Lane(self._staged, self._otherwise, settle)

    def _facts(self, identity: str | None) -> Facts:
        facts = Facts(Request(self._to, identity, Tls.NONE if identity is None else Tls.MTLS), self._setting)
        facts.identity = identity
        return facts


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


def _connections(site: Site, to: Destination, mesh: Mesh) -> Express:
    """The short way on a TCP port."""
    lanes = _Lanes(site, to)
    made = lanes.made.get
    setting = site.setting
    prefixes = _prefixes(site, mesh)
    takes_plaintext = _takes_plaintext(site, to)

    def decide(request: Request) -> Decision | None:
        if request.tls is Tls.MTLS:
            identity = request.peer
            if identity is None or not identity.startswith(prefixes):
                return None
            lane = made(identity) or lanes.make(identity)
        elif request.tls is Tls.NONE and takes_plaintext:
            identity = None
            lane = lanes.made[None]
        else:
            return None
        facts = Facts(request, setting)
        facts.identity = identity
        try:
            for matches, decision in lane.rules:
                if matches(facts):
                    return decision
        except LackingFactError:
            return None
        return lane.otherwise

    return decide


def _requests(site: Site, to: Destination, mesh: Mesh) -> Express:  # noqa: C901 - calls are what costs time here
    """The short way on an HTTP port; longer than `_connections` by the request, and apart from it for its speed."""
    lanes = _Lanes(site, to)
    made = lanes.made.get
    setting = site.setting
    normalization = setting.normalization
    reads_path = lanes.reads_path
    read_tokens = None if site.tokens is None else site.tokens.read
    prefixes = _prefixes(site, mesh)
    takes_plaintext = _takes_plaintext(site, to)

    def decide(request: Request) -> Decision | None:  # noqa: C901 - likewise
        http = request.http
        if http is None or not is_plain(http):
            return None
        if request.tls is Tls.MTLS:
            identity = request.peer
            if identity is None or not identity.startswith(prefixes):
                return None
            lane = made(identity) or lanes.make(identity)
        elif request.tls is Tls.NONE and takes_plaintext:
            identity = None
            lane = lanes.made[None]
        else:
            return None
        facts = Facts(request, setting)
        facts.identity = identity
        facts.method = http.method
        try:
            if reads_path:
                facts.path = matched_path(http.path, normalization)
            if read_tokens is not None:
                result = read_tokens(request)
                if result.outcome is not Outcome.PASSED:
                    return None
                facts.accepted = result.claims
                facts.has_read_tokens = True
            for matches, decision in lane.rules:
                if matches(facts):
                    return decision
        except (LackingFactError, UnclearPathError):
            return None
        return lane.otherwise

    return decide


def express(site: Site, to: Destination, mesh: Mesh) -> Express | None:
    """The short way at a site, which gives None where a request takes the long one; None where all do."""
    policies = site.policies
    if site.attached.lacking is not None or to.proxy is Proxy.ZTUNNEL:
        return None
    if site.mode is not None and (site.mode.lacking is not None or site.mode.value == DISABLE):
        return None
    if policies.custom or policies.custom_dry_run or policies.audit or policies.dry_run:
        return None
    return (_requests if to.chain is Chain.HTTP else _connections)(site, to, mesh)


def _prefixes(site: Site, mesh: Mesh) -> tuple[str, ...]:
    """What the identities begin with that the proxy accepts; PeerAuthentications do not touch gateways."""
    if site.mode is None:
        return _ANY_PEER
    return tuple(f"{SCHEME}{domain}/" for domain in (*mesh.trust_domains, *mesh.federated_trust_domains))


def _takes_plaintext(site: Site, to: Destination) -> bool:
    return to.proxy is Proxy.GATEWAY if site.mode is None else site.mode.value != STRICT
