"""ZT355: a rule that names namespaces or accounts takes in those of a federated trust domain.

`namespaces` and `serviceAccounts` are compared with the identity after its trust domain, whatever that is (Istio
`pilot/pkg/security/authz/model/generator.go`). Only meshes whose configuration names federated trust domains are
looked at.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ztdsl.checks.candidate import candidates
from ztdsl.checks.finding import Found
from ztdsl.checks.meant import narrowed
from ztdsl.checks.witness import Witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.tested import Tested
    from ztdsl.checks.view import View
    from ztdsl.traffic.request import Request

CODE = "ZT355"
_ATTRIBUTES: Final = ("namespaces", "serviceAccounts")
_VALUES: Final = 3
_PLACES: Final = 3


def find(view: View) -> Iterator[Found]:
    """Lists of an ALLOW rule by which a caller of a federated trust domain is let in, once each."""
    for domain in view.mesh.federated_trust_domains[:1]:
        for attribute in _ATTRIBUTES:
            for tested in view.tested.get(attribute, ()):
                if tested.is_negative or tested.policy.action != "ALLOW" or is_dry_run(tested.policy):
                    continue
                proof = _proof(view, tested, domain)
                if proof is not None:
                    yield Found(
                        CODE,
                        tested.document,
                        tested.pointer,
                        f"`{tested.name}` takes in the same names of trust domain `{domain}`",
                        "the trust domain of the caller is not compared",
                        help=(
                            f"add `trustDomains: [{view.mesh.trust_domain}]` to the source, or write `principals`",
                            f"accept it where `{domain}` is trusted to give out these names",
                        ),
                        witness=proof,
                    )


def _proof(view: View, tested: Tested, domain: str) -> Witness | None:
    """A request from the other trust domain that this rule lets in."""
    for value in tested.values[:_VALUES]:
        for place in view.places(tested.document)[:_PLACES]:
            if place.proxy is Proxy.GATEWAY:
                continue  # whose certificates a gateway takes is not the mesh's matter
            for request in candidates(view, tested.policy, narrowed(tested, value), place):
                foreign = _of(request, view.mesh.trust_domain, domain)
                decision = None if foreign is None else view.evaluator.decide(foreign)
                if foreign is None or decision is None or decision.verdict is not Verdict.ALLOW:
                    continue
                decider = decision.decided_by
                if decider is not None and (decider.name, decider.rule) == (tested.policy.meta.name, tested.rule):
                    return Witness(foreign, decision, place)
    return None


def _of(request: Request, own: str, domain: str) -> Request | None:
    """The same request from the other trust domain; None where it has no identity of the mesh's own."""
    prefix = f"spiffe://{own}/"
    if request.peer is None or not request.peer.startswith(prefix):
        return None
    return replace(request, peer=f"spiffe://{domain}/{request.peer.removeprefix(prefix)}")
