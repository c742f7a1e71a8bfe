"""Where an exception passed through the user's files; frames of `ztdsl` and of Python are left out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.model import Span
from ztdsl.diagnostics.source import display_path
from ztdsl.diagnostics.source_file import SourceFile
from ztdsl.origin import Origin
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType, TracebackType

    from ztdsl.load.sources import Sources

_OURS: Final = str(Path(__file__).parent.parent) + os.sep
_INSTALLED: Final = ("site-packages", "dist-packages")
_COMPREHENSIONS: Final = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})
_SHOWN_CALLS: Final = 5


@dataclass(frozen=True, slots=True)
class UserFrame:
    """One of the user's frames.

    Attributes:
        frame: the interpreter's frame; it lives as long as the exception.
        span: what the frame was executing.
    """

    frame: FrameType
    span: Span

    @property
    def is_module(self) -> bool:
        """Whether it is the top level of a file, which an import runs."""
        return self.frame.f_code.co_name == "<module>"


def user_frames(error: BaseException, root: str, sources: Sources) -> tuple[UserFrame, ...]:
    """The user's frames that `error` passed, outermost first."""
    spans: dict[tuple[CodeType, int], Span] = {}  # a recursion passes one place a thousand times
    frames: list[UserFrame] = []
    for step in _steps(error.__traceback__):
        code = step.tb_frame.f_code
        if _is_users(code.co_filename, root, sources):
            place = (code, step.tb_lasti)
            span = spans[place] = spans.get(place) or _span(*place, sources)
            frames.append(UserFrame(step.tb_frame, span))
    return tuple(frames)


def innermost_frame(error: BaseException) -> FrameType | None:
    """The frame that raised `error`, whoever it belongs to."""
    last: FrameType | None = None
    for step in _steps(error.__traceback__):
        last = step.tb_frame
    return last


def called_from(frames: tuple[UserFrame, ...]) -> tuple[str, ...]:
    """How the innermost of `frames` was reached, nearest call first, one phrase a line of the user's files."""
    phrases: list[str] = []
    for callee, caller in zip(reversed(frames), reversed(frames[:-1]), strict=False):
        if callee.frame.f_code.co_name in _COMPREHENSIONS:
            continue
        verb = "imported" if callee.is_module else "called"
        phrase = f"{verb} from {shown(caller.span)}"
        if phrase not in phrases:
            phrases.append(phrase)
    if len(phrases) > _SHOWN_CALLS:
        more = len(phrases) - _SHOWN_CALLS + 1
        return (*phrases[: _SHOWN_CALLS - 1], f"and {more} calls before that")
    return tuple(phrases)


def shown(span: Span) -> str:
    """A place in words: `policies.py:12`."""
    file = display_path(span.file)
    return file if span.line is None else f"{file}:{span.line}"


def _steps(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _is_users(file: str, root: str, sources: Sources) -> bool:
    if file in sources.texts:
        return True
    return (
        file.startswith(root + os.sep) and not file.startswith(_OURS) and not any(part in file for part in _INSTALLED)
    )


def _span(code: CodeType, instruction: int, sources: Sources) -> Span:
    """The range of an instruction, in characters."""
    position = Origin(code, instruction).position
    text = sources.texts.get(position.file)
    if text is None or position.column is None or position.end_column is None:
        return Span(position.file, position.line)
    source = SourceFile(text.replace("\r\n", "\n").replace("\r", "\n"))
    start = source.character(position.line, position.column)
    end = source.character(position.end_line, position.end_column)
    return Span(position.file, position.line, start, position.end_line, end)
