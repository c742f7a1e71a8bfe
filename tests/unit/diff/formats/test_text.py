"""Differences for people."""

from __future__ import annotations

from ztdsl.diff import Change, FieldChange, Key, Plan
from ztdsl.diff.formats import render
from ztdsl.diff.shown import Access, Effect, Outcome, Shown

KEY = Key("PeerAuthentication", "shop", "default")
PLAIN = {
    "apiVersion": "security.istio.io/v1",
    "kind": "PeerAuthentication",
    "metadata": {"name": "default", "namespace": "shop"},
    "spec": {"mtls": {"mode": "STRICT"}},
}


def changed(before: object, after: object) -> Shown:
    """A report of one field."""
    field = FieldChange("/spec/x", before, after, "policies.py:3", "edit", "2026-01-01T00:00:00Z")
    return Shown("`live`", "policy `shop`", Plan((Change("change", KEY, PLAIN, PLAIN, (field,), PLAIN, PLAIN),), 0))


def test_a_long_value_is_shortened_to_the_line() -> None:
    """Both sides still begin as they do."""
    lines = render(changed("a" * 500, "b" * 500), "text", width=60).splitlines()

    assert max(len(line) for line in lines if "aaa" in line or "bbb" in line) == 60
    assert any(line.startswith("      - aaa") and line.endswith("…") for line in lines)


def test_values_are_shown_on_one_line() -> None:
    """Whatever they are: texts as they stand, an empty one and everything else as JSON."""
    text = render(changed(["x", 1], ""), "text")

    assert '      - ["x", 1]\n      + ""\n' in text
    assert "(declared at policies.py:3, live written by edit at 2026-01-01T00:00:00Z)" in text


def test_no_escape_sequence_of_a_cluster_reaches_the_terminal() -> None:
    """Neither in values nor in the YAML."""
    evil = {**PLAIN, "metadata": {"name": "default", "namespace": "shop", "labels": {"a": "\x1b[2J"}}}
    change = Change("foreign", KEY, None, evil, manager="\x1b[31m")

    for output in ("text", "summary", "markdown"):
        assert "\x1b" not in render(Shown("`\x1b[0m`", "policy", Plan((change,), 0)), output)


def test_what_is_not_known_is_said() -> None:
    """Even where no object differs in a way that is shown."""
    access = Access("unknown", (), ("shop/orders:8080: a Wasm plugin decides",))

    text = render(Shown("`live`", "policy `shop`", Plan((), 3), access), "text")

    assert "unknown shop/orders:8080: a Wasm plugin decides" in text
    assert text.endswith("no difference, 3 the same\naccess: unknown; 1 undecided\n")


def test_an_effect_is_told_with_its_request() -> None:
    """Who, what, both decisions, the objects that make the difference."""
    before, after = Outcome("deny", "nothing allows it"), Outcome("allow", "AuthorizationPolicy shop/a, rule 0")
    effect = Effect("opens", "shop/orders", 8080, "`web`", "GET /x", {"peer": None}, before, after, (KEY,))
    plan = Plan((Change("create", KEY, PLAIN, None),), 0)

    text = render(Shown("`live`", "policy", plan, Access("widened", (effect,))), "text")

    assert (
        "  opens   shop/orders:8080\n          `web`: GET /x\n          now deny (nothing allows it)\n"
        "          then allow (AuthorizationPolicy shop/a, rule 0)\n"
        "          because of PeerAuthentication shop/default\n"
        '          for example {"peer": null}\n'
    ) in text
