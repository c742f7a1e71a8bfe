"""Where a declaration was made, remembered cheaply and worked out only when it is printed.

A declaration keeps `(code object, instruction offset)` of the call in the user's file and of up to
three callers. Frames are never kept: a frame keeps every local variable of its function alive.
"""

from __future__ import annotations

import sys
from array import array
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types import CodeType, FrameType

_OURS: Final = (str(Path(__file__).parent) + "/", "<frozen")  # this package, and the import system that loads policies
_CALLERS: Final = 3
_KEPT: Final = 8
_NOWHERE: Final = array("i", (-1, -1, -1, -1))
_ranges: Final[dict[int, tuple[CodeType, array[int]]]] = {}  # by id; the code is kept so that its id stays its own
_COMPREHENSIONS: Final = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})


@dataclass(frozen=True, slots=True)
class Position:
    """A range in a file: lines from 1, columns from 0 in UTF-8 bytes, the end column exclusive.

    Columns are None where the interpreter kept none (`PYTHONNODEBUGRANGES`).
    """

    file: str
    line: int
    column: int | None
    end_line: int
    end_column: int | None


class Origin:
    """The call that made a declaration, and the calls that led to it (nearest first)."""

    __slots__ = ("_callers", "_code", "_offset")

    def __init__(self, code: CodeType, offset: int, callers: tuple[CodeType | int, ...] = ()) -> None:
        self._code = code
        self._offset = offset
        self._callers = callers  # code and offset of each, one after the other: a large mesh keeps 100,000 of them

    @property
    def position(self) -> Position:
        """The range of the call that made the declaration."""
        return _position(self._code, self._offset)

    @property
    def callers(self) -> tuple[tuple[Position, str], ...]:
        """The calls that led here, nearest first, each with the name of the function it called.

        A comprehension has a frame of its own in Python 3.11; it is no helper and is passed over.
        """
        calls: list[tuple[Position, str]] = []
        callee = self._code.co_name
        flat: Any = iter(self._callers)
        for code, offset in zip(flat, flat, strict=True):
            if callee not in _COMPREHENSIONS:
                calls.append((_position(code, offset), callee))
            callee = code.co_name
        return tuple(calls)

    def sort_key(self) -> tuple[str, int, int]:
        """A key that orders origins as they stand in their files."""
        position = self.position
        return (position.file, position.line, position.column or 0)


class _Ours(dict[str, bool]):
    """Whether the code of a file is ours, each file worked out once: every declaration asks for several."""

    def __missing__(self, file: str) -> bool:
        self[file] = is_ours = file.startswith(_OURS)
        return is_ours


_is_ours: Final = _Ours()


def capture(depth: int = 1) -> Origin:
    """The origin of the first frame outside `ztdsl`, looking outwards from `depth` frames above."""
    frame: FrameType | None = sys._getframe(depth)  # noqa: SLF001 - the documented way to find the caller
    while frame is not None:
        code = frame.f_code
        if not _is_ours[code.co_filename]:
            return Origin(code, frame.f_lasti, () if code.co_name == "<module>" else _callers(frame))
        frame = frame.f_back
    frame = sys._getframe(depth)  # noqa: SLF001 - called from `ztdsl` alone, as its own tests of internals may
    return Origin(frame.f_code, frame.f_lasti)


def _callers(frame: FrameType) -> tuple[CodeType | int, ...]:
    calls: list[CodeType | int] = []
    outer = frame.f_back
    while outer is not None and len(calls) < 2 * _CALLERS:
        code = outer.f_code
        if _is_ours[code.co_filename]:
            break
        calls += (code, outer.f_lasti)
        if code.co_name == "<module>":
            break
        outer = outer.f_back
    return tuple(calls)


def _position(code: CodeType, offset: int) -> Position:
    line, end_line, column, end_column = _instruction_range(code, offset)
    line = line or code.co_firstlineno
    return Position(code.co_filename, line, column, end_line or line, end_column)


def _instruction_range(code: CodeType, offset: int) -> tuple[int | None, int | None, int | None, int | None]:
    """The range of the instruction at `offset`; all of a code's ranges are read at once, for a few codes at a time."""
    known = _ranges.get(id(code))
    if known is None:
        if len(_ranges) >= _KEPT:
            del _ranges[next(iter(_ranges))]
        flat = array("i", (-1 if number is None else number for number in chain.from_iterable(code.co_positions())))
        known = _ranges[id(code)] = (code, flat)
    start = offset // 2 * 4
    line, end_line, column, end_column = (
        (None if number < 0 else number) for number in known[1][start : start + 4] or _NOWHERE
    )
    return (line, end_line, column, end_column)
