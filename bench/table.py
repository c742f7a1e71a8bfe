"""The one table: rows of figures as plain text and as JSON."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from limits import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from limits import Kind, Limit
    from measure import Series

SCHEMA = "ztdsl-bench/1"
_SIZES = ("what", "services", "objects", "MB out")
_COSTS = ("median", "min to max", "runs", "a second", "peak MiB")
_HEADER = (*_SIZES, *_COSTS, "beside", "floor", "goal")
_LEFT = frozenset({"what", "beside", "floor", "goal"})
_GAP = "  "


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        section: the heading that it stands under.
        what: what was measured.
        series: the runs; None for a figure that is derived from other rows.
        services: the size of the mesh, where there is one.
        objects: how many Kubernetes objects were written.
        items: how many things one run does, such as decisions; None where they are not counted.
        beside: the ratio to other rows of the same rounds, by their names.
        derived: figures that are no series (`exponent`, `beyond_reading`).
        limits: what the figures are held to.
        note: what a reader must know about this row.
    """

    section: str
    what: str
    series: Series | None = None
    services: int | None = None
    objects: int | None = None
    items: int | None = None
    beside: Mapping[str, float] = field(default_factory=dict)
    derived: Mapping[str, float] = field(default_factory=dict)
    limits: Sequence[Limit] = ()
    note: str = ""

    @property
    def failure(self) -> str:
        """Why there is no figure, empty if there is one."""
        return self.series.failure if self.series else ""

    @property
    def figures(self) -> dict[str, float]:
        """Every figure that a limit can be about."""
        measured = {**self.beside, **self.derived}
        if self.series is not None and not self.failure:
            measured |= {"seconds": self.series.median, "peak_mib": self.series.peak_mib}
            if self.items is not None:
                measured["a_second"] = self.items / self.series.median
        return measured

    def verdicts(self, *kinds: Kind) -> list[Verdict]:
        """The limits of these kinds, of all kinds if none is given, whose figure was measured."""
        figures = self.figures
        held_to = [limit for limit in self.limits if limit.figure in figures and (not kinds or limit.kind in kinds)]
        return [Verdict(limit, figures[limit.figure]) for limit in held_to]


def ratio(series: Series, other: Series, scale: float = 1.0) -> float | None:
    """The median over the rounds of the time of `series` in terms of `other`; None if either has no figure.

    `scale` is how much more `other` does in a run.
    """
    if series.failure or other.failure:
        return None
    return statistics.median(scale * a / b for a, b in zip(series.seconds, other.seconds, strict=False))


def as_text(rows: Sequence[Row]) -> str:
    """The table for people."""
    lines: list[tuple[str, ...] | str] = [_HEADER]
    section = ""
    for row in rows:
        if row.section != section:
            section = row.section
            lines += ["", section]
        lines.append(_cells(row))
        lines += [f"    {remark}" for remark in (_reason(row), row.note) if remark]
    widths = [max(len(line[at]) for line in lines if isinstance(line, tuple)) for at in range(len(_HEADER))]
    return "\n".join(line if isinstance(line, str) else _aligned(line, widths) for line in lines) + "\n"


def as_json(rows: Sequence[Row], machine: Mapping[str, Any]) -> dict[str, Any]:
    """The table for programs; times in seconds, memory in MiB, sizes in bytes."""
    return {"schema": SCHEMA, "machine": dict(machine), "rows": [_record(row) for row in rows]}


def _record(row: Row) -> dict[str, Any]:
    record: dict[str, Any] = {
        "section": row.section,
        "what": row.what,
        "services": row.services,
        "objects": row.objects,
        "items": row.items,
        "failure": row.failure or None,
        "note": row.note or None,
        "beside": dict(row.beside),
        **row.derived,
    }
    if row.series is not None and not row.failure:
        record |= {
            "seconds": row.series.seconds,
            "median_seconds": row.series.median,
            "peak_mib": row.series.peak_mib,
            "bytes_out": row.series.bytes_out,
        }
    record["limits"] = [asdict(v.limit) | {"measured": v.measured, "verdict": v.word} for v in row.verdicts()]
    return record


def _cells(row: Row) -> tuple[str, ...]:
    beside = ", ".join(f"{_times(value)} x {name}" for name, value in row.beside.items())
    derived = ", ".join(
        _time(value) if name == "beyond_reading" else f"{value:.3f}" for name, value in row.derived.items()
    )
    size = (row.what, _count(row.services), _count(row.objects))
    limits = tuple("; ".join(v.text for v in found) for found in (row.verdicts("floor"), row.verdicts("goal")))
    if row.failure:
        return (*size, "", "", "", "", "", "", row.failure.partition(":")[0], *limits)
    if row.series is None:
        return (*size, "", derived, "", "", "", "", beside, *limits)
    seconds = row.series.seconds
    return (
        *size,
        f"{row.series.bytes_out / 1e6:.2f}" if row.objects and row.items is None else "",
        _time(row.series.median),
        f"{_time(min(seconds))} to {_time(max(seconds))}",
        str(len(seconds)),
        "" if row.items is None else f"{row.items / row.series.median:,.0f}",
        f"{row.series.peak_mib:.0f}",
        beside,
        *limits,
    )


def _reason(row: Row) -> str:
    """What follows the first words of a failure, which stand in the row itself."""
    return row.failure.partition(": ")[2]


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _times(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _aligned(cells: tuple[str, ...], widths: Sequence[int]) -> str:
    padded = (
        cell.ljust(width) if name in _LEFT else cell.rjust(width)
        for name, cell, width in zip(_HEADER, cells, widths, strict=True)
    )
    return _GAP.join(padded).rstrip()
