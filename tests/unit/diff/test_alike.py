"""Openings that are the same at many workloads, told once."""

from __future__ import annotations

from dataclasses import replace

from ztdsl.diff.alike import alike
from ztdsl.diff.change import Key, Plan
from ztdsl.diff.formats import render
from ztdsl.diff.shown import Access, Effect, Outcome, Shown

ONE = Effect(
    "opens",
    "shop/orders",
    8080,
    "anyone",
    "any request",
    {"to": {"namespace": "shop"}},
    Outcome("deny", ""),
    Outcome("allow", ""),
    (Key("AuthorizationPolicy", "shop", "open"),),
)


def many(count: int) -> list[Effect]:
    """The same at so many workloads."""
    return [replace(ONE, workload=f"shop/w{number}") for number in range(count)]


def test_what_differs_only_in_its_place_is_one() -> None:
    """Workloads and their ports are named, the first with its request."""
    (found,) = alike([ONE, replace(ONE, workload="shop/stock", port=9090)])

    assert (found.first, found.where) == (ONE, "shop/orders:8080; shop/stock:9090")


def test_what_differs_otherwise_stays_apart() -> None:
    """Another kind, caller, request, decision, cause, or the ports that nobody names."""
    others = [
        replace(ONE, kind="closes"),
        replace(ONE, callers="web"),
        replace(ONE, what="GET"),
        replace(ONE, before=Outcome("refused", "")),
        replace(ONE, after=Outcome("allow", "x")),
        replace(ONE, caused_by=()),
        replace(ONE, is_other_port=True),
    ]
    assert [each.first for each in alike([ONE, *others])] == [ONE, *others]


def test_of_very_many_places_some_are_named() -> None:
    """The count of the others is told; programs get each of them."""
    shown = Shown("x", "y", Plan((), 0), Access("widened", tuple(many(40))))

    (found,) = alike(many(40))
    assert found.where == "shop/w0:8080; shop/w1:8080; shop/w2:8080; and 37 more"
    assert render(shown, "text").count("opens") == 1
    assert render(shown, "markdown").count("**opens**") == 1
    assert render(shown, "json").count('"effect": "opens"') == 40
