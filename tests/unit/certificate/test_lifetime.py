"""Dates and rotation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.certificates import NOW, ROOT, Plan, make
from ztdsl.certificate.facts import decoded
from ztdsl.certificate.lifetime import in_words, rotation, stamp


def test_rotation_is_at_half_of_the_lifetime_with_jitter() -> None:
    """For istiod's 24 hours, back-dated by two minutes, about fifteen minutes around the twelfth hour."""
    plan = Plan(begin=NOW - timedelta(minutes=2), end=NOW + timedelta(hours=24))
    due = rotation(decoded(make(plan, ROOT).der, "one", None))
    middle = NOW + timedelta(hours=12)
    assert timedelta(minutes=14) < middle - due.earliest < timedelta(minutes=17)
    assert timedelta(minutes=14) < due.latest - middle < timedelta(minutes=15)


def test_a_lifetime_shorter_than_the_back_dating_has_a_rotation_too() -> None:
    """The order of the two instants holds."""
    plan = Plan(begin=NOW, end=NOW + timedelta(minutes=1))
    due = rotation(decoded(make(plan, ROOT).der, "one", None))
    assert NOW <= due.earliest <= due.latest <= NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(hours=11, minutes=58, seconds=3), "11 h 58 min"),
        (timedelta(days=3650), "3650 d"),
        (timedelta(days=-1, minutes=-5), "1 d"),
        (timedelta(hours=4, seconds=5), "4 h"),
    ],
)
def test_lengths_of_time_in_words(span: timedelta, words: str) -> None:
    """The two largest units."""
    assert in_words(span) == words


def test_instants_are_written_as_rfc_3339_does() -> None:
    """In UTC and whole seconds."""
    assert stamp(datetime(2026, 11, 24, 12, tzinfo=UTC)) == "2026-11-24T12:00:00Z"
