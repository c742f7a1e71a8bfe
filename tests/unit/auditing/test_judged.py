"""What single lines come to: `ztdsl.auditing.judged`, with places, requests and partial knowledge below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.auditing.conftest import DENIED, FRONTEND, INGRESS
from ztdsl.auditing.judged import Judge, Judged
from ztdsl.auditing.places import Places
from ztdsl.auditing.tested import tested as what_is_tested
from ztdsl.auditing.undecided import Lack, Undecided
from ztdsl.log.json_line import read_json
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from tests.unit.auditing.conftest import Written
    from ztdsl.scenario.subject import Subject

STAFF = {"iss": "https://auth.example.com", "sub": "ana", "aud": "orders", "role": "admin"}


def _judge(subject: Subject, text: bytes) -> Judged:
    tests = what_is_tested(subject.manifests)
    return Judge(subject, tests, Places(subject.cast.actors, None, keeps_addresses=False)).judge(read_json(text))


@pytest.mark.parametrize(
    ("fields", "verdict", "rule"),
    [
        ({}, Verdict.ALLOW, "orders-allow"),
        ({"method": "PUT", **DENIED}, Verdict.DENY, None),
        ({"path": "/orders/secret", **DENIED}, Verdict.DENY, "orders-deny"),
        ({"downstream_peer_uri_san": INGRESS, "jwt": STAFF}, Verdict.ALLOW, "orders-allow"),
        ({"downstream_peer_uri_san": INGRESS, "jwt": {**STAFF, "role": "guest"}, **DENIED}, Verdict.DENY, None),
        ({"downstream_peer_uri_san": INGRESS, **DENIED}, Verdict.DENY, None),
        ({"downstream_peer_uri_san": None, "downstream_tls_version": None}, Verdict.REFUSED, "default"),
        (
            {"response_code": 401, "response_code_details": "jwt_authn_access_denied{Jwt_is_expired}"},
            Verdict.UNAUTHENTICATED,
            "orders-jwt",
        ),
        (
            {
                "method": None,
                "path": None,
                "protocol": None,
                "response_code": 0,
                "response_code_details": None,
                "upstream_cluster": "inbound|5432||",
                "downstream_transport_failure_reason": None,
                "downstream_local_address": "10.1.0.7:5432",
            },
            Verdict.ALLOW,
            "orders-allow-tcp",
        ),
    ],
)
def test_a_line_is_decided_by_the_rule_for_its_request(
    fields: dict[str, Any], verdict: Verdict, rule: str | None, subject: Subject, line: Written
) -> None:
    """With all that the recommended format carries, the policies decide each kind of line."""
    judged = _judge(subject, line(**fields))

    assert judged.answer.verdict is verdict, judged.answer
    decider = judged.answer.decided_by
    if rule is None:
        assert decider is None
    else:
        assert decider is not None
        assert decider.name.startswith(rule.removesuffix("-tcp"))


@pytest.mark.parametrize(
    ("fields", "lack"),
    [
        ({"ztc": ..., "downstream_peer_uri_san": ...}, Lack.IDENTITY),
        ({"ztc": ..., "pod_service_account": ..., "requested_server_name": ...}, Lack.WORKLOAD),
        ({"pod_service_account": "stranger"}, Lack.UNDECLARED),
        ({"upstream_cluster": None, "downstream_local_address": None}, Lack.PORT),
        ({"ztc": ..., "authority": ...}, Lack.REQUEST),
        ({"ztc": ..., "jwt": ...}, Lack.TOKEN),
        ({"jwt": {"iss": None, "sub": "ana"}}, Lack.PLACE),
    ],
)
def test_what_a_line_lacks_leaves_it_undecided(
    fields: dict[str, Any], lack: Lack, subject: Subject, line: Written
) -> None:
    """A fact that every decision needs, and that the line does not carry, is named and never guessed."""
    import json  # noqa: PLC0415 - for the fields that are left out

    plain = json.loads(line())
    for name, value in fields.items():
        if value is ...:
            del plain[name]
        else:
            plain[name] = value

    judged = _judge(subject, json.dumps(plain).encode())

    assert (judged.answer.verdict, judged.answer.reason) == (Verdict.UNKNOWN, lack)


def test_a_claim_that_is_not_logged_leaves_only_what_needs_it_undecided(subject: Subject, line: Written) -> None:
    """The claim decides for the gateway; the page's own requests need none."""
    jwt = {name: value for name, value in STAFF.items() if name != "role"}

    of_staff = _judge(subject, line(downstream_peer_uri_san=INGRESS, jwt=jwt))
    of_page = _judge(subject, line(jwt=jwt))

    assert of_staff.answer.verdict is Verdict.UNKNOWN
    assert "claim role" in (of_staff.answer.reason or "")
    assert of_page.answer.verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    ("fields", "lack"),
    [
        ({"upstream_cluster": "outbound|8080||orders.shop.svc.cluster.local"}, Lack.OUTBOUND),
        ({"response_code": 403, "response_code_details": "ext_authz_denied"}, Lack.ELSEWHERE),
        ({"response_code": 400, "response_code_details": "http1.codec_error"}, Lack.REJECTED),
    ],
)
def test_lines_about_no_decision_are_told_apart(
    fields: dict[str, Any], lack: Lack, subject: Subject, line: Written
) -> None:
    """The caller's own line, an external authorizer's answer and a malformed request are no policy's decision."""
    with pytest.raises(Undecided) as raised:
        _judge(subject, line(**fields))

    assert raised.value.reason == lack


def test_a_gateways_line_goes_outwards_and_is_decided(subject: Subject, line: Written) -> None:
    """At a gateway the cluster is that of the Service behind it, and the decision is the gateway's."""
    judged = _judge(
        subject,
        line(
            pod_namespace="istio-ingress",
            pod_service_account="ingress",
            upstream_cluster="outbound|8080||orders.shop.svc.cluster.local",
            downstream_local_address="10.1.0.2:8443",
            downstream_peer_uri_san=None,
            requested_server_name="shop.example.com",
        ),
    )

    assert judged.to == "istio-ingress/ingress:8443"
    assert judged.answer.verdict is Verdict.DENY


def test_log_and_policies_may_disagree(subject: Subject, line: Written) -> None:
    """A request that was let in, and that the policies refuse, was decided by others."""
    assert _judge(subject, line(method="PUT")).disagrees
    assert not _judge(subject, line(method="PUT", **DENIED)).disagrees
    assert _judge(subject, line(**DENIED)).disagrees
    assert _judge(subject, line()).caller == FRONTEND
