"""The instant that validity is compared with: an input, so that the same call gives the same answer."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import NoReturn

from ztdsl.config.failure import ConfigurationFailure
from ztdsl.diagnostics.catalogue import diagnostic

EXPECTED = "an instant such as `2027-03-31T12:00:00Z`"


def instant(text: str) -> datetime | None:
    """An instant with its offset from UTC (RFC 3339), in UTC; None where `text` is none."""
    try:
        moment = datetime.fromisoformat(text)
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # none, or one that UTC puts before the year 1 or after 9999
        return None


def given_instant() -> datetime | None:
    """What `ZTC_NOW`, else `SOURCE_DATE_EPOCH` (seconds, see reproducible-builds.org) says; None for the clock.

    Raises:
        ConfigurationFailure: one of them is malformed.
    """
    if now := os.environ.get("ZTC_NOW"):
        moment = instant(now)
        if moment is None:
            _refuse("ZTC_NOW", EXPECTED, now)
        return moment
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        try:
            return datetime.fromtimestamp(int(epoch), tz=UTC)
        except (ValueError, OverflowError, OSError):
            _refuse("SOURCE_DATE_EPOCH", "a number of seconds since 1970", epoch)
    return None


def _refuse(name: str, expected: str, found: str) -> NoReturn:
    raise ConfigurationFailure((diagnostic("ZT010", f"{name} must be {expected}; not `{found}`", None),))
