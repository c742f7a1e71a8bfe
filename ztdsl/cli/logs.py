"""The logs that a command line names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Option

from ztdsl.cli.usage import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Log = Annotated[
    list[str] | None,
    Option("--log", metavar="FILE", help="a log, packed with gzip or not; - is stdin; may be repeated"),
]
Workload = Annotated[
    str | None,
    Option("--workload", metavar="NAME", help="the workload that the log is of, if its lines do not say so"),
]


def refuse_no_log(log: list[str] | None, *others: str | None) -> list[str]:
    """The logs that are named.

    Raises:
        UsageProblem: there is none, or stdin is to be read twice.
    """
    if not log:
        raise UsageProblem("no log is given", "name one with --log, or - for stdin")
    if min(log) == "":
        raise UsageProblem("--log is empty", "name a file")
    if [*log, *others].count("-") > 1:
        raise UsageProblem("stdin is named more than once", "name a file")
    return log


def lines_of_all(files: Sequence[str]) -> Iterator[bytes]:
    """The lines of all logs, one after the other.

    Raises:
        UnreadableLog: one cannot be read to its end.
        OSError: one cannot be read at all.
    """
    from ztdsl.log import Broken, lines_of, opened  # noqa: PLC0415 - a mistake in the flags is answered without it

    for file in files:
        try:
            with opened(file) as stream:
                yield from lines_of(stream)
        except Broken as broken:
            raise UnreadableLog(file, broken.reason) from None


class UnreadableLog(Exception):  # noqa: N818 - named for what happened
    """A log cannot be read, or is none; it carries the finding about it."""

    def __init__(self, file: str, reason: str) -> None:
        from ztdsl.diagnostics.catalogue import diagnostic  # noqa: PLC0415 - as above
        from ztdsl.diagnostics.model import Label, Span  # noqa: PLC0415

        name = "stdin" if file == "-" else file
        super().__init__(f"`{name}` cannot be read: {reason}")
        self.diagnostics = (diagnostic("ZT785", str(self), Label(Span(name))),)
