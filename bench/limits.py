"""What the figures are held to: floors that must hold and goals that are aimed at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["floor", "goal"]


@dataclass(frozen=True, slots=True)
class Limit:
    """The most, or the least, that one figure of a row may be.

    Attributes:
        kind: a floor passes or fails, a goal is met or not met.
        figure: `seconds` (median), `peak_mib`, `exponent`, `a_second` (how many things), `beyond_reading` (seconds), or
            the key of a command that the row is divided by.
        most: the most that the figure may be; None where there is no such bound.
        least: the least that it may be; None likewise.
    """

    kind: Kind
    figure: str
    most: float | None = None
    least: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A limit beside the measured figure."""

    limit: Limit
    measured: float

    @property
    def word(self) -> str:
        """`pass` or `fail` for a floor, `met` or `not met` for a goal."""
        most, least = self.limit.most, self.limit.least
        holds = (most is None or self.measured <= most) and (least is None or self.measured >= least)
        if self.limit.kind == "floor":
            return "pass" if holds else "fail"
        return "met" if holds else "not met"

    @property
    def text(self) -> str:
        """The limit with its unit, and the word."""
        return f"{_with_unit(self.limit)} {self.word}"


def _with_unit(limit: Limit) -> str:
    if limit.figure == "a_second":
        return f"{limit.least:,.0f}/s"
    if limit.figure in {"seconds", "beyond_reading"}:
        most = limit.most or 0.0
        return f"{most:g} s" if most >= 1 else f"{most * 1000:g} ms"
    if limit.figure == "peak_mib":
        return f"{limit.most:g} MiB"
    if limit.figure == "exponent":
        return f"{limit.most:g}"
    return f"{limit.most:g} x {limit.figure}"


PYTHON = "bare python"
KUBECTL = "kubectl"

START_UP = {
    "ztc --version": (Limit("floor", PYTHON, 2.0), Limit("goal", PYTHON, 1.3)),
    "ztc completion bash": (Limit("floor", PYTHON, 2.0), Limit("goal", PYTHON, 1.3)),
    "ztc --help": (Limit("floor", "seconds", 0.25), Limit("goal", PYTHON, 1.3)),
    "ztc build quickstart": (Limit("floor", "seconds", 0.25), Limit("goal", KUBECTL, 2.0)),
}
LARGEST = 10_000
BUILD_LARGEST = (Limit("floor", "seconds", 2.5), Limit("goal", "seconds", 1.0), Limit("goal", "peak_mib", 200.0))
CHECK_LARGEST = (Limit("floor", "seconds", 3.0), Limit("goal", "seconds", 1.0))
GROWTH = (Limit("floor", "exponent", 1.1), Limit("goal", "exponent", 1.05))

DECISIONS = (Limit("floor", "a_second", least=150_000), Limit("goal", "a_second", least=500_000))
BATCH = (Limit("floor", "a_second", least=60_000),)
MILLION = (*BATCH, Limit("floor", "peak_mib", 300.0))
AUDIT = (
    Limit("floor", "a_second", least=15_000),
    Limit("goal", "a_second", least=60_000),
    Limit("floor", "peak_mib", 300.0),
)
INSPECT = (Limit("floor", "seconds", 0.4),)
YAML_READER = "PyYAML CSafeLoader"
READING = (Limit("floor", YAML_READER, 1.2),)
CHECK_FILES = (Limit("floor", "beyond_reading", 3.0),)
DIFF = (Limit("floor", "seconds", 1.5),)
DIFF_BEYOND = (Limit("floor", "beyond_reading", 1.5),)
DIFF_LARGEST = (Limit("floor", "peak_mib", 600.0),)
DIFF_CLUSTER = (Limit("floor", "seconds", 1.0), Limit("goal", "seconds", 0.3))
