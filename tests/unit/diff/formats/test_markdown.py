"""Differences as a comment of a pull request."""

from __future__ import annotations

from typing import Any

import pytest

from ztdsl.diff import Change, FieldChange, Key, Plan
from ztdsl.diff.formats import render
from ztdsl.diff.shown import Access, Effect, Outcome, Shown

_MOST = 65_536  # what GitHub takes as one comment


def created(number: int, name: str = "p") -> Change:
    """An object to create, of some size."""
    plain: dict[str, Any] = {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": f"{name}{number}", "namespace": "shop"},
        "spec": {"action": "ALLOW", "rules": [{"to": [{"operation": {"paths": [f"/{each}" for each in range(50)]}}]}]},
    }
    return Change("create", Key("AuthorizationPolicy", "shop", f"{name}{number}"), plain, None)


def opening(number: int, words: str) -> Effect:
    """Something that opens."""
    return Effect("opens", "shop/orders", number, words, words, {}, Outcome("deny", ""), Outcome("allow", ""), ())


def test_any_number_of_differences_fits_into_a_comment() -> None:
    """What is left out is said, and how to see it; what counts stays."""
    effects = tuple(opening(number, "x" * 5000) for number in range(500))
    plan = Plan(tuple(created(number) for number in range(2000)), 7)
    access = Access("widened", effects, tuple("y" * 5000 for _ in range(500)))

    text = render(Shown("context `kind-prod`", "policy `shop`", plan, access, access), "markdown")

    assert len(text) < _MOST
    assert text.startswith(
        "**ztc diff** of policy `shop` against context `kind-prod`\n\n**2000 to create, 7 the same**"
    )
    assert "details do not fit into a comment" in text
    assert "access: **widened; foreign objects: widened; 1000 undecided**" in text


def test_one_detail_that_does_not_fit() -> None:
    """It is one."""
    live = {"metadata": {"name": "a", "namespace": "b", "annotations": {"x": "y" * 70_000}}}
    change = Change("foreign", Key("PeerAuthentication", "b", "a"), None, live)

    text = render(Shown("`live`", "policy `shop`", Plan((change,), 0)), "markdown")

    assert text.endswith("\n1 detail does not fit into a comment; `ztc diff -o text` prints what is left out.\n")


def test_the_summary_stands_before_what_is_folded() -> None:
    """A reviewer sees deletions and openings without opening anything."""
    change = Change("delete", Key("PeerAuthentication", "shop", "default"), None, created(1).wanted)
    access = Access("widened", (opening(8080, "anyone"),), ())

    text = render(Shown("`live`", "policy `shop`", Plan((change,), 0), access), "markdown")

    assert text.index("1 to delete") < text.index("**opens**") < text.index("<details>")


@pytest.mark.parametrize("name", ["a|b", "`", "<img src=x>", "@everyone", "x\n# y", "\u202e"])
def test_nothing_of_an_object_is_markup(name: str) -> None:
    """Names, managers and values come from a cluster, and nobody is mentioned by them."""
    field = FieldChange("/spec/x", name, None, None, name, name)
    live = created(1, name).wanted
    change = Change(
        "change", Key("AuthorizationPolicy", "shop", name), live, live, (field,), live, live, None, name, name, name
    )

    text = render(Shown(name, name, Plan((change,), 0)), "markdown")

    outside = "".join(part for number, part in enumerate(text.split("```")) if number % 2 == 0)
    assert "<img" not in "".join(part for number, part in enumerate(outside.split("`")) if number % 2 == 0)
    assert "\n# y" not in outside
    assert "\u202e" not in text
    assert all(row.replace("\\|", "").count("|") == 5 for row in text.splitlines() if row.startswith("| change"))
