"""What an exception says, in words that are safe to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST: Final = 300
_SHOWN_LINES: Final = 8


def kind_of(error: BaseException) -> str:
    """The name of the exception's class."""
    return type(error).__qualname__


def text_of(error: BaseException) -> str:
    """What `str` gives for the exception; a remark where that raises itself."""
    try:
        return str(error)
    except KeyboardInterrupt:
        raise
    except BaseException as second:  # noqa: BLE001 - whatever the user's own class raises while it is being told
        return f"(its own text cannot be had: `__str__` raised `{kind_of(second)}`)"


def first_line(text: str) -> str:
    """The first line with something on it, made printable and not too long."""
    return next(iter(_lines(text)), "")


def further_lines(text: str) -> tuple[str, ...]:
    """The lines after the first, made printable, the last ones left out where there are many."""
    lines = list(_lines(text))[1:]
    if len(lines) > _SHOWN_LINES:
        return (*lines[:_SHOWN_LINES], f"and {len(lines) - _SHOWN_LINES} further lines")
    return tuple(lines)


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """The name most like `word`, or None where none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for failures

    close = get_close_matches(word, [name for name in known if name != word], n=1)
    return close[0] if close else None


def _lines(text: str) -> Iterable[str]:
    return (_printable(line) for line in text.splitlines() if line.strip())


def _printable(line: str) -> str:
    """Control characters and lone surrogates as escapes, so that no text can steer a terminal."""
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line.strip())
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}..."
