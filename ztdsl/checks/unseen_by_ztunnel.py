"""ZT352: ztunnel passes over a test of connections that a sidecar makes.

istiod does not hand the fields `trustDomains` and `notTrustDomains` on to ztunnel, without a word in the object's
status; other tests that ztunnel does not know drop an ALLOW rule and leave a DENY rule wider, or empty (Istio
`pilot/pkg/serviceregistry/ambient/authorization.go`). Only meshes whose configuration says `data_plane = "ambient"` are
looked at; tests of HTTP are ZT351.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ztdsl.checks.finding import Found
from ztdsl.checks.sketch import draw, stranger, with_identity
from ztdsl.checks.tested import HTTP, Tested, attributes_of, lists_of
from ztdsl.checks.witness import Witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.mesh import DataPlane
from ztdsl.traffic.request import Chain, Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.place import Place
    from ztdsl.checks.view import View
    from ztdsl.istio.kinds import AuthorizationPolicy, Rule
    from ztdsl.traffic.request import Request

CODE = "ZT352"
_ATTRIBUTES: Final = frozenset({"trustDomains", "remoteIpBlocks", "sni"})
_KEY: Final = "source.serviceAccount"  # the field `serviceAccounts` is seen
_ENDS: Final = frozenset({Verdict.REFUSED, Verdict.DENY})


def find(view: View) -> Iterator[Found]:
    """Such tests in policies that only ztunnel looks at, once for each rule that means something else there."""
    if view.mesh.data_plane is not DataPlane.AMBIENT:
        return
    for index, policy in view.policies:
        if policy.target_refs or policy.action not in {"ALLOW", "DENY"} or is_dry_run(policy):
            continue
        seen: set[int] = set()
        for tested in lists_of(index, policy):
            if tested.rule in seen or not _is_unseen(tested):
                continue
            seen.add(tested.rule)
            proof = _proof(view, index, policy, policy.rules[tested.rule])
            if proof is not None:
                yield _found(tested, proof)


def _is_unseen(tested: Tested) -> bool:
    positive, negative = attributes_of(tested.policy.rules[tested.rule])
    return (tested.attribute in _ATTRIBUTES or tested.name == _KEY) and not (positive | negative) & HTTP


def _found(tested: Tested, proof: Witness) -> Found:
    is_open = proof.decision.verdict is Verdict.ALLOW
    if tested.policy.action == "ALLOW":
        effect = "the rule lets in more than it says" if is_open else "the rule lets nobody in"
    else:
        effect = "the rule does not fire" if is_open else "the rule keeps out more than it says"
    return Found(
        CODE,
        tested.document,
        tested.pointer,
        f"ztunnel does not compare `{tested.name}`",
        effect,
        help=("test `principals`, `namespaces` or `serviceAccounts`, which ztunnel compares",),
        witness=proof,
    )


def _proof(view: View, index: int, policy: AuthorizationPolicy, rule: Rule) -> Witness | None:
    """A connection that ztunnel answers otherwise than the policies as they are written, which is as a sidecar does."""
    for place in view.places(index)[:1]:
        if place.proxy is not Proxy.SIDECAR:
            return None
        there = place._replace(proxy=Proxy.ZTUNNEL)
        for request in _connections(view, place, policy, rule):
            written = view.evaluator.decide(request).verdict
            met = replace(request, to=replace(request.to, proxy=Proxy.ZTUNNEL))
            decision = view.evaluator.decide(met)
            if {written, decision.verdict} <= {Verdict.ALLOW, *_ENDS} and (
                (written is Verdict.ALLOW) != (decision.verdict is Verdict.ALLOW)
            ):
                return Witness(met, decision, there)
    return None


def _connections(view: View, place: Place, policy: AuthorizationPolicy, rule: Rule) -> Iterator[Request]:
    """Connections that the rule is about, those that meet all but its trust domains, and those of a stranger."""
    sources = tuple(replace(each, trust_domains=(), not_trust_domains=()) for each in rule.sources)
    for each in (rule, replace(rule, sources=sources)):
        for request in draw(place, view.mesh, each, namespace=policy.meta.namespace, chain=Chain.TCP):
            yield request
            yield with_identity(request, stranger(view.mesh))
