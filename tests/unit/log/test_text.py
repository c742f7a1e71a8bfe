"""`ztdsl.log.text`."""

from __future__ import annotations

import pytest

from ztdsl.log import Direction, Outcome, Unreadable
from ztdsl.log.text import read_text
from ztdsl.traffic.decision import Decider

DENIED = (
    '[2026-10-09T08:07:10.309Z] "GET /status/200 HTTP/1.1" 403 - '
    'rbac_access_denied_matched_policy[ns[fleet]-policy[deny-status]-rule[0]] - "-" 0 19 0 - "-" "curl/8.11.1" '
    '"053c49b6-b1c1-40d1-b863-600c90a87918" "probe:8000" "-" inbound|8080|| - 10.244.0.14:8080 10.244.0.12:52784 '
    "outbound_.8000_._.probe.fleet.svc.cluster.local default"
)
PLAINTEXT = (
    '[2026-10-09T08:07:10.309Z] "- - -" 0 NR filter_chain_not_found - "-" 0 0 0 - "-" "-" "-" "-" "-" - - '
    "10.244.0.14:8080 10.244.0.12:52784 - -"
)


def test_a_denied_request_names_its_rule() -> None:
    """The default format names the rule, the Service and the port, and not the caller."""
    line = read_text(DENIED)

    assert line.outcome is Outcome.DENIED
    assert line.matched == Decider("AuthorizationPolicy", "fleet", "deny-status", 0)
    assert (line.method, line.path, line.host, line.status) == ("GET", "/status/200", "probe:8000", 403)
    assert (line.called.namespace, line.called.service, line.called.port) == ("fleet", "probe", 8080)
    assert line.direction is Direction.INBOUND
    assert line.identity is None
    assert line.claims is None
    assert line.is_plaintext is False
    assert line.source_ip == "10.244.0.12"


def test_a_refused_connection_is_one() -> None:
    """Plaintext on a STRICT port is a connection that no filter chain takes."""
    line = read_text(PLAINTEXT)

    assert line.outcome is Outcome.REFUSED
    assert line.is_connection
    assert line.called.namespace is None
    assert line.called.port == 8080


def test_a_forwarded_request_hides_its_peer() -> None:
    """Behind X-Forwarded-For the logged address is the client's, and the peer's is not known."""
    line = read_text(DENIED.replace('- "-" "curl', '- "203.0.113.7" "curl'))

    assert line.source_ip is None
    assert line.remote_ip == "10.244.0.12"


@pytest.mark.parametrize("text", ["", "hello", DENIED[:100], DENIED + " more", '[x] "GET / HTTP/1.1" 200'])
def test_other_lines_are_not_read(text: str) -> None:
    """A line of another format is refused rather than read in part."""
    with pytest.raises(Unreadable):
        read_text(text)
