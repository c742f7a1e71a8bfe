"""What means the same in the access logs of a Telemetry, and what does not."""

from __future__ import annotations

import copy
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.diff import Ownership, Wanted, normal_form, plan
from ztdsl.diff.access_logs import may_be_reordered

A: dict[str, Any] = {"providers": [{"name": "a"}, {"name": "b"}], "match": {"mode": "SERVER"}}
B: dict[str, Any] = {"providers": [{"name": "c"}], "filter": {"expression": "true"}}
C: dict[str, Any] = {"providers": [{"name": "d"}]}


def telemetry(*logs: Any, version: str = "v1", **spec: Any) -> dict[str, Any]:
    """A Telemetry of the namespace `shop`."""
    return {
        "apiVersion": f"telemetry.istio.io/{version}",
        "kind": "Telemetry",
        "metadata": {"name": "logging", "namespace": "shop"},
        "spec": {**spec, "accessLogging": list(logs)},
    }


LABELS = {"matchLabels": {"app": "orders"}}
TARGET = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "edge"}
SAME = {
    "the old version": (telemetry(A), telemetry(A, version="v1alpha1")),
    "the default mode": (telemetry(C), telemetry({**C, "match": {"mode": "CLIENT_AND_SERVER"}})),
    "a match without a mode": (telemetry(C), telemetry({**C, "match": {}})),
    "not disabled": (telemetry(C), telemetry({**C, "disabled": False})),
    "a null": (telemetry(C), telemetry({**C, "disabled": None, "filter": None, "match": None})),
    "providers in another order": (telemetry(A), telemetry({**A, "providers": A["providers"][::-1]})),
    "logs before the last in another order": (telemetry(A, B, C), telemetry(B, A, C)),
    "an empty selector": (telemetry(A), telemetry(A, selector={})),
    "a selector without labels": (telemetry(A), telemetry(A, selector={"matchLabels": {}})),
    "one target": (telemetry(A, targetRef=TARGET), telemetry(A, targetRefs=[TARGET])),
    "no metrics": (telemetry(A), telemetry(A, metrics=[], tracing=None)),
    "no providers": (telemetry({}), telemetry({"providers": []})),
    "a filter of nothing": (telemetry({**C, "filter": {}}), telemetry({**C, "filter": {"expression": ""}})),
}
DIFFERENT = {
    "a mode": (telemetry(A), telemetry({**A, "match": {"mode": "CLIENT"}})),
    "both modes": (telemetry(A), telemetry({**A, "match": {}})),
    "disabled": (telemetry(A), telemetry({**A, "disabled": True})),
    "a provider": (telemetry(A), telemetry({**A, "providers": [{"name": "a"}]})),
    "a provider in another case": (telemetry(C), telemetry({"providers": [{"name": "D"}]})),
    "a filter": (telemetry(B), telemetry({**B, "filter": {"expression": "false"}})),
    "an empty filter": (telemetry(C), telemetry({**C, "filter": {}})),
    "the last log, whose providers others inherit": (telemetry(A, B, C), telemetry(A, C, B)),
    "two filters of one provider": (
        telemetry({**B, "filter": {"expression": "false"}}, B, C),
        telemetry(B, {**B, "filter": {"expression": "false"}}, C),
    ),
    "a log that inherits providers": (telemetry(A, {"disabled": True}, C), telemetry({"disabled": True}, A, C)),
    "a log": (telemetry(A), telemetry(A, B)),
    "a selector": (telemetry(A), telemetry(A, selector=LABELS)),
    "metrics": (telemetry(A), telemetry(A, metrics=[{"providers": [{"name": "prometheus"}]}])),
}


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME)
def test_same_meaning_has_one_form(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """No difference is reported, whichever of the two is live, and neither object is touched."""
    kept = copy.deepcopy(pair)

    assert normal_form(pair[0]) == normal_form(pair[1])
    assert _changes(*pair) == _changes(*reversed(pair)) == []
    assert pair == kept


@pytest.mark.parametrize("pair", DIFFERENT.values(), ids=DIFFERENT)
def test_another_meaning_is_a_difference(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """With at least one field that differs."""
    assert normal_form(pair[0]) != normal_form(pair[1])
    assert len(_changes(*pair)) == len(_changes(*reversed(pair))) == 1
    assert _changes(*pair)[0]


def test_order_of_keys_is_that_of_the_build() -> None:
    """A unified diff shows them as `ztc build` prints them."""
    shuffled = {"filter": {"expression": "true"}, "disabled": True, "match": {"mode": "CLIENT"}, "providers": [{}]}
    (log,) = normal_form(telemetry(shuffled, selector=LABELS))["spec"]["accessLogging"]

    assert list(log) == ["providers", "match", "disabled", "filter"]
    assert normal_form(telemetry(A))["apiVersion"] == "telemetry.istio.io/v1"


LOGS = st.fixed_dictionaries(
    {},
    optional={
        "providers": st.lists(st.sampled_from("abA").map(lambda name: {"name": name}), max_size=2),
        "match": st.sampled_from(["CLIENT", "SERVER", "CLIENT_AND_SERVER"]).map(lambda mode: {"mode": mode}),
        "disabled": st.booleans(),
        "filter": st.sampled_from("xy").map(lambda text: {"expression": text}),
    },
)


@given(st.lists(LOGS, max_size=4))
def test_order_is_ignored_only_where_istio_gets_the_same(logs: list[dict[str, Any]]) -> None:
    """Whatever order has the same form gives each proxy the same logs, and hands the same providers on."""
    form, meaning = normal_form(telemetry(*logs)), _merged(logs)

    for other in permutations(logs):
        if normal_form(telemetry(*other)) == form:
            assert _merged(list(other)) == meaning
    assert may_be_reordered([]) is may_be_reordered([A, B, C]) is True


def _merged(logs: list[dict[str, Any]]) -> object:
    """What Istio's `mergeLogs` makes of one object, for each mode, with a mesh whose default is provider `z`."""
    return [_of_mode(logs, mode) for mode in ("CLIENT", "SERVER")]


def _of_mode(logs: list[dict[str, Any]], mode: str) -> object:
    counting = [each for each in logs if each.get("match", {}).get("mode", mode) in {mode, "CLIENT_AND_SERVER"}]
    filters = {name: each.get("filter") for each in counting for name in _providers(each)}
    known = {name for each in counting for name in _providers(each)} or {"z"}
    found: dict[str, object] = {}
    inherited = ["z"]
    for each in logs:
        inherited = _providers(each) or inherited
        if each in counting:
            found |= {name: "off" if each.get("disabled") else filters.get(name) for name in inherited if name in known}
    return found, sorted(set(inherited))


def _providers(log: dict[str, Any]) -> list[str]:
    return [each["name"] for each in log.get("providers", ())]


class _Live:
    def __init__(self, plain: dict[str, Any]) -> None:
        self.plain = plain
        self.key = _KEY


_KEY = ("Telemetry", "shop", "logging")
_OWNED = Ownership(frozenset({"shop"}), frozenset({"shop"}), frozenset({"shop"}))


def _changes(wanted: dict[str, Any], live: dict[str, Any]) -> list[tuple[str, ...]]:
    found = plan([Wanted(_KEY, lambda: wanted)], [_Live(live)], _OWNED)
    return [tuple(field.pointer for field in each.fields) for each in found.changes]
