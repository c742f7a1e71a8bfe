"""Which objects changed, and how old they are."""

from __future__ import annotations

from tests.unit.access.shop import mode, plain, policy, rule
from ztdsl.access.changed import aged, changed

SINCE = "2026-01-01T00:00:00Z"


def test_what_istiod_does_not_read_is_no_change() -> None:
    """Labels are not read, but the one for a revision is, and so is the annotation of a dry run."""
    assert not changed(
        [plain("AuthorizationPolicy", "a", {})], [plain("AuthorizationPolicy", "a", {}, labels={"x": "y"})]
    )
    for more in ({"labels": {"istio.io/rev": "canary"}}, {"annotations": {"istio.io/dry-run": "true"}}):
        assert changed([plain("AuthorizationPolicy", "a", {})], [plain("AuthorizationPolicy", "a", {}, **more)])


def test_new_gone_and_different_objects() -> None:
    """Each with its sides."""
    one, two, three = policy(rule(["a/b"])), policy(rule(["a/c"])), policy(name="other")
    assert changed([one], [two, three]) == {
        ("AuthorizationPolicy", "shop", "orders"): (one, two),
        ("AuthorizationPolicy", "shop", "other"): (three,),
    }
    assert changed([one], []) == {("AuthorizationPolicy", "shop", "orders"): (one,)}


def test_ages_after_a_change() -> None:
    """Who was there stays as old; who is new is the youngest, and of an open age where no age is known."""
    old = mode("STRICT", creationTimestamp=SINCE)
    new = plain("PeerAuthentication", "new", {})
    kept, youngest = aged([old], [mode("PERMISSIVE"), new])
    assert kept.meta.created == SINCE
    assert youngest.meta.created is not None
    assert youngest.meta.created > SINCE
    assert aged([mode("STRICT")], [new]) == (new,)
