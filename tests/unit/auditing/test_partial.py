"""What is not known of claims and headers: `ztdsl.auditing.partial` and `tested`, and the law that both are for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.auditing.conftest import FRONTEND, INGRESS, LINE
from ztdsl.api import open_policy
from ztdsl.auditing.judged import Answered, Judge
from ztdsl.auditing.partial import Partial
from ztdsl.auditing.places import Places
from ztdsl.auditing.tested import tested as what_is_tested
from ztdsl.istio.evaluate.facts import LackingFactError
from ztdsl.log.json_line import read_json
from ztdsl.scenario.subject import Subject
from ztdsl.traffic.decision import Verdict

POLICY = """
from ztdsl import (
    Anyone, AnyRequest, Claim, EndUser, Gateway, Header, Http, HttpPort, Issuer, Namespace, Policy, Service,
    allow, deny,
)

edge, web, shop = Namespace("istio-ingress"), Namespace("web"), Namespace("shop")
api = HttpPort(8080)
ingress = Gateway("ingress", namespace=edge, service_account="ingress", ports=[HttpPort(8443)])
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[api])
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
role, team = Claim("role", str), Claim("team", str)
auth = Issuer(
    "https://auth.example.com", jwks_uri="https://auth.example.com/keys", audiences=["orders"], claims=[role, team]
)
policy = Policy(
    "shop",
    owns=[edge, web, shop],
    services=[ingress, frontend, orders],
    rules=[
        allow(frontend, to=orders.at(api), http=Http(methods=["GET"], paths=["/orders/*"]), because="it lists"),
        allow(ingress, user=EndUser(auth, where=[role.is_in("admin")]), to=orders.at(api), http=AnyRequest(),
              because="staff"),
        allow(frontend, user=EndUser(auth, where=[team.is_in("a")]), to=orders.at(api), http=Http(paths=["/team"]),
              because="a team"),
        allow(frontend, to=orders.at(api), http=Http(paths=["/tried"], headers=[Header("x-try", any_of=["1"])]),
              because="trials"),
        deny(Anyone(), to=orders.at(api), http=Http(paths=["/orders/secret"]), because="nobody"),
    ],
)
"""
ISSUER = "https://auth.example.com"


def test_hidden_names_are_not_read() -> None:
    """What is known is read, what nobody asks for is absent, and what is hidden is a lacking fact, in a copy, too."""
    partial = Partial({"iss": "a"}, ["iss", "role"], "claim")

    assert partial.get("iss") == partial["iss"] == "a"
    assert partial.get("other") is None
    assert "other" not in partial
    with pytest.raises(LackingFactError, match="the claim role"):
        partial.get("role")
    with pytest.raises(LackingFactError, match="the claim role"):
        partial["role"]
    with pytest.raises(LackingFactError, match="the claim role"):
        assert "role" in partial
    with pytest.raises(LackingFactError):
        dict(partial)
    with pytest.raises(LackingFactError):
        assert {**partial}


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """A policy that tests callers, claims, headers and paths."""
    file: Path = tmp_path_factory.mktemp("partial") / "policies.py"
    file.write_text(POLICY)
    opened = open_policy(file)
    assert opened.subject is not None, opened.report
    return opened.subject


def test_what_is_tested_is_found(subject: Subject) -> None:
    """Headers, claims and audiences that some rule reads."""
    found = what_is_tested(subject.manifests)

    assert found.headers == {"x-try"}
    assert found.claims == {"aud", "role", "team"}
    assert found.has_tokens
    assert not found.has_addresses
    assert found.places == {ISSUER: None}


def _answer(subject: Subject, plain: dict[str, Any]) -> Answered:
    tests = what_is_tested(subject.manifests)
    judge = Judge(subject, tests, Places(subject.cast.actors, None, keeps_addresses=tests.has_addresses))
    return judge.judge(read_json(json.dumps(plain).encode())).answer


LINES = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "PUT"]),
        "path": st.sampled_from(["/orders/7", "/orders/secret", "/team", "/tried", "/"]),
        "downstream_peer_uri_san": st.sampled_from([FRONTEND, INGRESS, "spiffe://cluster.local/ns/x/sa/y", None]),
        "jwt": st.fixed_dictionaries(
            {
                "iss": st.sampled_from([ISSUER, None]),
                "sub": st.just("ana"),
                "aud": st.just("orders"),
                "role": st.sampled_from(["admin", "guest", None]),
                "team": st.sampled_from(["a", "b", None]),
            }
        ).map(lambda jwt: jwt if jwt["iss"] else dict.fromkeys(jwt)),
        "headers": st.sampled_from([{"x-try": "1"}, {"x-try": None}]),
    }
)
DROPPED = st.sets(
    st.sampled_from(
        [
            "ztc",
            "downstream_peer_uri_san",
            "jwt",
            "headers",
            "authority",
            "jwt.role",
            "jwt.team",
            "jwt.aud",
            "headers.x-try",
        ]
    ),
    min_size=1,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(LINES, DROPPED)
def test_a_line_that_carries_less_is_undecided_or_decided_alike(
    subject: Subject, fields: dict[str, Any], dropped: set[str]
) -> None:
    """Whatever a format leaves out, no verdict is guessed: it is that of the whole line, or none."""
    whole = {**LINE, **fields}
    if fields["downstream_peer_uri_san"] is None:
        whole["downstream_tls_version"] = None
    less = json.loads(json.dumps(whole))
    if dropped & {"downstream_peer_uri_san", "jwt", "headers", "authority"}:
        less.pop("ztc")  # a format that names itself has all of its fields
    for name in dropped:
        outer, _, inner = name.partition(".")
        if not inner:
            less.pop(outer, None)
        elif outer in less:
            less[outer].pop(inner, None)

    known, answer = _answer(subject, whole), _answer(subject, less)

    assert known.verdict is not Verdict.UNKNOWN
    if answer.verdict is not Verdict.UNKNOWN:
        assert (answer.verdict, answer.decided_by) == (known.verdict, known.decided_by)
