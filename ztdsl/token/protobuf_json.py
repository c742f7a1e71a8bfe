"""JSON as Envoy reads the header and the claims of a token.

It is the reader of protobuf with its legacy syntax, which takes texts that are no JSON: strings in single quotes,
names without quotes, a comma before a closing bracket, control characters in strings. It refuses what Python's takes:
a name that is given twice, numbers beyond all doubles, more than a hundred levels. Sources: protobuf
`src/google/protobuf/json/internal/{lexer.h,lexer.cc,parser.cc}`.
"""

from __future__ import annotations

import re
from math import isinf
from typing import Any, Final, NoReturn

_MOST_LEVELS: Final = 100
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?=[ \t\r\n]*(?:[,\]}]|$))")
_BARE: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_HEX: Final = re.compile(r"[0-9A-Fa-f]{4}")
_PLAIN: Final = re.compile(r"[^\"'\\]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f]")
_ESCAPES: Final = {
    '"': '"',
    "\\": "\\",
    "/": "/",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "'": "'",
}
_WORDS: Final = {"true": True, "false": False, "null": None}
_HIGH, _LOW, _AFTER = 0xD800, 0xDC00, 0xE000


class NotReadError(Exception):
    """Envoy does not read the text; the message says why and holds nothing of it."""


def read_object(data: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The object that `data` holds, and why the text is no JSON by RFC 8259 although Envoy reads it.

    Raises:
        NotReadError: Envoy does not read it.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        message = "it is not UTF-8"
        raise NotReadError(message) from None
    reader = _Reader(text)
    value = reader.document()
    return value, tuple(reader.liberties)


class _Reader:
    """One text and the place in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._levels = 0
        self.liberties: dict[str, None] = {}

    def document(self) -> dict[str, Any]:
        """The object; `null` stands for one without members, as it does for any map of protobuf."""
        first = self._peek()
        if first == "n":
            self._word("null")
            self.liberties["it is `null`"] = None
            found: dict[str, Any] = {}
        elif first == "{":
            found = self._object()
        else:
            self._fail("it is no object")
        if self._peek():
            self._fail("something follows the object")
        return found

    def _peek(self) -> str:
        """The next character that is no space; empty at the end."""
        space = _SPACE.match(self._text, self._at)
        self._at = self._at if space is None else space.end()
        return self._text[self._at : self._at + 1]

    def _takes(self, character: str) -> bool:
        found = self._peek() == character
        self._at += found
        return found

    def _expect(self, character: str) -> None:
        if not self._takes(character):
            self._fail(f"`{character}` is missing")

    def _value(self) -> Any:  # noqa: ANN401 - any JSON
        first = self._peek()
        if first == "{":
            return self._object()
        if first == "[":
            return self._array()
        if first in {'"', "'"}:
            return self._string()
        if first in {"t", "f", "n"}:
            return self._word({"t": "true", "f": "false", "n": "null"}[first])
        return self._number()

    def _object(self) -> dict[str, Any]:
        self._expect("{")
        self._enter()
        found: dict[str, Any] = {}
        has_comma = not self._takes("}")
        while has_comma:
            name = self._string() if self._peek() in {'"', "'"} else self._bare()
            if name in found:
                self._fail("a name is given twice")
            self._expect(":")
            found[name] = self._value()
            has_comma = self._goes_on("}")
        self._levels -= 1
        return found

    def _array(self) -> list[Any]:
        self._expect("[")
        self._enter()
        found: list[Any] = []
        has_comma = not self._takes("]")
        while has_comma:
            found.append(self._value())
            has_comma = self._goes_on("]")
        self._levels -= 1
        return found

    def _goes_on(self, end: str) -> bool:
        """Whether another member follows; one comma before the end does not matter."""
        has_comma = self._takes(",")
        if self._takes(end):
            if has_comma:
                self.liberties["a comma stands before a closing bracket"] = None
            return False
        if not has_comma:
            self._fail("a comma is missing")
        return True

    def _enter(self) -> None:
        self._levels += 1
        if self._levels > _MOST_LEVELS:
            self._fail(f"it is nested deeper than {_MOST_LEVELS} levels")

    def _bare(self) -> str:
        found = _BARE.match(self._text, self._at)
        if found is None or found[0] in _WORDS:
            self._fail("a name is missing")
        self._at = found.end()
        self.liberties["a name stands without quotes"] = None
        return found[0]

    def _word(self, word: str) -> bool | None:
        if not self._text.startswith(word, self._at):
            self._fail("a word is none of `true`, `false` and `null`")
        self._at += len(word)
        return _WORDS[word]

    def _number(self) -> float:
        found = _NUMBER.match(self._text, self._at)
        if found is None:
            self._fail("a value is missing")
        self._at = found.end()
        number = float(found[0])
        if isinf(number):
            self._fail("a number is beyond all doubles")
        return int(found[0]) if found[0].lstrip("-").isdigit() else number

    def _string(self) -> str:
        quote = self._peek()
        if quote == "'":
            self.liberties["a string stands in single quotes"] = None
        self._at += 1
        parts: list[str] = []
        while True:
            plain = _PLAIN.match(self._text, self._at)
            if plain is not None:
                if _CONTROL.search(plain[0]):
                    self.liberties["a string has control characters"] = None
                parts.append(plain[0])
                self._at = plain.end()
            character = self._text[self._at : self._at + 1]
            self._at += 1
            if not character:
                self._fail("a string does not end")
            if character == quote:
                return "".join(parts)
            parts.append(self._escape() if character == "\\" else character)

    def _escape(self) -> str:
        character = self._text[self._at : self._at + 1]
        self._at += 1
        if character in {"u", "U"}:
            if character == "U":
                self.liberties["an escape is written with a capital U"] = None
            return self._rune()
        if character not in _ESCAPES:
            self._fail("an escape has no meaning")
        if character == "'":
            self.liberties["a single quote is escaped"] = None
        return _ESCAPES[character]

    def _rune(self) -> str:
        high = self._hex()
        if not _HIGH <= high < _AFTER:
            return chr(high)
        if high >= _LOW or not self._text.startswith("\\u", self._at):
            self._fail("a surrogate stands alone")
        self._at += 2
        low = self._hex()
        if not _LOW <= low < _AFTER:
            self._fail("a surrogate stands alone")
        return chr(0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF))

    def _hex(self) -> int:
        found = _HEX.match(self._text, self._at)
        if found is None:
            self._fail("an escape has no meaning")
        self._at = found.end()
        return int(found[0], 16)

    @staticmethod
    def _fail(why: str) -> NoReturn:
        raise NotReadError(why)
