"""Which file and which variable a user means by `policies.py:other`, and where the file stands among modules."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE_NAME: Final = "__policy__"
_NEVER_OURS: Final = frozenset({"ztdsl", "__main__", PRIVATE_NAME})


@dataclass(frozen=True, slots=True)
class Target:
    """A policy file and, where one was chosen, the variable that holds the policy.

    Attributes:
        file: the absolute path as it was given; links are not followed, so that a linked policy file
            finds the modules beside the link.
        variable: the chosen variable; None to take the module's only policy.
        root: the directory that stands first on the path of imports: the file's own, or the one above
            the outermost package that the file belongs to.
        module: the name under which other modules of the root import the file; `__policy__` where
            no import statement can name it.
    """

    file: str
    variable: str | None
    root: str
    module: str


def parse(target: str | Path, cwd: Path | None) -> Target:
    """What `target` means, relative to `cwd` or else to the current directory.

    A colon belongs to the file's name where a file of the whole name exists.
    """
    text = os.fspath(target)
    base = os.getcwd() if cwd is None else os.path.abspath(cwd)  # noqa: PTH100, PTH109 - links are not followed
    file, variable = os.path.normpath(os.path.join(base, text)), None  # noqa: PTH118
    if ":" in text and not _exists(file):
        path, _, name = text.rpartition(":")
        if path and "/" not in name:
            file, variable = os.path.normpath(os.path.join(base, path)), name  # noqa: PTH118
    root, module = _place(file)
    return Target(file, variable, root, module)


def is_reserved(top: str) -> bool:
    """Whether a module under a root may never take the name `top`, because others need theirs.

    Python's own modules and `ztdsl` itself would break for everyone who imports them meanwhile.
    """
    return top in _NEVER_OURS or top in sys.stdlib_module_names


def _exists(file: str) -> bool:
    try:
        return os.path.lexists(file)
    except ValueError:  # a null byte in the name
        return False


def _place(file: str) -> tuple[str, str]:
    """The root and the module's name of a policy file."""
    directory, base = os.path.split(file)
    stem, suffix = os.path.splitext(base)  # noqa: PTH122
    parts = [] if stem == "__init__" else [stem]
    root = directory
    while _is_package(root):
        above, name = os.path.split(root)
        if is_reserved(name) or "." in name or above == root:
            break
        parts.insert(0, name)
        root = above
    if suffix != ".py" or not parts or "." in stem or is_reserved(parts[0]):
        return directory, PRIVATE_NAME
    return root, ".".join(parts)


def _is_package(directory: str) -> bool:
    try:
        return os.path.isfile(os.path.join(directory, "__init__.py"))  # noqa: PTH113, PTH118
    except ValueError:  # a null byte in the name
        return False
