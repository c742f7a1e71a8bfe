"""JSON pointers (RFC 6901)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_POINTER: Final = re.compile(r"(?:/(?:[^~/]|~[01])*)*")


def pointer(*tokens: str | int) -> str:
    """The pointer that leads through `tokens`; without any it is empty and means the whole document."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def tokens(pointer: str) -> tuple[str, ...]:
    """The unescaped reference tokens of `pointer`.

    Raises:
        ValueError: `pointer` is not a JSON pointer.
    """
    check(pointer)
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])


def enclosing(pointer: str) -> Iterator[str]:
    """`pointer` itself and every pointer around it, the nearest first, the whole document last.

    Raises:
        ValueError: `pointer` is not a JSON pointer.
    """
    check(pointer)
    while pointer:
        yield pointer
        pointer = pointer[: pointer.rindex("/")]
    yield ""


def check(pointer: str) -> None:
    """Do nothing for a JSON pointer.

    Raises:
        ValueError: `pointer` is not a JSON pointer.
    """
    if not _POINTER.fullmatch(pointer):
        message = f"`{pointer}` is not a JSON pointer"
        raise ValueError(message)
