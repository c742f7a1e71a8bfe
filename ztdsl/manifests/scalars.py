"""What the scalars of YAML stand for, as kubectl reads them: YAML 1.1 with the habits of Go.

Sources: go-yaml 2 `resolve.go` (the reader in sigs.k8s.io/yaml), https://yaml.org/type/.
"""

from __future__ import annotations

import base64
import re
from typing import Final, TypeAlias

Scalar: TypeAlias = str | bool | int | float | None

KNOWN: Final[dict[str, Scalar]] = {}
"""Plain scalars that were met before; `resolved` fills it and keeps it small."""
_MOST_KNOWN: Final = 20_000
_LONGEST_NUMBER: Final = 400
_WORDS: Final[dict[str, Scalar]] = {
    **{spelled: True for word in ("y", "yes", "true", "on") for spelled in (word, word.capitalize(), word.upper())},
    **{spelled: False for word in ("n", "no", "false", "off") for spelled in (word, word.capitalize(), word.upper())},
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **{f"{sign}.{word}": float(f"{sign}inf") for sign in ("", "+", "-") for word in ("inf", "Inf", "INF")},
    **{f".{word}": float("nan") for word in ("nan", "NaN", "NAN")},
}
_NUMERIC: Final = frozenset("+-.0123456789")
_INTEGER: Final = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_OCTAL: Final = re.compile(r"([-+]?)0([0-7]+)")
_SMALLEST: Final = -(1 << 63)
_LARGEST: Final = (1 << 64) - 1
_PREFIX: Final = "tag:yaml.org,2002:"
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "null": (type(None),),
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
}


def resolved(text: str) -> Scalar:
    """What a scalar without quotes and tag stands for; a date is a text."""
    if len(KNOWN) >= _MOST_KNOWN:
        KNOWN.clear()
    value: Scalar
    if text in _WORDS:
        value = _WORDS[text]
    elif text[0] in _NUMERIC and len(text) < _LONGEST_NUMBER:
        value = _number(text)
    else:
        value = text
    KNOWN[text] = value
    return value


def tagged(tag: str, text: str) -> Scalar:
    """What a scalar with a tag stands for.

    Raises:
        ValueError: the tag is not one of YAML's own scalars, or the text does not fit it; the message says so.
    """
    name = tag.removeprefix(_PREFIX)
    if name in {"str", "timestamp"}:
        return text
    if name == "binary":
        return base64.b64decode(text).decode()
    if name not in _TYPES or name == tag:
        message = f"the tag `{tag}` has no meaning here"
        raise ValueError(message)
    value = resolved(text)
    if type(value) not in _TYPES[name]:
        message = f"`{text}` is not a YAML {name}"
        raise ValueError(message)
    return value


def key_text(key: Scalar) -> str:
    """The name that a key has once the document is JSON.

    Raises:
        ValueError: the key is null.
    """
    if isinstance(key, str):
        return key
    if isinstance(key, bool):
        return "true" if key else "false"
    if key is None:
        message = "a key is empty or null"
        raise ValueError(message)
    return repr(key).removesuffix(".0")


def _number(text: str) -> Scalar:
    """The number that Go reads, or `text` itself where it reads none."""
    plain = text if text.startswith(".") else text.replace("_", "")
    if _INTEGER.fullmatch(plain):
        value = int(_OCTAL.sub(r"\g<1>0o\2", plain) if _OCTAL.fullmatch(plain) else plain, 0)
        return value if _SMALLEST <= value <= _LARGEST else float(value)
    return float(plain) if _FLOAT.fullmatch(plain) else text
