from __future__ import annotations

from collections.abc import Callable

from ztdsl.checks.place import Place
from ztdsl.checks.sketch import draw, issued_by, without_identity
from ztdsl.checks.view import View
from ztdsl.checks.witness import described, witness
from ztdsl.istio.kinds import Condition, Operation, Rule
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import Chain, InvalidToken, Proxy, Request

PLACE = Place("shop", {"app": "orders"}, Proxy.SIDECAR)
POLICY = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p, namespace: shop}
spec: {action: ALLOW, rules: [{to: [{operation: {paths: [/a]}}]}]}
"""


def _request(rule: Rule = Rule(), chain: Chain = Chain.HTTP) -> Request:  # noqa: B008 - a frozen value
    return next(iter(draw(PLACE, Mesh(), rule, chain=chain)))


def test_only_what_the_evaluator_answers_is_a_witness(viewed: Callable[..., View]) -> None:
    """The first request with the verdict that is asked for counts, and without one there is no witness."""
    view = viewed(POLICY)
    requests = [_request(), _request(Rule((), (Operation(paths=("/a",)),)))]

    found = witness(view, PLACE, requests, Verdict.ALLOW)

    assert found is not None
    assert found.request is requests[1]
    assert found.words == (
        "`GET /a` to port 8080 of a workload `app: orders` in `shop` from `cluster.local/ns/elsewhere/sa/someone` "
        "without a token is allowed"
    )
    assert witness(view, PLACE, requests[1:], Verdict.DENY) is None


def test_a_request_in_words_says_what_decides_and_no_token() -> None:
    """Host and headers where they matter; of a token its issuer; a connection is a connection."""
    rule = Rule(
        (),
        (Operation(hosts=("a.example.com",)),),
        (Condition("request.headers[x-a]", ("1",)), Condition("request.auth.claims[role]", ("admin",))),
    )
    shown = issued_by(_request(rule), "https://auth.example.com")
    invalid = without_identity(_request())

    assert described(shown, PLACE).startswith("`GET /` with host `a.example.com` with `x-a: 1` to port 8080")
    assert described(shown, PLACE).endswith("with a token of `https://auth.example.com`")
    assert "admin" not in described(shown, PLACE)
    assert described(invalid, PLACE).endswith("in plaintext without a token")
    assert described(_request(chain=Chain.TCP), PLACE).startswith("a connection to port 8080")
    assert described(_with_bad_token(invalid), PLACE).endswith("with a token")


def _with_bad_token(request: Request) -> Request:
    return Request(request.to, request.peer, request.tls, http=request.http, tokens=(InvalidToken("expired"),))


def test_a_place_in_words() -> None:
    """A workload is called by its labels, a waypoint by its service, and a namespace alone where nothing is asked."""
    assert Place("shop", {}, Proxy.SIDECAR).words == "a workload in `shop`"
    assert Place("shop", {}, Proxy.WAYPOINT, service="orders").words == "the waypoint of `orders` in `shop`"
