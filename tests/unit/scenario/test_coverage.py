"""Which rules scenarios exercise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ztdsl.api import open_manifests
from ztdsl.scenario.coverage import coverage
from ztdsl.scenario.phrase import token_of
from ztdsl.scenario.run import Outcome
from ztdsl.scenario.scenario import Expectation, Scenario
from ztdsl.traffic.request import Chain, Destination, Http, Request, Tls

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ztdsl.scenario.coverage import Coverage
    from ztdsl.scenario.subject import Subject

MANIFESTS = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: allow, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  rules:
    - to: [{operation: {paths: [/a, /both, /secret]}}]
    - to: [{operation: {paths: [/b, /both]}}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  action: DENY
  rules: [{to: [{operation: {paths: [/secret]}}]}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: tried, namespace: shop, annotations: {istio.io/dry-run: "true"}}
spec: {action: DENY, rules: [{}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: elsewhere, namespace: web}
spec: {rules: [{}]}
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: tokens, namespace: shop}
spec: {jwtRules: [{issuer: https://auth.example.com, jwksUri: https://auth.example.com/jwks.json}]}
"""
ORDERS = {"app": "orders"}


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    """What the manifests do."""
    (tmp_path / "m.yaml").write_text(MANIFESTS, encoding="utf-8")
    opened = open_manifests([str(tmp_path / "m.yaml")])
    assert opened.subject is not None
    return opened.subject


@pytest.fixture
def covered(subject: Subject) -> Callable[..., Coverage]:
    """What requests for some paths exercise, each with a bad token if it ends with `!`."""

    def covered(*paths: str, labels: dict[str, str] | None = ORDERS) -> Coverage:
        outcomes = []
        for path in paths:
            tokens = (token_of({"invalid": "no key"}, 0),) if path.endswith("!") else ()
            http = Http("GET", path.rstrip("!"), "orders", {})
            request = Request(Destination("shop", labels, 8080, Chain.HTTP), None, Tls.NONE, http=http, tokens=tokens)
            scenario = Scenario(path, request, Expectation(None, may=True), None)  # type: ignore[arg-type]
            outcomes.append(Outcome(scenario, subject.explain(request), passed=True))
        return coverage(subject, outcomes)

    return covered


def sides(coverage: Coverage) -> dict[str, tuple[bool, bool]]:
    """The two sides of each rule."""
    return {f"{each.rule.name}#{each.rule.rule}": (each.allowing, each.refusing) for each in coverage.rules}


def test_nothing_asked_exercises_nothing(covered: Callable[..., Coverage]) -> None:
    """Rules that are only tried are no rules to cover; those of other namespaces are."""
    none = covered()
    assert sides(none) == dict.fromkeys(("allow#0", "allow#1", "deny#0", "elsewhere#0"), (False, False))
    assert (none.percent, len(none.missing)) == (0.0, 4)


def test_an_allowance_exercises_the_rules_that_match(covered: Callable[..., Coverage]) -> None:
    """A DENY rule of the workload is exercised by what it leaves alone."""
    assert sides(covered("/a")) == {
        "allow#0": (True, False),
        "allow#1": (False, False),
        "deny#0": (True, False),
        "elsewhere#0": (False, False),
    }
    assert sides(covered("/both"))["allow#1"] == (True, False)


def test_a_refusal_exercises_what_it_misses_or_matches(covered: Callable[..., Coverage]) -> None:
    """Past every ALLOW rule it exercises all of them; by a DENY rule only that one."""
    assert [each for each, (_, refusing) in sides(covered("/c")).items() if refusing] == ["allow#0", "allow#1"]
    assert [each for each, (_, refusing) in sides(covered("/secret")).items() if refusing] == ["deny#0"]


def test_a_refusal_at_another_port_exercises_only_what_asks_for_nothing_but_a_port(tmp_path: Path) -> None:
    """A rule's other side is a request to its own port, unless the port is all that it asks for."""
    rules = [
        "{to: [{operation: {ports: ['8080'], methods: [POST]}}]}",
        "{to: [{operation: {ports: ['9090'], methods: [POST]}}]}",
        "{to: [{operation: {ports: ['9091']}}]}",
        "{from: [{source: {namespaces: [web]}}], to: [{operation: {ports: ['9091']}}]}",
        "{to: [{operation: {ports: ['9091']}}], when: [{key: source.namespace, values: [web]}]}",
        "{to: [{operation: {ports: ['9090'], paths: [/a]}}, {operation: {ports: ['8080'], paths: [/b], hosts: [x]}}]}",
    ]
    head = MANIFESTS.partition("  rules:")[0]
    (tmp_path / "m.yaml").write_text(head + "  rules:\n" + "".join(f"  - {each}\n" for each in rules))
    subject = open_manifests([str(tmp_path / "m.yaml")]).subject
    assert subject is not None
    request = Request(Destination("shop", ORDERS, 8080, Chain.HTTP), None, Tls.NONE, http=Http("GET", "/", "y", {}))
    scenario = Scenario("s", request, Expectation(None, may=False), None)  # type: ignore[arg-type]
    found = coverage(subject, [Outcome(scenario, subject.explain(request), passed=True)])
    assert [each.rule.rule for each in found.rules if each.refusing] == [0, 2, 5]


@pytest.mark.parametrize("path", ["/a!", "/c!"])
def test_a_bad_token_exercises_no_rule(path: str, covered: Callable[..., Coverage]) -> None:
    """It is refused before any policy is looked at."""
    assert set(sides(covered(path)).values()) == {(False, False)}


def test_an_answer_that_is_not_known_exercises_nothing(covered: Callable[..., Coverage]) -> None:
    """Without labels nobody knows which policies apply."""
    assert set(sides(covered("/a", labels=None)).values()) == {(False, False)}


def test_percent_counts_rules_with_both_sides(covered: Callable[..., Coverage]) -> None:
    """Three of four rules."""
    part = covered("/a", "/b", "/c", "/secret")
    assert part.percent == pytest.approx(75.0)
    assert [each.rule.name for each in part.missing] == ["elsewhere"]
