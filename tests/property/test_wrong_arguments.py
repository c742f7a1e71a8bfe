"""No argument of any declaration can break the compiler, or slip through it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property import every
from tests.property.shop import TODAY
from ztdsl import Namespace, Present
from ztdsl.diagnostics.model import Severity
from ztdsl.diagnostics.source import span_of
from ztdsl.istio.validate import problems
from ztdsl.lower import lower
from ztdsl.resolve import resolve

WRONG: dict[str, Any] = {
    "None": None,
    "a class": Namespace,
    "a string": "text",
    "a number": 7,
    "a fraction": 1.5,
    "true": True,
    "a set": {"GET"},
    "a dictionary": {"a": "b"},
    "bytes": b"GET",
    "an object": object(),
    "another declaration": Present(),
    "a list of None": [None],
    "a list of numbers": [7],
    "a list of lists": [["a"]],
    "a function": len,
    "a huge number": 10**5000,
}
ARGUMENTS = every.arguments()


def _exchanging(name: str, argument: str, value: Any) -> Callable[[str, dict[str, Any]], dict[str, Any]]:
    def exchanged(call: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return {**arguments, argument: value} if call == name else arguments

    return exchanged


def _is_right(name: str, argument: str, value: object) -> bool:
    """Whether the signature itself takes such a value."""
    kinds = every.annotation(name, argument)
    if value is None:
        return "None" in kinds
    if argument == "labels":
        return isinstance(value, dict)
    word = {str: "str", int: "int", bool: "bool"}.get(type(value))
    return word is not None and re.search(rf"(^|\| ){word}\b", kinds) is not None


def test_the_policy_itself_is_right() -> None:
    """What the other tests exchange an argument of has no error and renders."""
    resolved = resolve(every.policy(every.unchanged), every.MESH, TODAY)
    assert [each.message for each in resolved.findings if each.severity is Severity.ERROR] == []
    assert resolved.model is not None
    lowered = lower(resolved.model)
    assert [each for one in lowered.manifests for each in problems(one.manifest)] == []


@pytest.mark.parametrize("what", WRONG)
def test_a_value_of_the_wrong_kind_is_a_finding_with_a_place(what: str) -> None:
    """In every argument of every declaration: an error that points into the user's file, and no manifests."""
    value = WRONG[what]
    for name, argument in ARGUMENTS:
        if _is_right(name, argument, value):
            continue
        resolved = resolve(every.policy(_exchanging(name, argument, value)), every.MESH, TODAY)
        place = f"{what} for {argument} of {name}"
        errors = [each for each in resolved.findings if each.severity is Severity.ERROR]
        assert errors, place
        assert resolved.model is None
        for each in errors:
            assert each.primary is not None, place
            assert span_of(each.primary.place).line is not None, place


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS, ids=str)
def test_a_missing_argument_is_a_finding_or_has_a_default(name: str, argument: str) -> None:
    """Leaving an argument out never raises; if it is required, it is an error."""

    def without(call: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in arguments.items() if k != argument} if call == name else arguments

    resolved = resolve(every.policy(without), every.MESH, TODAY)
    codes = {each.code for each in resolved.findings if each.severity is Severity.ERROR}
    parameter = every.parameters(name)[argument]
    assert parameter.default is not parameter.empty or codes & {"ZT102", "ZT136", "ZT402"}


def test_an_unknown_argument_is_a_finding() -> None:
    """A misspelt argument of any declaration is an error of its own, never ignored."""
    for name in {name for name, _ in ARGUMENTS}:
        resolved = resolve(every.policy(_exchanging(name, "zzz", 1)), every.MESH, TODAY)
        assert "ZT103" in {each.code for each in resolved.findings}, name


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=3)
    | st.sampled_from((Namespace, Present(), Namespace("a"), len, object(), ..., NotImplemented)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=5,
)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(ARGUMENTS), junk), min_size=1, max_size=3))
def test_no_value_at_all_breaks_the_compiler(exchanged: list[tuple[tuple[str, str], Any]]) -> None:
    """Whatever stands in arguments: findings, or manifests that a cluster takes."""
    changes = dict(exchanged)

    def exchange(call: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return {**arguments, **{a: value for (name, a), value in changes.items() if name == call}}

    resolved = resolve(every.policy(exchange), every.MESH, TODAY)
    if resolved.model is None:
        assert any(each.severity is Severity.ERROR for each in resolved.findings)
        return
    lowered = lower(resolved.model)
    assert [each for one in lowered.manifests for each in problems(one.manifest)] == []
