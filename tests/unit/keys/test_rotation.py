"""Rotation dates, held against every minute of a simulated mesh."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.keys.read import Key, KeySet
from ztdsl.keys.rotation import Circumstances, Rotation, compare

START = datetime(2027, 3, 31, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def key(kid: str, *, alg: str = "", thumbprint: str | None = None) -> Key:
    """A key that Envoy can use; its thumbprint is its name unless said otherwise."""
    return Key(1, "EC", kid, alg, "P-256", None, None, None, None, (), thumbprint or f"print-{kid}", None)


def keys(*each: str | Key) -> KeySet:
    """A set of keys."""
    return KeySet(tuple(key(one) if isinstance(one, str) else one for one in each), 0)


def at(minute: int) -> datetime:
    """The time of a minute of the simulation."""
    return START + minute * MINUTE


class Plan(NamedTuple):
    """What an issuer does, in minutes: `a` is published and signs from the beginning."""

    lifetime: int
    refresh: int
    publish: int
    sign: int
    withdraw: int

    def serves(self, minute: int) -> set[str]:
        """The keys that the server answers with."""
        return {name for name, here in (("a", minute < self.withdraw), ("b", minute >= self.publish)) if here}

    def refuses(self, phase: int) -> bool:
        """Whether a living token is refused at some minute, if istiod fetches in minutes of this phase.

        A proxy may get what istiod has fetched at once or up to a minute later.
        """
        end = max(self.withdraw, self.sign) + self.lifetime + self.refresh + 3
        for now in range(-self.refresh, end):
            fetched = now - (now - phase) % self.refresh
            views = [self.serves(fetched)]
            if now == fetched:
                views.append(self.serves(fetched - self.refresh))
            for signed in range(now - self.lifetime - 1, now + 1):
                signer = "b" if signed >= self.sign else "a"
                if any(signer not in view for view in views):
                    return True
        return False

    def refuses_in_some_phase(self) -> bool:
        """Whether a token is refused for some phase of the fetches."""
        return any(self.refuses(phase) for phase in range(self.refresh))

    def steps(self) -> tuple[Rotation, Rotation]:
        """The two changes as `ztc` sees them."""
        begin = Circumstances(at(self.publish), self.lifetime * MINUTE, self.refresh * MINUTE, "b", at(self.sign))
        end = Circumstances(at(self.withdraw), self.lifetime * MINUTE, self.refresh * MINUTE, "b", at(self.sign))
        return compare(keys("a"), keys("a", "b"), begin), compare(keys("a", "b"), keys("b"), end)


plans = st.builds(
    Plan,
    lifetime=st.integers(0, 12),
    refresh=st.integers(1, 9),
    publish=st.just(0),
    sign=st.integers(0, 16),
    withdraw=st.integers(1, 36),
)


@given(plans)
def test_what_is_called_safe_refuses_no_token(plan: Plan) -> None:
    """Whenever istiod fetches, however late a proxy gets it, and whenever a token is used."""
    begin, end = plan.steps()

    if begin.is_safe and end.is_safe:
        assert not plan.refuses_in_some_phase()


@given(st.integers(0, 20), st.integers(1, 12))
def test_earliest_times_are_safe(lifetime: int, refresh: int) -> None:
    """Both steps at their earliest times refuse no token."""
    first = compare(keys("a"), keys("a", "b"), Circumstances(at(0), lifetime * MINUTE, refresh * MINUTE))
    assert first.sign_from is not None
    assert first.withdraw_from is not None
    plan = Plan(lifetime, refresh, 0, (first.sign_from - START) // MINUTE, (first.withdraw_from - START) // MINUTE)

    assert all(step.is_safe for step in plan.steps())
    assert not plan.refuses_in_some_phase()


@given(st.integers(1, 20), st.integers(3, 12))
def test_earliest_times_are_the_earliest(lifetime: int, refresh: int) -> None:
    """Two minutes before either of them, some token is refused; a minute is what the simulation resolves."""
    sign, last = refresh + 1, refresh + 1 + lifetime + 1

    assert Plan(lifetime, refresh, 0, sign - 2, last).refuses_in_some_phase()
    assert Plan(lifetime, refresh, 0, sign, last - 2).refuses_in_some_phase()


def test_a_set_that_only_gains_a_key_is_safe_while_the_old_one_signs() -> None:
    """The dates say when the next steps are."""
    found = compare(keys("a"), keys("a", "b"), Circumstances(START))

    assert found.is_safe
    assert [each.kid for each in found.added] == ["b"]
    assert found.sign_from == START + timedelta(minutes=21)
    assert found.withdraw_from == START + timedelta(minutes=82)


def test_sets_that_share_nothing_are_never_safe() -> None:
    """No interval makes them so."""
    given_ = Circumstances(START, timedelta(0), timedelta(0), "b", START - timedelta(days=30))

    assert any("share no key" in reason for reason in compare(keys("a"), keys("b"), given_).reasons)


def test_a_key_that_signs_and_is_not_published_is_unsafe() -> None:
    """Whatever else is kept."""
    found = compare(keys("a", "b"), keys("a", "b"), Circumstances(START, signer="c"))

    assert found.reasons == ("`c` signs, and no key that verifies is published under this name",)


def test_without_a_signer_a_withdrawal_is_unsafe() -> None:
    """Nobody said that the old key had stopped."""
    assert not compare(keys("a", "b"), keys("b"), Circumstances(START)).is_safe
    assert not compare(keys("a", "b"), keys("b"), Circumstances(START, signer="b")).is_safe


def test_a_new_signer_signs_from_publication_if_nothing_else_is_said() -> None:
    """Which is too early."""
    found = compare(keys("a"), keys("a", "b"), Circumstances(START, signer="b"))

    assert found.reasons == ("`b` signs before every proxy knows it",)


def test_a_name_that_means_another_key_is_reported() -> None:
    """Even if the old key is still there."""
    other = key("a", thumbprint="other")

    assert compare(keys("a"), keys(other), Circumstances(START)).reused == ("a",)


@pytest.mark.parametrize(
    ("old", "new", "stands"),
    [
        (key("a"), key("a"), True),
        (key("a"), key("", thumbprint="print-a"), True),
        (key("a"), key("b", thumbprint="print-a"), False),
        (key("", thumbprint="x"), key("a", thumbprint="x"), False),
        (key("a", alg="RS256"), key("a"), True),
        (key("a"), key("a", alg="RS256"), False),
    ],
)
def test_a_key_stands_for_another_if_it_verifies_the_same_tokens(old: Key, new: Key, stands: bool) -> None:
    """Envoy passes keys over whose name or algorithm contradicts the token's."""
    found = compare(keys(old, "z"), keys(new, "z"), Circumstances(START))

    assert (found.removed == ()) is stands


def test_nothing_changes() -> None:
    """The same set is safe, and there is no date."""
    found = compare(keys("a"), keys("a"), Circumstances(START))

    assert found.is_safe
    assert (found.sign_from, found.withdraw_from, found.algorithms) == (None, None, None)


def test_a_change_of_algorithm_is_told() -> None:
    """Verifiers other than Envoy may have to learn it."""
    found = compare(
        keys(key("a", alg="RS256")), keys(key("a", alg="RS256"), key("b", alg="ES256")), Circumstances(START)
    )

    assert found.algorithms == ("RS256", "ES256")
