"""Where the keys and values of a TOML document stand; `tomllib` does not tell.

The text is one that `tomllib` accepts, so the scanner only finds the ends of things and checks nothing
(TOML 1.0.0, https://toml.io/en/v1.0.0).
"""

from __future__ import annotations

import re
from typing import Final

from ztdsl.quick import dataclass

Path = tuple[str | int, ...]

_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_STRING: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_SCALAR: Final = re.compile(r"[^,\]}#\r\n]*")


@dataclass(frozen=True, slots=True)
class Region:
    """Offsets in the text, the end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Positions:
    """Where the parts of a document stand.

    Attributes:
        keys: the region of the key that introduces each path for the first time; a table's last part
            of its header. An element of an array has its own region.
        values: the region of each value; a table that a header opens has none.
    """

    keys: dict[Path, Region]
    values: dict[Path, Region]


def positions_of(text: str) -> Positions:
    """The positions in a document that `tomllib.loads` accepts."""
    scanner = _Scanner(text)
    scanner.document()
    return Positions(scanner.keys, scanner.values)


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text: Final = text
        self._at = 0
        self.keys: Final[dict[Path, Region]] = {}
        self.values: Final[dict[Path, Region]] = {}
        self._lengths: Final[dict[Path, int]] = {}  # the last index of each array of tables
        self._last_key = Region(0, 0)

    def document(self) -> None:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> Path:
        is_array = self._text.startswith("[[", self._at)
        self._at += 1 + is_array
        path = self._key(())
        if is_array:
            self._lengths[path] = index = self._lengths.get(path, -1) + 1
            path = (*path, index)
            self.keys[path] = self._last_key
        self._skip(_SPACE)
        self._at += 1 + is_array
        return path

    def _pair(self, table: Path) -> None:
        path = self._key(table)
        self._skip(_SPACE)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _key(self, table: Path) -> Path:
        """A dotted key; within an array of tables the parts lead into its last element."""
        path = table
        while True:
            self._skip(_SPACE)
            start = self._at
            match = _STRING.match(self._text, start) or _BARE_KEY.match(self._text, start)
            if match is None:
                raise ValueError(start)
            self._at = match.end()
            path = (*path, _key_of(match[0]))
            self._last_key = Region(start, self._at)
            self.keys.setdefault(path, self._last_key)
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return path
            self._at += 1
            if path in self._lengths:
                path = (*path, self._lengths[path])

    def _value(self, path: Path) -> None:
        start = self._at
        first = self._text[start : start + 1]
        if first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            match = _STRING.match(self._text, start)
            self._at = match.end() if match else start + len(self._scalar(start))
        self.values[path] = Region(start, self._at)

    def _scalar(self, start: int) -> str:
        match = _SCALAR.match(self._text, start)
        if match is None or not match[0].strip():
            raise ValueError(start)
        return match[0].rstrip()

    def _array(self, path: Path) -> None:
        self._step()
        index = 0
        while not self._text.startswith("]", self._at):
            start = self._at
            element = (*path, index)
            self._value(element)
            self.keys[element] = Region(start, self._at)
            index += 1
            self._comma()
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._step()
        while not self._text.startswith("}", self._at):
            self._pair(path)
            self._comma()
        self._at += 1

    def _comma(self) -> None:
        self._skip(_BLANK)
        if self._text.startswith(",", self._at):
            self._step()

    def _step(self) -> None:
        """Step over one character and the blanks behind it."""
        self._at += 1
        self._skip(_BLANK)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._at)
        if match is not None:
            self._at = match.end()


def _key_of(text: str) -> str:
    """The key that is meant by its spelling."""
    if text.startswith("'"):
        return text[1:-1]
    if not text.startswith('"'):
        return text
    if "\\" not in text:
        return text[1:-1]
    import tomllib  # noqa: PLC0415 - the rare key with escapes

    return str(tomllib.loads(f"key = {text}")["key"])
