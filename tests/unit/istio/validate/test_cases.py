"""Every rule of validation with manifests that break it and manifests that do not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ztdsl.istio.kinds import API_VERSION
from ztdsl.istio.read import from_document
from ztdsl.istio.validate import problems

CASES = Path(__file__).parent / "cases"
PLAIN_SPECS: dict[str, dict[str, Any]] = {
    "AuthorizationPolicy": {"action": "ALLOW"},
    "PeerAuthentication": {"mtls": {"mode": "STRICT"}},
    "RequestAuthentication": {},
}
TELEMETRY = frozenset({"V-TEL-1", "V-TEL-2", "V-TEL-3", "C-TEL-1"})
IN_PYTHON = frozenset({"C-META-1", "C-SEL-2", "C-PA-1", "K-META-5", "V-SEL-4", "V-TGT-5"}) | TELEMETRY
"""Rules about what YAML cannot say, what is too large to write out, or another kind; other tests break them."""


def load(name: str) -> Any:
    """The content of one file of cases."""
    return yaml.load((CASES / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)


OBJECTS = [
    *load("objects"),
    *({"kind": "AuthorizationPolicy", **case} for case in load("authorization")),
    *(
        {
            **case,
            "kind": "RequestAuthentication",
            "bad": {"jwtRules": [case["bad"]]},
            "good": {"jwtRules": [case["good"]]},
        }
        for case in load("tokens")
    ),
]
VALUES = load("values")
KEYS = load("keys")
SHAPES = load("shapes")


def whole(kind: str, spec: dict[str, Any], metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    """A document of `kind`."""
    metadata = metadata or {"name": "a", "namespace": "b"}
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}


def found(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The rules that `document` breaks, with severities and places."""
    return [(problem.rule, problem.severity, problem.pointer) for problem in problems(from_document(document))]


def with_part(case: dict[str, Any], which: str) -> dict[str, Any]:
    """The document of a case, whose part is the bad or the good one."""
    spec = case.get("spec", PLAIN_SPECS[case["kind"]])
    if case.get("part") == "metadata":
        return whole(case["kind"], spec, case[which])
    return whole(case["kind"], case[which])


def with_value(field: str, text: str) -> tuple[dict[str, Any], str]:
    """A policy in which `field` has the value `text`, and the pointer to that value."""
    if "." in field:
        condition = {"key": field, "values": [text]}
        document = whole("AuthorizationPolicy", {"action": "ALLOW", "rules": [{"when": [condition]}]})
        return document, "/spec/rules/0/when/0/values/0"
    outer, inner = ("to", "operation") if field in {"hosts", "ports", "methods", "paths"} else ("from", "source")
    rule: dict[str, Any] = {outer: [{inner: {field: [text]}}]}
    document = whole("AuthorizationPolicy", {"action": "ALLOW", "rules": [rule]})
    return document, f"/spec/rules/0/{outer}/0/{inner}/{field}/0"


def named(cases: list[dict[str, Any]]) -> list[Any]:
    """The cases as parameters, named by their rules."""
    return [pytest.param(case, id=f"{case.get('rule', 'C')}-{index}") for index, case in enumerate(cases)]


@pytest.mark.parametrize("case", named(OBJECTS))
def test_a_bad_manifest_breaks_exactly_its_rule(case: dict[str, Any]) -> None:
    """A manifest with one mistake has one problem, of the right severity, at the right place."""
    assert found(with_part(case, "bad")) == [(case["rule"], case.get("severity", "error"), case["at"])]


@pytest.mark.parametrize("case", named(OBJECTS))
def test_its_good_twin_has_no_problem(case: dict[str, Any]) -> None:
    """The manifest that differs only in what matters has no problem."""
    assert found(with_part(case, "good")) == []


@pytest.mark.parametrize(("field", "text"), [(row["field"], text) for row in VALUES for text in row["good"]])
def test_good_values_are_taken(field: str, text: str) -> None:
    """A value that Istio takes and that can match has no error."""
    document, _ = with_value(field, text)
    assert [problem for problem in found(document) if problem[1] == "error"] == []


@pytest.mark.parametrize(
    ("field", "rule", "text"),
    [(row["field"], rule, text) for row in VALUES for rule, texts in row["bad"].items() for text in texts],
)
def test_bad_values_are_errors(field: str, rule: str, text: str) -> None:
    """A value that Istio refuses or never matches is one error, at the value."""
    document, at = with_value(field, text)
    assert found(document) == [(rule, "error", at)]


@pytest.mark.parametrize(
    ("field", "rule", "text"),
    [
        (row["field"], rule, text)
        for row in VALUES
        if "." not in row["field"]
        for rule, texts in row["bad"].items()
        for text in texts
    ],
)
def test_bad_values_are_errors_where_negated(field: str, rule: str, text: str) -> None:
    """The negated twin of a field takes the same values as the field."""
    document, at = with_value(field, text)
    group = "to" if "to" in document["spec"]["rules"][0] else "from"
    item = next(iter(document["spec"]["rules"][0][group][0].values()))
    twin = f"not{field[0].upper()}{field[1:]}"
    item[twin] = item.pop(field)
    assert found(document) == [(rule, "error", at.replace(field, twin))]


@pytest.mark.parametrize("text", ["*a*", "*"])
def test_free_text_with_stars_at_both_ends_is_a_warning(text: str) -> None:
    """A claim that is to contain a word cannot be tested so: Istio reads the second star as a character."""
    document, at = with_value("request.auth.claims[role]", text)
    assert found(document) == ([("C-AP-1", "warning", at)] if text == "*a*" else [])


def test_a_star_in_a_subject_is_a_warning() -> None:
    """A token's subject may have a star in it, unlike an issuer."""
    document, at = with_value("requestPrincipals", "https://i.example.com/a*b")
    assert found(document) == [("C-AP-1", "warning", at)]


@pytest.mark.parametrize("key", KEYS["good"])
def test_good_keys_are_taken(key: str) -> None:
    """An attribute that Istio knows, written as it translates it, has no problem."""
    value = "10.0.0.1" if key == "source.ip" else "a"
    rule = {"when": [{"key": key, "values": [value]}]}
    assert found(whole("AuthorizationPolicy", {"action": "ALLOW", "rules": [rule]})) == []


@pytest.mark.parametrize(("rule", "key"), [(rule, key) for rule, keys in KEYS["bad"].items() for key in keys])
def test_bad_keys_are_errors(rule: str, key: str) -> None:
    """An attribute that Istio refuses or fails to translate is one error, at the key."""
    condition = {"key": key, "values": ["a"]}
    document = whole("AuthorizationPolicy", {"action": "ALLOW", "rules": [{"when": [condition]}]})
    assert found(document) == [(rule, "error", "/spec/rules/0/when/0/key")]


def test_a_condition_needs_values() -> None:
    """A condition without values tests nothing, and istiod refuses it."""
    document = whole("AuthorizationPolicy", {"action": "ALLOW", "rules": [{"when": [{"key": "source.principal"}]}]})
    assert found(document) == [("V-AP-18", "error", "/spec/rules/0/when/0")]


@pytest.mark.parametrize("case", named(SHAPES))
def test_what_a_manifest_cannot_say_is_not_read(case: dict[str, Any]) -> None:
    """A document of another shape is refused with the place and without a manifest."""
    document = case["document"] if "document" in case else whole(case["kind"], case["spec"])
    with pytest.raises(ValueError, match=f"^`{re.escape(case['at'])}` "):
        from_document(document)


def test_every_rule_has_a_case() -> None:
    """Each rule that the code can report is broken by some case, and each case is about a rule of the code."""
    source = Path(problems.__code__.co_filename).parent
    known = {
        rule for path in source.glob("*.py") for rule in re.findall(r'"([VKC]-[A-Z]+-\d+)"', path.read_text("utf-8"))
    }
    cases = {case["rule"] for case in OBJECTS}
    cases |= {rule for row in VALUES for rule in row["bad"]} | set(KEYS["bad"]) | {"V-AP-18"}
    assert known == cases | IN_PYTHON


def test_every_row_of_istios_validation_is_covered() -> None:
    """Istio's own rules are numbered without gaps: each is checked or cannot be said."""
    covered = {case["rule"] for case in [*OBJECTS, *SHAPES] if "rule" in case}
    covered |= {rule for row in VALUES for rule in row["bad"]} | set(KEYS["bad"]) | {"V-AP-18"} | IN_PYTHON
    rows = {"META": 5, "SEL": 4, "TGT": 5, "AP": 21, "RA": 10, "PA": 4}
    assert {f"V-{group}-{number}" for group, last in rows.items() for number in range(1, last + 1)} <= covered
