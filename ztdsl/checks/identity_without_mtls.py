"""ZT306: plaintext callers escape a rule that tests identities.

A positive test of the peer is false for a client without a certificate, and a negative one true (Istio
`pilot/pkg/security/authz/model/generator.go`), so that a DENY that names identities, and an ALLOW that leaves some
out, are evaded on any port that accepts plaintext.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.candidate import candidates
from ztdsl.checks.finding import Found
from ztdsl.checks.meant import narrowed
from ztdsl.checks.sketch import without_identity
from ztdsl.checks.tested import PEER, TOKEN, Tested, attributes_of
from ztdsl.checks.witness import Witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Chain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.place import Place
    from ztdsl.checks.view import View
    from ztdsl.traffic.request import Request

CODE = "ZT306"
_DEFAULT = "no PeerAuthentication among the files sets the mode there, and Istio's default accepts plaintext"
_ELSEWHERE = "if a PeerAuthentication elsewhere makes the port STRICT, give it along with another `-f`"
_PLACES = 3


def find(view: View) -> Iterator[Found]:
    """Rules that a request in plaintext gets around, once each."""
    seen: set[tuple[int, int]] = set()
    for attribute in sorted(PEER):
        for tested in view.tested.get(attribute, ()):
            key = (tested.document, tested.rule)
            if key in seen or not tested.opens or tested.policy.action not in {"ALLOW", "DENY"}:
                continue
            proof = None if is_dry_run(tested.policy) else _proof(view, tested)
            if proof is not None:
                seen.add(key)
                yield _found(view, tested, proof)


def _found(view: View, tested: Tested, proof: Witness) -> Found:
    what = "leaves out" if tested.policy.action == "ALLOW" else "denies"
    is_set = view.sets_mode(proof.request.to)
    return Found(
        CODE,
        tested.document,
        tested.pointer,
        f"a caller in plaintext escapes `{tested.name}`",
        f"the rule {what} identities, and a plaintext caller has none",
        notes=() if is_set else (_DEFAULT,),
        help=(
            *(() if is_set else (_ELSEWHERE,)),
            f"make the port STRICT with a PeerAuthentication in `{proof.place.namespace}`",
            "or allow the identities that may call, instead of naming those that may not",
        ),
        witness=proof,
    )


def _proof(view: View, tested: Tested) -> Witness | None:
    """A plaintext request that is allowed, although it is not from the caller that the rule is about."""
    rule = tested.policy.rules[tested.rule]
    positive, _ = attributes_of(rule)
    if tested.policy.action == "ALLOW" and positive & (PEER | TOKEN):
        return None  # another test still asks who calls
    value = next((each for each in tested.values if each != "*"), tested.values[0])
    ports = [int(port) for each in rule.operations for port in each.ports if port.isdecimal()]
    for place in view.places(tested.document)[:_PLACES]:
        port = view.plaintext_port(place, ports)
        if port is None:
            continue
        chain = Chain.TCP if _is_tcp(place, port) else Chain.HTTP
        for request in candidates(view, tested.policy, narrowed(tested, value), place, port=port, chain=chain):
            proof = _escape(view, tested, request, place)
            if proof is not None:
                return proof
    return None


def _escape(view: View, tested: Tested, request: Request, place: Place) -> Witness | None:
    """The request in plaintext, where it is allowed and is refused with its identity."""
    identified = view.evaluator.decide(request)
    if identified.verdict is not Verdict.DENY:
        return None
    decider = identified.decided_by
    if tested.policy.action == "DENY" and (
        decider is None or (decider.name, decider.rule) != (tested.policy.meta.name, tested.rule)
    ):
        return None
    plain = without_identity(request)
    decision = view.evaluator.decide(plain)
    return Witness(plain, decision, place) if decision.verdict is Verdict.ALLOW else None


def _is_tcp(place: Place, number: int) -> bool:
    ports = () if place.known is None else place.known.ports
    return any(port.number == number and port.protocol == "tcp" for port in ports)
