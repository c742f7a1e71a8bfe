"""The evaluator: decides each request with what applies to the called workload.

Filters run in Envoy's order: the connection, Envoy's own checks of the request, then the stages of policies.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ztdsl.istio.evaluate.answers import answer, unknown
from ztdsl.istio.evaluate.explanation import Explanation, misses
from ztdsl.istio.evaluate.facts import Facts
from ztdsl.istio.evaluate.peers import accept
from ztdsl.istio.evaluate.sites import Sites
from ztdsl.istio.evaluate.stages import asked, authorize, matching
from ztdsl.istio.evaluate.tokens import Outcome
from ztdsl.istio.evaluate.ztunnel import decide_l4
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.malformed import Rejection, receive
from ztdsl.traffic.request import Chain, Proxy, Tls

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.istio.evaluate.policies import PolicyCompiler
    from ztdsl.istio.evaluate.site import Site
    from ztdsl.istio.kinds import Manifest
    from ztdsl.traffic.decision import Decision
    from ztdsl.traffic.mesh import Mesh
    from ztdsl.traffic.request import Request

_BY_POLICIES: Final = frozenset({Verdict.ALLOW, Verdict.DENY, Verdict.REFUSED})
_WAYPOINT: Final = "a waypoint accepts the mesh's own mutual TLS only"


class Evaluator:
    """What Istio does with requests, given all manifests of a mesh."""

    def __init__(self, manifests: Iterable[Manifest], mesh: Mesh, compiler: PolicyCompiler | None = None) -> None:
        """Prepare to decide; whoever compiles the same policies elsewhere may share its `compiler`."""
        self._mesh = mesh
        self._sites = Sites(manifests, mesh, compiler)
        self._known = self._sites.by_object.get

    def decide(self, request: Request) -> Decision:
        """The verdict of one request, and what decided it."""
        to = request.to
        way = self._known(id(to)) or self._sites.at(to)
        return way.decide(request) or self._decide(way.site, request)

    def decide_at_length(self, request: Request) -> Decision:
        """The same decision by the long way, which is slower and looks at every rule."""
        return self._decide(self._sites.at(request.to).site, request)

    def _decide(self, site: Site, request: Request) -> Decision:
        """The decision by the long way, which knows of facts that lack and of what is reported beside the verdict."""
        reached = self._reached(site, request)
        if not isinstance(reached, Facts):
            return reached
        asks = asked(site.policies, reached)
        refused = _read_tokens(site, reached, asks)
        if refused is not None:
            return refused
        return authorize(site.policies, reached, asks, is_http=request.to.chain is Chain.HTTP)

    def explain(self, request: Request) -> Explanation:
        """The decision with the rules that matched, the nearest misses of a refusal, and every object that applies."""
        decision = self.decide(request)
        site = self._sites.at(request.to).site
        facts = self._reached(site, request)
        if decision.verdict not in _BY_POLICIES or not isinstance(facts, Facts):
            return Explanation(decision, attached=site.objects)
        _read_tokens(site, facts, None)
        if decision.verdict is Verdict.ALLOW:
            return Explanation(decision, matching(site.policies.allow, facts), attached=site.objects)
        if decision.decided_by is not None:
            return Explanation(decision, matching(site.policies.deny, facts), attached=site.objects)
        return Explanation(decision, misses=misses(site.policies, facts), attached=site.objects)

    def _reached(self, site: Site, request: Request) -> Facts | Decision:
        """The facts of a request that reaches the policies, or the decision that ends it before."""
        if request.to.proxy is Proxy.ZTUNNEL:
            return decide_l4(site.attached, request, self._mesh)
        if site.attached.lacking is not None:
            return unknown(f"what applies to the workload depends on {site.attached.lacking}")
        facts = self._connected(site, request)
        if not isinstance(facts, Facts) or request.to.chain is not Chain.HTTP or request.http is None:
            return facts
        received = receive(request.http, site.setting.normalization)
        if isinstance(received, Rejection):
            return answer(request, Verdict.REJECTED, received.status, reason=received.reason)
        if received is not request.http:
            facts.request = replace(request, http=received)
        return facts

    def _connected(self, site: Site, request: Request) -> Facts | Decision:
        """The facts of a request whose connection is accepted, or the decision about the connection."""
        facts = Facts(request, site.setting)
        if site.mode is None:
            is_foreign = request.to.proxy is Proxy.WAYPOINT and request.tls is not Tls.MTLS
            return answer(request, Verdict.REFUSED, reason=_WAYPOINT) if is_foreign else facts
        if site.mode.lacking is not None:
            return unknown(f"the mode of the port depends on {site.mode.lacking}")
        acceptance = accept(site.mode, request, self._mesh)
        if not acceptance.is_accepted:
            return answer(request, Verdict.REFUSED, decided_by=site.mode.decided_by, reason=acceptance.reason)
        facts.identity = acceptance.identity
        return facts


def _read_tokens(site: Site, facts: Facts, asks: str | None) -> Decision | None:
    """Reads the tokens of the request into its facts; the decision where they end it.

    `asks` is why an external authorizer may have answered before.
    """
    if site.tokens is None or facts.request.http is None:
        return None
    result = site.tokens.read(facts.request)
    if result.outcome is Outcome.UNKNOWN:
        return unknown(result.reason or "")
    if result.outcome is Outcome.PASSED:
        facts.tokens = result
        return None
    if asks is not None:
        return unknown(f"{asks}, and otherwise the token is refused: {result.reason}")
    return answer(
        facts.request, Verdict.UNAUTHENTICATED, result.status, decided_by=result.decided_by, reason=result.reason
    )
