"""Asking again where the server was busy, or the answer was cut."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final, TypeVar

from ztdsl.cluster.failure import Cause, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
_PAUSES: Final = (0.25, 0.5, 1.0)
"""Seconds before each further try."""
_TRANSIENT: Final = frozenset({Cause.FAILING, Cause.CUT})


def patiently(ask: Callable[[], T], most: float = math.inf) -> T:
    """What `ask` answers, after a few further tries if it must be.

    Args:
        ask: asks the server once.
        most: seconds after which a try that failed has tried long enough.

    Raises:
        Trouble: the last try failed, or one failed for a reason that time does not mend.
    """
    for pause in _PAUSES:
        began = time.monotonic()
        try:
            return ask()
        except Trouble as trouble:
            if trouble.cause not in _TRANSIENT or time.monotonic() - began > most:
                raise
        time.sleep(pause)
    return ask()
