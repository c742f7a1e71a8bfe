"""`ztdsl.log.rbac`."""

from __future__ import annotations

from ztdsl.log import LogLine, Outcome, TriedRule
from ztdsl.log.rbac import RbacLines
from ztdsl.traffic.decision import Decider

CHECKING = """\
2026-04-23T20:43:18.552857Z debug envoy rbac checking request: requestedServerName: \
outbound_.8000_._.httpbin.foo.svc.cluster.local, sourceIP: 10.44.3.13:46180, directRemoteIP: 10.44.3.13:46180, \
remoteIP: 10.44.3.13:46180,localAddress: 10.44.1.18:80, ssl: uriSanPeerCertificate: \
spiffe://cluster.local/ns/foo/sa/sleep, dnsSanPeerCertificate: , subjectPeerCertificate: , \
headers: ':authority', 'httpbin:8000'
':path', '/headers'
':method', 'GET'
'authorization', 'Bearer secret'
'x-team', 'web'
, dynamicMetadata: filter_metadata {
}
"""
RESULT = "2026-04-23T20:43:18.552910Z debug envoy rbac {}, matched policy {}\tthread=23"
RULE = "ns[foo]-policy[deny-path-headers]-rule[0]"


def _read(text: str) -> list[LogLine]:
    lines = RbacLines()
    return [found for line in text.splitlines() if (found := lines.read(line)) is not None]


def test_what_was_looked_at_and_what_came_of_it_are_one() -> None:
    """The lines of one request are put together; a secret header is not kept."""
    (line,) = _read(CHECKING + RESULT.format("enforced denied", RULE))

    assert line.outcome is Outcome.DENIED
    assert line.matched == Decider("AuthorizationPolicy", "foo", "deny-path-headers", 0)
    assert (line.method, line.path, line.host) == ("GET", "/headers", "httpbin:8000")
    assert line.identity == "spiffe://cluster.local/ns/foo/sa/sleep"
    assert (line.called.namespace, line.called.service, line.called.port) == ("foo", "httpbin", 80)
    assert "secret" not in repr(line)


def test_dry_runs_are_told_with_the_result() -> None:
    """A shadow result stands beside the enforced one."""
    shadow = RESULT.format("shadow denied", RULE)

    (line,) = _read(f"{CHECKING}{shadow}\n{RESULT.format('enforced allowed', RULE)}")

    assert line.outcome is Outcome.ALLOWED
    assert line.tried == (TriedRule("denied", Decider("AuthorizationPolicy", "foo", "deny-path-headers", 0)),)


def test_a_result_alone_names_the_rule() -> None:
    """Without the line before it, the result leaves the request unknown."""
    (line,) = _read(RESULT.format("enforced denied", RULE))

    assert line.matched is not None
    assert (line.method, line.identity, line.called.namespace) == (None, None, None)


def test_a_filter_that_lets_pass_is_not_the_last() -> None:
    """Allowed without a rule is what the filter of DENY policies says before that of ALLOW policies."""
    (line,) = _read(CHECKING + RESULT.format("enforced allowed", "none"))

    assert line.outcome is Outcome.UNKNOWN
