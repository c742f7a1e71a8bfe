"""The lines that a proxy writes about policies when it is told to, read by `ztdsl.log`."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from tests.mesh import lane
from tests.mesh.small import Small, until
from tests.mesh.small_requests import Plain, get, policy
from ztdsl.log import LogReader, Outcome
from ztdsl.log.line import Form, LogLine, Unreadable
from ztdsl.traffic.decision import Decider, Verdict

pytestmark = lane.only
CASES: Final = (
    ("/open/1?debug", Verdict.ALLOW, Outcome.ALLOWED, "open"),
    ("/closed/1?debug", Verdict.DENY, Outcome.DENIED, "closed"),
    ("/other/1?debug", Verdict.DENY, Outcome.DENIED, None),
)
"""What is asked for, what the client meets, what the lines say, and the policy that they name."""


def about(action: str, name: str, path: str) -> Plain:
    """An AuthorizationPolicy of the server about one path."""
    return policy("AuthorizationPolicy", name, action=action, rules=[{"to": [{"operation": {"paths": [path]}}]}])


def lines_of(small: Small, begin: int) -> list[LogLine]:
    """What the proxy's lines about policies say, from a place of its log on."""
    reader = LogReader()
    text = small.pod().log.read_bytes()[begin:]
    found = []
    for line in text.splitlines():
        with suppress(Unreadable):  # whatever else a proxy says
            found.append(reader.read(line))
    return [each for each in found if each is not None and each.form is Form.RBAC]


def test_debug_lines_name_the_rule(small: Small) -> None:
    """Each request is told with its caller, its path and the rule that decided; without a rule nothing is named."""
    predicted = small.hold(about("ALLOW", "open", "/open/*"), about("DENY", "closed", "/closed/*"))
    begin = small.pod().log.stat().st_size
    small.pod().envoy("/logging?rbac=debug", "POST")
    small.agree(predicted, [(get(path), verdict) for path, verdict, _, _ in CASES])

    def decided() -> dict[str | None, LogLine]:
        return {each.path: each for each in lines_of(small, begin) if each.outcome is not Outcome.UNKNOWN}

    until(lambda: len(decided()) == len(CASES), "the lines are written")
    small.pod().envoy("/logging?rbac=warning", "POST")
    for path, _, outcome, name in CASES:
        line = decided()[path]
        rule = None if name is None else Decider("AuthorizationPolicy", "shop", name, 0)
        assert (line.outcome, line.matched, line.is_unmatched) == (outcome, rule, name is None)
        assert line.identity == predicted_identity(small)
        assert line.called.port == 8080


def predicted_identity(small: Small) -> str:
    """The identity of the client whose requests these are."""
    peer = small.prepare(get("/")).request.peer
    assert peer is not None
    return peer
