"""JSON as every reader takes it: no key twice, no NaN, no number beyond all doubles.

Python's reader keeps the last of several equal keys and knows numbers that JSON has not, so that two tools could read
one request as two. Sources: RFC 8259, sections 4 and 6; RFC 7493, sections 2.2 and 2.3.
"""

from __future__ import annotations

import json
from enum import Enum
from math import isinf
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

_HIDDEN: Final = "token"
"""Within this key of a request no place is told: the names of claims may say whose token it is."""


class _Kind(Enum):
    """What can be at fault, as it is said of its place and of a token that has it somewhere."""

    TWICE = ("is given twice", "has a key twice")
    NO_NUMBER = ("is no number that JSON has", "holds a number that JSON has not")
    TOO_LARGE = ("is a number that is too large", "holds a number that is too large")


class _FaultyError(Exception):
    """Something is in the text that must be looked for again, to name its place."""


class _Pairs(list[tuple[str, Any]]):
    """An object with all of its keys."""


def read_json(data: bytes) -> Any:  # noqa: ANN401 - any JSON
    """What a JSON text in UTF-8 holds; a byte order mark before it and space around it do not matter.

    Raises:
        ValueError: it is not UTF-8, not one JSON value, or not as every reader takes it; the message names the place.
        RecursionError: it is nested too deeply.
    """
    text = data.decode("utf-8-sig")
    try:
        return _DECODER.decode(text)
    except _FaultyError:
        raise ValueError(_message(_MARKING.decode(text))) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) != len(pairs):
        raise _FaultyError
    return plain


def _whole(text: str) -> int:
    if isinf(float(text)):
        raise _FaultyError
    return int(text)


def _real(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise _FaultyError
    return number


def _never(_: str) -> NoReturn:
    raise _FaultyError


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_whole, parse_float=_real, parse_constant=_never
)


def _marked(text: str) -> object:
    return _Kind.TOO_LARGE if isinf(float(text)) else 0


_MARKING: Final = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_int=_marked, parse_float=_marked, parse_constant=lambda _: _Kind.NO_NUMBER
)


def _message(plain: object) -> str:
    """What is wrong first, and where."""
    at, what = next(_faults(plain, ""))
    return f"`{at or 'the request'}` {what}"


def _faults(plain: object, at: str) -> Iterator[tuple[str, str]]:
    """What is wrong in `plain`, which stands at `at`, each with its place."""
    is_hidden = at == _HIDDEN
    if isinstance(plain, _Kind):
        yield at, plain.value[is_hidden]
    elif isinstance(plain, _Pairs):
        met: set[str] = set()
        for key, value in plain:
            place = _below(at, f".{key}" if at else key)
            if key in met:
                yield place, _Kind.TWICE.value[is_hidden]
            met.add(key)
            yield from _faults(value, place)
    elif isinstance(plain, list):
        for index, each in enumerate(plain):
            yield from _faults(each, _below(at, f"[{index}]"))


def _below(at: str, step: str) -> str:
    return at if at == _HIDDEN else at + step
