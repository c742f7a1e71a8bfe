"""Telemetry as a value, as a plain object, and what is wrong with one."""

from __future__ import annotations

from typing import Any

import pytest

from ztdsl.istio.document import document
from ztdsl.istio.kinds import Meta, Selector
from ztdsl.istio.read import telemetry_from_document
from ztdsl.istio.telemetry import AccessLogging, Telemetry
from ztdsl.istio.validate import problems

META = Meta("orders-log", "shop", (("app.kubernetes.io/managed-by", "ztc"),))
WHOLE = Telemetry(
    META,
    Selector((("app", "orders"),)),
    (AccessLogging(("ztc",), "SERVER", "response.code == 403"), AccessLogging(("other",))),
)


def test_the_plain_object_has_canonical_keys() -> None:
    """Providers first, what is absent is left out."""
    assert document(WHOLE) == {
        "apiVersion": "telemetry.istio.io/v1",
        "kind": "Telemetry",
        "metadata": {
            "name": "orders-log",
            "namespace": "shop",
            "labels": {"app.kubernetes.io/managed-by": "ztc"},
        },
        "spec": {
            "selector": {"matchLabels": {"app": "orders"}},
            "accessLogging": [
                {
                    "providers": [{"name": "ztc"}],
                    "match": {"mode": "SERVER"},
                    "filter": {"expression": "response.code == 403"},
                },
                {"providers": [{"name": "other"}]},
            ],
        },
    }


@pytest.mark.parametrize("telemetry", [WHOLE, Telemetry(META, None, (AccessLogging(("a", "b"), "CLIENT"),))])
def test_reading_back_gives_an_equal_value(telemetry: Telemetry) -> None:
    """What is written is read as what it was."""
    assert telemetry_from_document(document(telemetry)) == telemetry


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"kind": "PeerAuthentication"}, "/kind"),
        ({"apiVersion": "telemetry.istio.io/v1alpha1"}, "/kind"),
        ({"spec": {}}, "/spec/accessLogging"),
        ({"spec": {"accessLogging": []}}, "/spec/accessLogging"),
        ({"spec": {"accessLogging": [{"disabled": True}]}}, "/spec/accessLogging/0/disabled"),
        ({"spec": {"accessLogging": [{"match": {}}]}}, "/spec/accessLogging/0/match/mode"),
        ({"spec": {"accessLogging": [{"filter": {"expression": 1}}]}}, "/spec/accessLogging/0/filter/expression"),
        ({"spec": {"accessLogging": [{"providers": ["a"]}]}}, "/spec/accessLogging/0/providers/0"),
        ({"spec": {"metrics": []}}, "/spec/metrics"),
    ],
)
def test_what_is_never_written_is_not_read(change: dict[str, Any], at: str) -> None:
    """Anything else is refused with its place."""
    with pytest.raises(ValueError, match=f"^`{at}` "):
        telemetry_from_document({**document(WHOLE), **change})


@pytest.mark.parametrize(
    ("logging", "rule", "at"),
    [
        ((AccessLogging(("",)),), "V-TEL-1", "/spec/accessLogging/0/providers/0/name"),
        ((AccessLogging(("a",), "BOTH"),), "V-TEL-2", "/spec/accessLogging/0/match/mode"),
        ((AccessLogging(("a",), None, " "),), "V-TEL-3", "/spec/accessLogging/0/filter/expression"),
        ((AccessLogging(("a",)), AccessLogging(("A",))), "C-TEL-1", "/spec/accessLogging/1/providers/0/name"),
    ],
)
def test_each_rule_is_broken_at_its_place(logging: tuple[AccessLogging, ...], rule: str, at: str) -> None:
    """One mistake is one problem."""
    found = problems(Telemetry(META, None, logging))
    assert [(each.rule, each.severity, each.pointer) for each in found] == [(rule, "error", at)]


def test_a_good_one_has_no_problem() -> None:
    """Nothing is wrong with what is rendered."""
    assert problems(WHOLE) == []


def test_its_metadata_and_its_selector_are_checked_as_those_of_any_object() -> None:
    """A name that Kubernetes refuses and a wildcard are found, and so is a dry run."""
    meta = Meta("A_", "shop", (), (("istio.io/dry-run", "true"),))
    found = problems(Telemetry(meta, Selector((("app", "*"),)), WHOLE.access_logging))
    assert sorted(each.rule for each in found) == ["K-META-1", "V-META-2", "V-SEL-2"]
