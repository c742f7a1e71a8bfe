"""Strings as YAML that reads back as the same string, in YAML 1.1 and 1.2 alike.

Only what no YAML reader can take for anything else is written plain; everything else is double-quoted
with JSON's escapes and those of YAML (YAML 1.2, section 5.7).
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Final

_REMEMBERED: Final = 1 << 17
_WIDTH: Final = 100
# A letter or `/` first: no number, date, time, sexagesimal, anchor, tag, flow or block indicator begins so.
_PLAIN: Final = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*")
# Printable ASCII without quotation marks and backslashes stands between quotation marks as it is.
_QUOTABLE: Final = re.compile(r"[ !#-\[\]-~]*")
# What YAML 1.1 reads as booleans and null, in any case.
_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_LONGEST_WORD: Final = 5
# json.dumps leaves these as they are, and YAML would fold, refuse or hide them.
_ESCAPED: Final = re.compile(r"[\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff]")
_UNPRINTABLE: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff]"
)
_LINE_BREAKS: Final = re.compile(r"\r\n|\r|\n|\x85|\u2028|\u2029")
_SHORT: Final = 0xFF


def scalar(text: str) -> str:
    """`text` as one YAML scalar on one line."""
    if _PLAIN.fullmatch(text) and (len(text) > _LONGEST_WORD or text.lower() not in _WORDS):
        return text
    if _QUOTABLE.fullmatch(text):
        return f'"{text}"'
    return _ESCAPED.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    number = ord(match.group())
    return f"\\x{number:02x}" if number <= _SHORT else f"\\u{number:04x}"


@lru_cache(_REMEMBERED)
def listed(key: str, texts: tuple[str, ...], indent: str) -> str:
    """`key` with a list of strings behind it: on one line where it fits, else an item a line.

    Remembered as a whole, since lists of methods, ports and callers repeat; single strings are made faster than found.
    """
    scalars = [scalar(text) for text in texts]
    line = f"{indent}{key}: [{', '.join(scalars)}]\n"
    if len(line) <= _WIDTH:
        return line
    return f"{indent}{key}:\n" + "".join([f"{indent}- {each}\n" for each in scalars])


def comment_lines(text: str) -> tuple[str, ...]:
    """A user's text as lines that stay comments: line breaks split it, unprintable characters become escapes."""
    if text.isascii() and text.isprintable():
        line = text.rstrip()
        return (line,) if line else ()
    lines = (_UNPRINTABLE.sub(_escape, line.replace("\t", " ")).rstrip() for line in _LINE_BREAKS.split(text))
    return tuple(line for line in lines if line)
