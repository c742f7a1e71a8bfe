"""Failed imports: a module that is missing, a name that a module lacks, files that import each other."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label
from ztdsl.load.frames import called_from
from ztdsl.load.target import is_reserved
from ztdsl.load.words import first_line, suggestion, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.load.frames import UserFrame

_PARTIAL: Final = re.compile(r"partially initialized module '([^']+)'")
_NAME: Final = re.compile(r"cannot import name '([^']+)' from '([^']+)'")


def circle(error: BaseException, frames: tuple[UserFrame, ...], place: Label) -> Diagnostic | None:
    """ZT009 where `error` says that a module was used before it was loaded; else None."""
    match = _PARTIAL.search(text_of(error))
    if match is None:
        return None
    name = match[1]
    begun = [frame for frame in frames if frame.is_module and frame.frame.f_globals.get("__name__") == name]
    related = [Label(frame.span, f"`{name}` waits here for its own import") for frame in begun[:1]]
    return diagnostic(
        "ZT009",
        f"`{name}` is imported while it is still being loaded itself",
        place,
        related=[label for label in related if label.place != place.place],
        help=["move what both files need into a third file that imports neither"],
    )


def failed(
    error: ImportError, frames: tuple[UserFrame, ...], place: Label, modules: Mapping[str, ModuleType], root: str
) -> Diagnostic:
    """ZT004 for an import that did not work."""
    notes = called_from(frames)
    text = text_of(error)
    match = _NAME.search(text)
    if match is not None:
        name, module = match.groups()
        message = f"module `{module}` has no name `{name}`"
        return diagnostic("ZT004", message, place, notes=notes, help=_name_help(name, module, modules, root))
    if isinstance(error, ModuleNotFoundError) and isinstance(error.name, str):
        message = f"module `{first_line(error.name)}` cannot be found"
        return diagnostic("ZT004", message, place, notes=notes, help=_module_help(error.name, root))
    if "relative import" in text:
        message = f"import does not work: {first_line(text)}"
        advice = "a file that is no part of a package imports its neighbours by name: `from catalogue import ...`"
        return diagnostic("ZT004", message, place, notes=notes, help=[advice])
    return diagnostic("ZT004", f"import does not work: {first_line(text) or 'no reason given'}", place, notes=notes)


def _name_help(name: str, module: str, modules: Mapping[str, ModuleType], root: str) -> list[str]:
    held = modules.get(module, sys.modules.get(module))
    known = [str(n) for n in dir(held)] if held is not None else []
    close = suggestion(name, known)
    advice = [f"did you mean `{close}`?"] if close else []
    top = module.partition(".")[0]
    if is_reserved(top) and top != "ztdsl" and os.path.isfile(os.path.join(root, f"{top}.py")):  # noqa: PTH113, PTH118
        advice.append(f"`{top}` is a module of Python itself: give your file `{top}.py` another name")
    return advice


def _module_help(name: str, root: str) -> list[str]:
    parent, _, tail = name.rpartition(".")
    directory = os.path.join(root, *parent.split(".")) if parent else root  # noqa: PTH118
    close = suggestion(tail, _modules_in(directory))
    if close:
        return [f"did you mean `{parent}.{close}`?" if parent else f"did you mean `{close}`?"]
    top = name.partition(".")[0]
    if os.path.isdir(os.path.join(root, top)):  # noqa: PTH112, PTH118
        return []
    file = f"{top}.py"
    return [f"a module of your own, `{file}`, must stand beside the policy file; others: `pip install {top}`"]


def _modules_in(directory: str) -> list[str]:
    try:
        names = sorted(os.listdir(directory))  # noqa: PTH208 - names only
    except (OSError, ValueError):
        return []
    return [name.removesuffix(".py") for name in names if name.endswith(".py") or "." not in name]
