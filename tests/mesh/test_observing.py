"""What is only watched: policies on trial and audits, which decide nothing and can be seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from tests.mesh import lane
from tests.mesh.settling import counters
from tests.mesh.small import Small, built, until
from tests.mesh.small_requests import VISITOR, Plain, connection, get, policy
from ztdsl import AnyRequest, DryRun, Http, HttpPort, Namespace, Policy, Service, allow, audit, deny
from ztdsl.istio.evaluate import Evaluator
from ztdsl.traffic.decision import Decider, Verdict
from ztdsl.traffic.request import Request

pytestmark = lane.only

ALLOW, DENY = Verdict.ALLOW, Verdict.DENY
COUNTER: Final = "{chain}.rbac.istio_dry_run_{action}_.shadow_{result}"
"""How Envoy calls the counters of trials: by filter chain and action, none is of one policy."""
RESULT: Final = "istio_dry_run_{action}_shadow_engine_result"
DECIDED: Final = "istio_dry_run_{action}_shadow_effective_policy_id"
"""What the access log can show of a request: what the trials would have done, and which policy's rule matched."""
HTTP: Final = "http.inbound_0.0.0.0_8080;"
TCP: Final = "tcp"


def about(action: str, name: str, *paths: str, is_trial: bool = True) -> Plain:
    """An AuthorizationPolicy of the server about paths, on trial unless it is not."""
    made = policy("AuthorizationPolicy", name, action=action, rules=[{"to": [{"operation": {"paths": list(paths)}}]}])
    annotations = {"istio.io/dry-run": "true"} if is_trial else {}
    return {**made, "metadata": {**made["metadata"], "annotations": annotations}}


class Shadow(NamedTuple):
    """How many requests trials of one action would have let in and refused."""

    allowed: int
    denied: int


def shadows(small: Small, chain: str) -> dict[str, Shadow]:
    """The counters of a filter chain of the server, by the action of the trials."""
    found = counters(small.pod(), "shadow")

    def counter(action: str, result: str) -> int:
        return found.get(COUNTER.format(chain=chain, action=action, result=result), 0)

    return {action: Shadow(counter(action, "allowed"), counter(action, "denied")) for action in ("allow", "deny")}


def moved(small: Small, chain: str, predicted: Evaluator, requests: Sequence[Request]) -> dict[str, Shadow]:
    """By how much the counters moved while requests were sent, all of which were let in."""
    before = shadows(small, chain)
    small.agree(predicted, [(each, ALLOW) for each in requests])
    return difference(before, shadows(small, chain))


def difference(before: dict[str, Shadow], after: dict[str, Shadow]) -> dict[str, Shadow]:
    """By how much counters moved."""
    return {
        action: Shadow(after[action].allowed - early.allowed, after[action].denied - early.denied)
        for action, early in before.items()
    }


def foretold(small: Small, predicted: Evaluator, requests: Sequence[Request], trials: Sequence[Plain]) -> Any:
    """The same, of what `istio.evaluate` says about trials: none of allowance matching is a refusal."""
    counts = {}
    for action in ("allow", "deny"):
        names = {each["metadata"]["name"] for each in trials if each["spec"]["action"] == action.upper()}
        decisions = [predicted.decide(small.prepare(each).request) for each in requests]
        matching = sum(any(decider.name in names for decider in each.dry_run) for each in decisions)
        others = len(requests) - matching
        counts[action] = Shadow(matching, others) if action == "allow" else Shadow(others, matching)
    return counts


def log_line(small: Small, path: str) -> dict[str, Any]:
    """What the server's access log says of the only request with that path."""
    found: list[dict[str, Any]] = []

    def is_there() -> bool:
        lines = small.pod().log.read_text(encoding="utf-8", errors="replace").splitlines()
        found[:] = [said for line in lines if line.startswith('{"') and (said := json.loads(line))["path"] == path]
        return bool(found)

    until(is_there, "the access log is written")
    assert len(found) == 1
    return found[0]


def rule_name(decider: Decider) -> str:
    """How istiod calls the rule that decides."""
    return f"ns[{decider.namespace}]-policy[{decider.name}]-rule[{decider.rule}]"


def test_trials(small: Small) -> None:
    """Trials decide nothing; Envoy counts what they would have done, and its log names the rule."""
    trials = [about("ALLOW", "tried", "/tried*", "/both*"), about("DENY", "closed", "/closed*", "/both*")]
    predicted = small.hold(*trials)
    requests = [get(f"{path}?trials") for path in ("/tried", "/closed", "/both", "/neither")]
    met = moved(small, HTTP, predicted, requests)
    assert met == {"allow": Shadow(allowed=2, denied=2), "deny": Shadow(allowed=2, denied=2)}
    assert met == foretold(small, predicted, requests, trials)
    for request in requests:
        assert request.http is not None
        said = log_line(small, request.http.path)["rbac"]
        rules = {rule_name(each) for each in predicted.decide(small.prepare(request).request).dry_run}
        assert {said[name] for action in ("allow", "deny") if (name := DECIDED.format(action=action)) in said} == rules
        assert RESULT.format(action="allow") in said


def test_trials_at_bytes(small: Small) -> None:
    """At a port of bytes what a trial says of requests is lost: an allowance vanishes, a denial gets wider."""
    trials = [about("ALLOW", "tried", "/tried"), about("DENY", "closed", "/closed")]
    predicted = small.hold(*trials)
    requests = [connection()]
    met = moved(small, TCP, predicted, requests)
    assert met == {"allow": Shadow(allowed=0, denied=1), "deny": Shadow(allowed=0, denied=1)}
    assert met == foretold(small, predicted, requests, trials)


def test_trials_beside_rules(small: Small) -> None:
    """What is enforced decides alone, and what it refuses was counted by trials before."""
    trial = about("DENY", "closed", "/closed*")
    predicted = small.hold(trial, about("ALLOW", "open", "/open", is_trial=False))
    before = shadows(small, HTTP)
    small.agree(predicted, [(get("/open"), ALLOW), (get("/closed"), DENY), (get("/other"), DENY)])
    assert difference(before, shadows(small, HTTP)) == {"allow": Shadow(0, 0), "deny": Shadow(allowed=2, denied=1)}


def test_audits(small: Small) -> None:
    """An audit changes no verdict; the log's hint says for each request whether one matches, and names what decided."""
    audits = about("AUDIT", "watched", "/watched*", "/refused*", is_trial=False)
    predicted = small.hold(audits, about("DENY", "refused", "/refused*", is_trial=False))
    for path, verdict, hint, rule in (
        ("/watched?audits", ALLOW, True, "watched"),
        ("/other?audits", ALLOW, False, None),
        ("/refused?audits", DENY, True, "refused"),
    ):
        request = get(path)
        small.agree(predicted, [(request, verdict)])
        line = log_line(small, path)
        assert line["hint"] is hint is bool(predicted.decide(small.prepare(request).request).audit)
        assert line["rbac"].get("enforced_effective_policy_id") == (rule and f"ns[shop]-policy[{rule}]-rule[0]")


def test_by_policy(small: Small) -> None:
    """What a policy tries and audits is on trial and audited, and the rest of it decides."""
    space, web, port = Namespace("shop"), Namespace("web"), HttpPort(8080)
    server = Service("server", namespace=space, service_account="server", ports=[port])
    client = Service("client", namespace=space, service_account="client")
    trial = DryRun(until=date(2027, 6, 30))
    rules = [
        allow(client, to=server.at(port), http=AnyRequest(), because="the client reads"),
        allow(web, to=server.at(port), http=Http(paths=["/new"]), because="perhaps", stage=trial),
        deny(client, to=server.at(port), http=Http(paths=["/old"]), because="perhaps not", stage=trial),
        audit(client, to=server.at(port), http=Http(methods=["GET"]), because="who reads"),
    ]
    model, objects, _ = built(Policy("shop", owns=[space], services=[server, client], rules=rules))
    predicted = small.hold(*objects)
    before = shadows(small, HTTP)
    small.agree(predicted, [(get("/new?a", peer=VISITOR), DENY), (get("/old?b"), ALLOW), (get("/old?c"), ALLOW)])
    assert difference(before, shadows(small, HTTP)) == {"allow": Shadow(1, 2), "deny": Shadow(1, 2)}
    hints = [log_line(small, path)["hint"] for path in ("/new?a", "/old?b", "/old?c")]
    assert hints == [False, True, True]
    small.agree_on_borders(predicted, model)
