"""Why a request met its verdict."""

from __future__ import annotations

from tests.unit.istio.evaluate.cases import connection, operation, policy, request, source, token, tokens, when
from ztdsl.istio.evaluate import Evaluator, Failure
from ztdsl.istio.kinds import Manifest, Operation, Rule, Source
from ztdsl.traffic.decision import Decider, Verdict
from ztdsl.traffic.mesh import Mesh


def test_an_allowance_lists_every_rule_that_allows() -> None:
    """Not only the one that decided."""
    allow = policy("ALLOW", operation(methods=("GET",)), operation(methods=("POST",)), Rule())
    explanation = Evaluator([allow], Mesh()).explain(request())
    assert explanation.decision.verdict is Verdict.ALLOW
    assert [each.rule for each in explanation.matching] == [0, 2]
    assert explanation.misses == ()


def test_a_denial_lists_the_rules_that_deny() -> None:
    """What ALLOW says does not matter then."""
    manifests: list[Manifest] = [policy("DENY", Rule(), name="no"), policy("ALLOW", name="nothing")]
    explanation = Evaluator(manifests, Mesh()).explain(request())
    assert explanation.matching == (Decider("AuthorizationPolicy", "foo", "no", 0),)
    assert explanation.misses == ()
    assert {each.name for each in explanation.attached} == {"no", "nothing"}


def test_the_nearest_miss_comes_first() -> None:
    """Each miss says which tests failed, what they expected and what was found."""
    far = Rule((Source(namespaces=("x",)),), (Operation(methods=("POST",), paths=("/b",)),))
    near = Rule((Source(namespaces=("x",), not_principals=("y",)),), (Operation(methods=("GET",)),))
    explanation = Evaluator([policy("ALLOW", far, near)], Mesh()).explain(request(path="/a?x"))
    assert [miss.decider.rule for miss in explanation.misses] == [1, 0]
    identity = "spiffe://cluster.local/ns/foo/sa/bar"
    assert explanation.misses[0].failed == (Failure("namespaces", ("x",), identity),)
    assert explanation.misses[1].failed[1:] == (
        Failure("methods", ("POST",), "GET"),
        Failure("paths", ("/b",), "/a"),
    )


def test_a_rule_about_another_port_is_further_than_any_about_the_port_that_was_asked() -> None:
    """Who is called because a request was refused reads first what the request could have been."""
    here = Rule((Source(namespaces=("x",)),), (Operation(ports=("8080",), methods=("POST",), paths=("/b",)),))
    elsewhere = Rule(operations=(Operation(ports=("9090",)),))
    by_condition = when("destination.port", "9090")
    explanation = Evaluator([policy("ALLOW", elsewhere, by_condition, here)], Mesh()).explain(request())
    assert [miss.decider.rule for miss in explanation.misses] == [2, 0, 1]
    assert [miss.is_elsewhere for miss in explanation.misses] == [False, True, True]


def test_the_alternative_about_the_port_that_was_asked_is_told() -> None:
    """However many of its tests fail."""
    rule = Rule(operations=(Operation(ports=("9090",)), Operation(ports=("8080",), methods=("POST",), paths=("/b",))))
    explanation = Evaluator([policy("ALLOW", rule)], Mesh()).explain(request())
    assert [failure.attribute for failure in explanation.misses[0].failed] == ["methods", "paths"]


def test_the_best_alternative_of_a_rule_counts() -> None:
    """Of two operations the one with fewer failures is told."""
    rule = Rule(operations=(Operation(methods=("POST",), hosts=("x",)), Operation(paths=("/b",))))
    explanation = Evaluator([policy("ALLOW", rule)], Mesh()).explain(request())
    assert explanation.misses[0].failed == (Failure("paths", ("/b",), "/"),)


def test_negative_tests_say_what_must_not_be() -> None:
    """The field has its negative name, and a condition says which half of it."""
    allow = policy("ALLOW", operation(not_methods=("GET",)), when("request.headers[x]", absent=("v",)))
    explanation = Evaluator([allow], Mesh()).explain(request(headers={"x": ["v"]}))
    assert [miss.failed for miss in explanation.misses] == [
        (Failure("notMethods", ("GET",), "GET"),),
        (Failure("request.headers[x] (notValues)", ("v",), "v"),),
    ]


def test_what_is_absent_and_what_is_not_known_are_told_apart() -> None:
    """An absent attribute is None."""
    allow = policy(
        "ALLOW",
        source(principals=("x",)),
        source(request_principals=("*",)),
        when("request.headers[x]", "v"),
        when("request.auth.claims[role]", "admin"),
    )
    explanation = Evaluator([allow, tokens()], Mesh()).explain(request(peer=None))
    assert [miss.failed[0].found for miss in explanation.misses] == [None, None, None, None]
    explanation = Evaluator([allow, tokens()], Mesh()).explain(request(peer=None, token=token(sub="", role="user")))
    assert [miss.failed[0].found for miss in explanation.misses] == [
        None,
        "https://auth.example.com/",
        None,
        "user",
    ]


def test_a_rule_that_istio_leaves_out_is_a_miss_that_says_so() -> None:
    """A rule about methods cannot allow a connection."""
    explanation = Evaluator([policy("ALLOW", operation(methods=("GET",)))], Mesh()).explain(connection())
    (miss,) = explanation.misses
    assert miss.failed[0].attribute == "methods"
    assert "leaves the rule out" in (miss.failed[0].found or "")


def test_a_request_that_reaches_no_policy_is_explained_by_its_decision() -> None:
    """Envoy rejects it first."""
    explanation = Evaluator([policy("ALLOW")], Mesh()).explain(request("get"))
    assert explanation.decision.verdict is Verdict.REJECTED
    assert explanation.misses == ()
    assert explanation.matching == ()


def test_a_lacking_fact_is_named_where_it_would_have_been() -> None:
    """A miss that needs it says so, when the verdict is known without it."""
    rule = Rule(operations=(Operation(hosts=("x",), methods=("POST",)),))
    explanation = Evaluator([policy("ALLOW", rule)], Mesh()).explain(request(host=None))
    assert explanation.decision.verdict is Verdict.DENY
    assert [failure.found for failure in explanation.misses[0].failed] == ["not known: http.host", "GET"]
