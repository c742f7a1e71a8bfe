"""Requests on both sides of every border of a rule."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.simulate.asked import (
    UNTIL,
    api,
    auth,
    calls,
    frontend,
    gateway,
    https,
    model_of,
    orders,
    passthrough,
    shop,
    store,
    web,
)
from ztdsl import (
    Anyone,
    AnyRequest,
    AnyWorkload,
    Claim,
    DryRun,
    EndUser,
    Grpc,
    Header,
    Http,
    IpBlock,
    Issuer,
    Prefix,
    Present,
    RemoteIpBlock,
    Rule,
    ServiceAccount,
    Suffix,
    TrustDomain,
    allow,
    allow_tcp,
    deny,
)
from ztdsl.simulate import Simulator, border_requests
from ztdsl.simulate.borders.around import MOST_A_RULE, Surveyor
from ztdsl.simulate.borders.peers import edges, spread
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import InvalidToken, Request, Token

EVERY = AnyRequest()
role, tags = Claim("role", str), Claim(["realm", "tags"], list[str])
staff = Issuer(
    "staff",
    jwks_uri="https://staff.example.com/jwks.json",
    audiences=["shop", "back"],
    claims=[role, tags],
    from_cookies=["session"],
)
MESH = Mesh(trust_domain_aliases=("old.example",), federated_trust_domains=("partner.example",))
RULES: dict[str, Rule] = {
    "peer": allow(frontend, to=orders.at(api), http=EVERY, because="r"),
    "account": allow(ServiceAccount("ci", namespace="build"), to=orders.at(api), http=EVERY, because="r"),
    "namespace": allow(web, to=shop.every(api), http=EVERY, because="r"),
    "trust domain": allow(TrustDomain("partner.example"), to=orders.at(api), http=EVERY, because="r"),
    "any workload": allow(AnyWorkload(but=[web, frontend]), to=orders.at(api), http=EVERY, because="r"),
    "own domain left out": allow(AnyWorkload(but=[TrustDomain()]), to=orders.at(api), http=EVERY, because="r"),
    "block": allow(IpBlock("192.0.2.0/24"), to=orders.at(api), http=EVERY, because="r"),
    "everyone but": allow(Anyone(but=[IpBlock("192.0.2.0/24")]), to=orders.at(api), http=EVERY, because="r"),
    "client": allow(RemoteIpBlock("192.0.2.0/24"), to=gateway.at(https), http=EVERY, because="r"),
    "names": allow_tcp(Anyone(), to=gateway.at(passthrough), server_names=["*.example.com"], because="r"),
    "connections": allow_tcp(frontend, to=orders.at(store), because="r"),
    "grpc": allow(frontend, to=orders.at(calls), http=Grpc("shop.v1.Orders", methods=["Get"]), because="r"),
    "user": allow(
        EndUser(
            staff,
            audience="back",
            subject=["u1", "a/b"],
            presenter="portal",
            where=[role.is_in(Prefix("ad")), tags.has_all("x", "y"), tags.is_not_in("banned")],
        ),
        to=orders.at(api),
        http=EVERY,
        because="r",
    ),
    "both": allow(frontend, user=EndUser(auth), to=orders.at(api), http=EVERY, because="r"),
    "methods": allow(frontend, to=orders.at(api), http=Http(methods=["GET"], not_paths=["/"]), because="r"),
    "not methods": allow(frontend, to=orders.at(api), http=Http(not_methods=["GET"]), because="r"),
    "paths": allow(
        frontend, to=orders.at(api), http=[Http(paths=[p]) for p in ("/a", "/b/*", "*.css", "/c/{*}/d")], because="r"
    ),
    "hosts": allow(frontend, to=orders.at(api), http=Http(hosts=["a.example.com", "*.example.org"]), because="r"),
    "not hosts": allow(frontend, to=orders.at(api), http=Http(not_hosts=["service.example.com"]), because="r"),
    "headers": allow(
        frontend,
        to=orders.at(api),
        http=Http(
            headers=[
                Header("x-a", any_of=[Prefix("p"), Suffix("s")], none_of=["pa"]),
                Header("x-b", any_of=[Present()]),
            ]
        ),
        because="r",
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_requests_on_both_sides(name: str) -> None:
    """The first request is one that the rule lets in; others are let in or turned away; there are not too many."""
    model = model_of(RULES[name], mesh=MESH)
    (rule,) = model.rules
    simulator = Simulator(model)
    found = [draft.request() for draft in Surveyor(model).around_rule(rule)]
    verdicts = [simulator.decide(each).verdict.value for each in found]
    assert verdicts[0] == "allow"
    assert {"deny", "refused"} & {*verdicts}
    assert "unknown" not in verdicts
    assert len(found) in range(6, MOST_A_RULE + 1)


def test_every_part_of_an_end_user_has_a_near_miss() -> None:
    """No token, a broken one, other issuers, audiences and subjects, and one claim that is short of a value."""
    model = model_of(RULES["user"], mesh=MESH)
    tokens = [each.tokens[0] for each in border_requests(model) if each.tokens]
    assert any(isinstance(each, InvalidToken) for each in tokens)
    claims = [each.claims for each in tokens if isinstance(each, Token)]
    assert {"staff", "https://issuer.example.org"} == {each["iss"] for each in claims}
    assert any("sub" not in each for each in claims)
    assert any(each.get("realm") == {"tags": ["y"]} for each in claims)
    assert any(each.get("aud") == "shop" for each in claims)


def test_requests_are_always_the_same_and_each_comes_once() -> None:
    """Two runs give one list without repetitions, whatever rules say the same."""
    again = allow(frontend, to=orders.at(api), http=EVERY, because="again", stage=DryRun(until=UNTIL))
    refusing = deny(web, to=orders.at(api), http=EVERY, because="no")
    model = model_of(*RULES.values(), again, refusing, mesh=MESH)
    first, second = list(border_requests(model)), list(border_requests(model))
    assert first == second
    assert len({repr(each) for each in first}) == len(first)
    assert len(first) <= MOST_A_RULE * len(model.rules) + 20 * len(model.workloads)


def test_workloads_without_rules_are_asked_for_too() -> None:
    """Every declared port, and one that is not, meets a stranger with and without an identity."""

    def asked(requests: list[Request]) -> set[Any]:
        return {(each.to.namespace, each.to.port, each.tls.value) for each in requests}

    found = asked(list(border_requests(model_of())))
    assert {("shop", 8080, "mtls"), ("shop", 8080, "none"), ("shop", 9, "mtls"), ("lab", 9090, "other")} <= found


def test_the_edges_of_a_block_lie_inside_and_outside() -> None:
    """The first and the last address, and their neighbours where there are any."""
    assert edges("192.0.2.0/24") == (["192.0.2.0", "192.0.2.255"], ["192.0.1.255", "192.0.3.0"])
    assert edges("::/0")[1] == []
    assert edges("2001:db8::1") == (["2001:db8::1"], ["2001:db8::", "2001:db8::2"])


def test_a_few_are_taken_evenly() -> None:
    """Few items stay as they are; of many, some are taken at even distances."""
    assert spread([1, 2], 3) == [1, 2]
    assert spread(range(9), 3) == [0, 3, 6]


@pytest.mark.parametrize("limit", [1, 30, 200])
def test_a_limit_leaves_requests_about_rules_and_workloads(limit: int) -> None:
    """There are no more than asked for, each once, of what the whole list has, around rules from all over the model."""
    model = model_of(*RULES.values(), mesh=MESH)
    some, everything = list(border_requests(model, limit)), {repr(each) for each in border_requests(model)}
    assert limit * 0.9 <= len(some) <= limit
    assert len({repr(each) for each in some}) == len(some)
    assert {repr(each) for each in some} <= everything
    assert limit == 1 or {each.to.namespace for each in some} >= {"shop", "istio-ingress"}
