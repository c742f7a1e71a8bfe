"""Policies that answer questions in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.api.policies import bad, good
from ztdsl import Anyone, AnyRequest, HttpPort, Identity, Namespace, Policy, Service, allow
from ztdsl.api.testing import BrokenPolicy, policy_under_test
from ztdsl.scenario.phrase import Misread
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.names import UnknownWorkload

if TYPE_CHECKING:
    from pathlib import Path

    from ztdsl.api.testing import PolicyUnderTest


@pytest.fixture
def policy(tmp_path: Path) -> PolicyUnderTest:
    """The policy of a shop."""
    return policy_under_test(good(tmp_path))


def test_a_question_in_names(policy: PolicyUnderTest) -> None:
    """Callers are services, identities, or nobody; the callee has a port by its number or its variable."""
    assert policy.allows("frontend", "GET /orders", to="orders:api")
    assert policy.allows("spiffe://cluster.local/ns/web/sa/frontend", "GET /orders", to="shop/orders:8080")
    assert policy.refuses(None, "GET /orders", to="orders:8080")
    assert policy.refuses("frontend", "GET /orders", to="orders:8080", plaintext=True)
    assert policy.allows(None, None, to="orders:intake", source_ip="10.1.2.3", plaintext=True)
    assert policy.refuses(None, None, to="orders:intake", source_ip="192.0.2.1", plaintext=True)


def test_a_question_in_declarations() -> None:
    """Callers and callees are what the policy file declares."""
    shop, web = Namespace("shop"), Namespace("web")
    api = HttpPort(8080)
    frontend = Service("frontend", namespace=web, service_account="frontend", ports=[api])
    orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
    policy = Policy(
        "shop",
        owns=[shop, web],
        services=[frontend, orders],
        rules=[
            allow(frontend, to=orders.at(api), http=AnyRequest(), because="it lists"),
            allow(Anyone(), to=frontend.at(api), http=AnyRequest(), because="the shop is open"),
        ],
    )
    under_test = policy_under_test(policy)
    assert under_test.allows(frontend, "GET /", to=orders.at(api))
    assert under_test.refuses(orders, "GET /", to=orders.at(api))
    assert under_test.allows(Identity("spiffe://cluster.local/ns/web/sa/frontend"), "GET /", to=orders.at(api))


def test_an_answer_that_is_not_known_is_neither(policy: PolicyUnderTest) -> None:
    """Without an address nobody knows whether a rule for addresses matches."""
    assert policy.decide(None, None, to="orders:intake", plaintext=True).decision.verdict is Verdict.UNKNOWN
    assert not policy.allows(None, None, to="orders:intake", plaintext=True)
    assert not policy.refuses(None, None, to="orders:intake", plaintext=True)


def test_an_answer_says_why(policy: PolicyUnderTest) -> None:
    """In one line, and in full."""
    answer = policy.refuses("frontend", "GET /orders", to="orders:8080")
    assert repr(answer) == "<allow (200): GET /orders to orders:8080 from frontend>"
    assert (
        answer.explanation()
        .splitlines()[1]
        .endswith("AuthorizationPolicy shop/orders-allow rule 1 (the shop UI lists orders)")
    )


def test_headers_have_one_line_or_several(policy: PolicyUnderTest) -> None:
    """As scenario files have them."""
    simulation = policy.decide("frontend", "GET /", to="orders:8080", headers={"X-A": "1", "x-b": ["2", "3"]})
    assert simulation.request.http is not None
    assert simulation.request.http.headers == {"x-a": ("1",), "x-b": ("2", "3")}


def test_a_mistake_in_a_question_has_advice(policy: PolicyUnderTest) -> None:
    """The notes of the exception say what could be meant."""
    with pytest.raises(UnknownWorkload) as unknown:
        policy.allows("frontent", "GET /", to="orders:8080")
    assert unknown.value.__notes__ == ["candidates: frontend, web/frontend"]
    with pytest.raises(Misread) as misread:
        policy.allows("frontend", "GET /", to="orders:8080", token={"claims": "SECRET"})
    assert "SECRET" not in str(misread.value)
    with pytest.raises(Misread):
        policy.allows("frontend", "GET /", to="orders:8080", remote_ip="nowhere")


def test_a_broken_policy_is_its_report(tmp_path: Path) -> None:
    """The message is what `ztc check` prints."""
    with pytest.raises(BrokenPolicy, match=r"error\[ZT106\]"):
        policy_under_test(bad(tmp_path))
