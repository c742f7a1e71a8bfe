"""`ztdsl.log.json_line`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.log import Outcome, TriedRule, Unreadable, log_format
from ztdsl.log.json_line import facts_of, line_of_facts, read_json
from ztdsl.traffic.decision import Decider

ISTIO: dict[str, Any] = {
    "start_time": "2026-10-09T08:07:10.309Z",
    "method": "GET",
    "path": "/orders/7",
    "protocol": "HTTP/1.1",
    "response_code": 403,
    "response_flags": "-",
    "response_code_details": "rbac_access_denied_matched_policy[none]",
    "connection_termination_details": None,
    "authority": "orders.shop:8080",
    "upstream_cluster": "inbound|8080||",
    "downstream_local_address": "10.1.0.7:8080",
    "downstream_remote_address": "10.1.0.9:41234",
    "requested_server_name": "outbound_.8080_._.orders.shop.svc.cluster.local",
    "x_forwarded_for": None,
}
OURS: dict[str, Any] = {
    **ISTIO,
    "ztc": "1",
    "pod_namespace": "shop",
    "pod_service_account": "orders",
    "pod_workload": "orders-v1",
    "downstream_peer_uri_san": "spiffe://cluster.local/ns/web/sa/frontend",
    "downstream_tls_version": "TLSv1.3",
    "downstream_direct_remote_address": "10.1.0.9:41234",
    "jwt": {"iss": "https://auth.example.com", "sub": "ana", "aud": ["orders"], "role": None},
    "headers": {"x-team": "web", "x-none": None},
    "dry_run": {
        "allow_result": "denied",
        "allow_rule": None,
        "deny_result": "denied",
        "deny_rule": "ns[shop]-policy[try]-rule[1]",
    },
}


def _bytes(plain: object) -> bytes:
    return json.dumps(plain).encode()


def test_istios_own_keys_leave_the_caller_unknown() -> None:
    """The default JSON format carries neither the caller nor the end user nor headers."""
    line = read_json(_bytes(ISTIO))

    assert line.outcome is Outcome.DENIED
    assert line.is_unmatched
    assert (line.called.namespace, line.called.service, line.called.port) == ("shop", "orders", 8080)
    assert line.identity is None
    assert line.claims is None
    assert line.request_principal is None
    assert line.headers is None
    assert line.source_ip == line.remote_ip == "10.1.0.9"


def test_the_recommended_format_carries_all() -> None:
    """Caller, end user, headers, workload and dry runs are in the format that `log_format` gives."""
    line = read_json(_bytes(OURS))

    assert line.identity == "spiffe://cluster.local/ns/web/sa/frontend"
    assert line.request_principal == "https://auth.example.com/ana"
    assert line.claims == {"iss": "https://auth.example.com", "sub": "ana", "aud": ["orders"], "role": None}
    assert line.headers == {"x-team": ("web",), "x-none": ()}
    assert (line.called.service_account, line.called.workload) == ("orders", "orders-v1")
    assert line.tried == (
        TriedRule("denied", None),
        TriedRule("denied", Decider("AuthorizationPolicy", "shop", "try", 1)),
    )
    assert line.is_plaintext is False


@pytest.mark.parametrize("absent", [None, "-", ""])
def test_no_identity_is_known_where_the_format_has_the_field(absent: str | None) -> None:
    """A field without a value says that nothing is there, which is another thing than no field."""
    line = read_json(_bytes({**OURS, "downstream_peer_uri_san": absent, "downstream_tls_version": absent, "jwt": {}}))

    assert line.identity == ""
    assert line.is_plaintext is True
    assert line.request_principal == ""


def test_fields_left_out_are_absent_in_a_format_that_names_itself() -> None:
    """With `omitEmptyValues` a line of the recommended format has no key for what is not there."""
    plain = {key: value for key, value in OURS.items() if key not in {"downstream_peer_uri_san", "jwt", "headers"}}

    line = read_json(_bytes(plain))

    assert (line.identity, line.claims, line.headers) == ("", {}, {})


def test_lines_that_differ_in_ports_and_times_have_equal_facts() -> None:
    """What changes from line to line, and decides nothing, is no part of the facts."""
    later = {**OURS, "start_time": "2026-10-10T08:07:10.309Z", "downstream_remote_address": "10.1.0.9:1", "other": 1}
    elsewhere = {**OURS, "downstream_remote_address": "10.9.9.9:1"}

    assert facts_of(_bytes(OURS))[0] == facts_of(_bytes(later))[0]
    assert facts_of(_bytes(OURS))[1] != facts_of(_bytes(later))[1]
    assert facts_of(_bytes(OURS))[0] != facts_of(_bytes(elsewhere))[0]
    assert facts_of(_bytes(OURS), with_addresses=False)[0] == facts_of(_bytes(elsewhere), with_addresses=False)[0]


def test_facts_mean_what_the_line_means() -> None:
    """Reading in two steps gives the line that reading in one gives."""
    facts, time = facts_of(_bytes(OURS))

    assert line_of_facts(facts, time) == read_json(_bytes(OURS))


@pytest.mark.parametrize(
    "text", [b"{", b"[]", b'{"method": {}}', b'{"path": 1.5}', b"{}", b'{"method": "GET"}', b"\xff"]
)
def test_what_is_no_access_log_is_refused(text: bytes) -> None:
    """Broken JSON, other values and objects without a response are no lines of an access log."""
    with pytest.raises(Unreadable):
        read_json(text)


@given(st.dictionaries(st.sampled_from([*OURS]), st.none() | st.text(max_size=20) | st.integers(-5, 70000)))
def test_any_values_are_read_or_refused(plain: dict[str, Any]) -> None:
    """Whatever stands in the fields, the answer is a line or a refusal."""
    try:
        line = read_json(_bytes(plain))
    except Unreadable:
        return
    assert line.called.port is None or 0 <= line.called.port <= 65535


def test_the_format_has_what_policies_test() -> None:
    """Claims and headers are added under their names, once and in order."""
    plain = log_format(claims=["role", "iss"], headers=["X-Team", "x-team"])

    assert list(plain["jwt"]) == ["iss", "sub", "aud", "role"]
    assert plain["headers"] == {"x-team": "%REQ(x-team)%"}
    assert plain["ztc"] == "1"
