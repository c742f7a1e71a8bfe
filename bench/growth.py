"""How cost grows with size: the exponent `e` of the best fit of `cost = c * size**e`."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def exponent(cost_of: Mapping[int, float]) -> float | None:
    """The slope of the least-squares line through (log size, log cost); None for fewer than two sizes."""
    if len(cost_of) < 2:  # noqa: PLR2004 - a line needs two points
        return None
    sizes = [math.log(size) for size in cost_of]
    costs = [math.log(cost) for cost in cost_of.values()]
    return statistics.linear_regression(sizes, costs).slope
