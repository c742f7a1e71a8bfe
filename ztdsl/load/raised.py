"""What an exception out of a policy file means to its author: one diagnostic, whatever was raised."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Final

import ztdsl
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span
from ztdsl.dsl.declaration import Declaration
from ztdsl.load import imports
from ztdsl.load.frames import called_from, innermost_frame, shown, user_frames
from ztdsl.load.sources import UnusableSource
from ztdsl.load.words import first_line, further_lines, kind_of, suggestion, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.load.frames import UserFrame
    from ztdsl.load.sources import Sources
    from ztdsl.load.target import Target

_SHOWN_ERRORS: Final = 3
# Python 3.11 refuses a change of a frozen, slotted dataclass in two ways; both come from these functions.
_CHANGES: Final = frozenset({"__setattr__", "__delattr__"})
_OF_LISTS: Final = frozenset({"append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse"})
_FROM_ELSEWHERE: Final = {"date": "from datetime import date", "StrEnum": "from enum import StrEnum"}


def finding(error: BaseException, target: Target, sources: Sources, modules: Mapping[str, ModuleType]) -> Diagnostic:
    """The one diagnostic for an exception that ended a load."""
    frames = user_frames(error, target.root, sources)
    place = Label(frames[-1].span if frames else Span(target.file))
    if isinstance(error, UnusableSource):
        return _with_notes(error.finding, _importers(frames))
    if isinstance(error, SyntaxError) and sources.rejects(error):
        return _syntax_error(error, frames)
    if isinstance(error, SystemExit):
        return _exit(error, frames, place)
    return (
        _import(error, frames, place, modules, target)
        or _mutation(error, frames, place)
        or _exception(error, frames, place, target, sources)
    )


def interrupted(error: KeyboardInterrupt, target: Target, sources: Sources) -> None:
    """Note on Ctrl-C where the user's file was."""
    frames = user_frames(error, target.root, sources)
    error.add_note(f"while loading {shown(frames[-1].span if frames else Span(target.file))}")


def _import(
    error: BaseException,
    frames: tuple[UserFrame, ...],
    place: Label,
    modules: Mapping[str, ModuleType],
    target: Target,
) -> Diagnostic | None:
    """What is wrong with an import; None where `error` is something else."""
    if not isinstance(error, ImportError | AttributeError):
        return None
    found = imports.circle(error, frames, place)
    if found is not None or isinstance(error, AttributeError):
        return found
    return imports.failed(error, frames, place, modules, target.root)


def _mutation(error: BaseException, frames: tuple[UserFrame, ...], place: Label) -> Diagnostic | None:
    """An assignment to a declaration; None where `error` is something else."""
    frame = innermost_frame(error)
    if frame is None or frame.f_code.co_name not in _CHANGES:
        return None
    if not isinstance(frame.f_locals.get("self"), Declaration):
        return None
    message = "a declaration cannot be changed after it was made"
    advice = "give the value when it is declared, or make a new one"
    return diagnostic("ZT003", message, place, notes=called_from(frames), help=[advice])


def _exception(
    error: BaseException, frames: tuple[UserFrame, ...], place: Label, target: Target, sources: Sources
) -> Diagnostic:
    text = text_of(error)
    is_policy = not frames or frames[-1].span.file == target.file
    who = "policy file" if is_policy else f"`{shown(Span(frames[-1].span.file))}`"
    words = first_line(text)
    message = f"{who} raised `{kind_of(error)}`: {words}" if words else f"{who} raised `{kind_of(error)}`"
    notes = (
        *further_lines(text),
        *_parts(error, target, sources),
        *_added(error),
        *_cause(error),
        *called_from(frames),
    )
    return diagnostic("ZT003", message, place, notes=notes, help=_advice(error, frames))


def _syntax_error(error: SyntaxError, frames: tuple[UserFrame, ...]) -> Diagnostic:
    file = str(error.filename)
    words = first_line(str(error.msg)).removesuffix(".")
    message = words[:1].lower() + words[1:]
    return diagnostic("ZT002", message, Label(_syntax_span(error, file)), notes=_importers(frames))


def _syntax_span(error: SyntaxError, file: str) -> Span:
    """Python's own range; it leaves out the end, or gives one before the start, where it knows none."""
    line, column = error.lineno, error.offset
    if not line:
        return Span(file)
    if not column or column < 1:
        return Span(file, line)
    end_line, end = error.end_lineno or line, error.end_offset or 0
    if (end_line, end) <= (line, column):
        end_line, end = line, column + 1
    return Span(file, line, column, end_line, end)


def _exit(error: SystemExit, frames: tuple[UserFrame, ...], place: Label) -> Diagnostic:
    code: object = error.code
    if code is None or isinstance(code, int):
        wish = f"with exit code {int(code or 0)}"
    else:
        wish = f"saying: {first_line(code if isinstance(code, str) else text_of(error))}"
    advice = "a policy file declares and returns; leave out `exit`, and raise an exception where something is wrong"
    message = f"policy file ended the process {wish}"
    return diagnostic("ZT008", message, place, notes=called_from(frames), help=[advice])


def _importers(frames: tuple[UserFrame, ...]) -> tuple[str, ...]:
    """The import that led to a file that has no frame of its own, and what led there."""
    return (f"imported from {shown(frames[-1].span)}", *called_from(frames)) if frames else ()


def _with_notes(found: Diagnostic, notes: tuple[str, ...]) -> Diagnostic:
    return diagnostic(
        found.code, found.message, found.primary, related=found.related, notes=found.notes + notes, help=found.help
    )


def _parts(error: BaseException, target: Target, sources: Sources) -> tuple[str, ...]:
    """The first exceptions of a group."""
    if not isinstance(error, BaseExceptionGroup):
        return ()
    lines = []
    for part in error.exceptions[:_SHOWN_ERRORS]:
        frames = user_frames(part, target.root, sources)
        where = f" at {shown(frames[-1].span)}" if frames else ""
        lines.append(f"`{kind_of(part)}`: {first_line(text_of(part))}{where}")
    more = len(error.exceptions) - _SHOWN_ERRORS
    return (*lines, f"and {more} more") if more > 0 else tuple(lines)


def _added(error: BaseException) -> tuple[str, ...]:
    """The notes that were added to the exception (PEP 678)."""
    notes = getattr(error, "__notes__", ())
    return tuple(first_line(note) for note in notes if isinstance(note, str)) if isinstance(notes, list) else ()


def _cause(error: BaseException) -> tuple[str, ...]:
    cause = error.__cause__
    return () if cause is None else (f"because of `{kind_of(cause)}`: {first_line(text_of(cause))}",)


def _advice(error: BaseException, frames: tuple[UserFrame, ...]) -> list[str]:
    if isinstance(error, NameError) and isinstance(error.name, str):
        return _name_advice(error.name, frames)
    if isinstance(error, AttributeError):
        return _attribute_advice(error)
    return []


def _name_advice(name: str, frames: tuple[UserFrame, ...]) -> list[str]:
    if name in ztdsl.__all__:
        return [f"import it: `from ztdsl import {name}`"]
    if name in _FROM_ELSEWHERE:
        return [f"import it: `{_FROM_ELSEWHERE[name]}`"]
    scope = frames[-1].frame if frames else None
    known = [*scope.f_locals, *scope.f_globals] if scope is not None else []
    close = suggestion(name, [*known, *ztdsl.__all__, *dir(builtins)])
    return [f"did you mean `{close}`?"] if close else []


def _attribute_advice(error: AttributeError) -> list[str]:
    name, owner = error.name, error.obj
    if not isinstance(name, str):
        quoted = text_of(error).split("'")
        is_ours = text_of(error).startswith("module 'ztdsl' has no attribute '")
        name, owner = (quoted[3], ztdsl) if is_ours else ("", None)
    if isinstance(owner, tuple) and name in _OF_LISTS:
        return ["the lists of a declaration are fixed once it is made: complete the list first, then give it"]
    if owner is None:
        return []
    try:
        known = [str(attribute) for attribute in dir(owner)]
    except Exception:  # noqa: BLE001 - the user's own `__dir__`; then there is nothing to suggest
        return []
    close = suggestion(name, known)
    return [f"did you mean `{close}`?"] if close else []
