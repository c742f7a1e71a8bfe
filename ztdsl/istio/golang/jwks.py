"""What istiod takes as an inline set of keys, and which of the keys are private.

It reads only the first JSON value of the text, and a lone key as a set of one. A key is private as soon as it has a
member `d`, whatever its value. Certificates in `x5c` are checked for their outermost form only.
Sources: lestrrat-go/jwx 1.2 `jwk/{jwk,set,rsa_gen,ecdsa_gen,okp_gen,symmetric_gen}.go`, `internal/base64`.
"""

from __future__ import annotations

import json
import math
import re
from base64 import b64decode
from functools import lru_cache
from typing import Any, Final, NamedTuple

Pairs = list[tuple[str, Any]]

_BLANK: Final = " \t\n\r"
_SYMMETRIC: Final = "oct"
# The library looks for the address of a certificate under `x58`, and so takes anything under `x5u`.
_TEXT_MEMBERS: Final = frozenset({"alg", "kid", "use", "x5t", "x5t#S256", "x58"})
_MOST_PADDING: Final = 2
_SEQUENCE: Final = b"\x30"
_LINE_ENDS: Final = str.maketrans("", "", "\r\n")
_RAW_STANDARD: Final = re.compile(r"[A-Za-z0-9+/]*")


class _Form(NamedTuple):
    """The members of a kind of key: those that are encoded octets, and those that may not be absent."""

    octets: frozenset[str]
    required: tuple[str, ...]


_PUBLIC: Final = {
    "RSA": _Form(frozenset({"n", "e"}), ("e", "n")),
    "EC": _Form(frozenset({"x", "y"}), ("crv", "x", "y")),
    "OKP": _Form(frozenset({"x"}), ("crv", "x")),
    _SYMMETRIC: _Form(frozenset({"k"}), ("k",)),
}
_PRIVATE: Final = {
    "RSA": _Form(frozenset({"n", "e", "d", "p", "q", "dp", "dq", "qi"}), ("d", "e", "n")),
    "EC": _Form(frozenset({"d", "x", "y"}), ("crv", "d", "x", "y")),
    "OKP": _Form(frozenset({"d", "x"}), ("crv", "d", "x")),
}


class _Object(NamedTuple):
    """A JSON object with its repetitions."""

    pairs: Pairs


@lru_cache(1 << 10)
def private_keys(text: str) -> tuple[int, ...] | None:
    """The indexes of the private and symmetric keys in a set; None if istiod does not take the text as a set."""
    try:
        parsed, _ = _DECODER.raw_decode(text.lstrip(_BLANK))
        return tuple(index for index, private in enumerate(_keys(parsed)) if private) if _is_set(parsed) else None
    except (ValueError, RecursionError):
        return None


def _is_set(parsed: Any) -> bool:  # noqa: ANN401 - whatever JSON can hold
    return isinstance(parsed, _Object)


def _keys(parsed: _Object) -> list[bool]:
    """Whether each key of the set is private."""
    lists = [value for name, value in parsed.pairs if name == "keys"]
    if not lists:
        return [_is_private(parsed)]
    keys: list[bool] = []
    for listed in lists:
        if listed is not None and not isinstance(listed, list):
            raise ValueError
        keys.extend(_is_private(key) for key in listed or ())
    return keys


def _is_private(key: Any) -> bool:  # noqa: ANN401 - whatever JSON can hold
    """Whether a key is private or symmetric.

    Raises:
        ValueError: it is not a key.
    """
    if not isinstance(key, _Object):
        raise ValueError  # noqa: TRY004 - all that is wrong with a set is one error
    kind, private = "", False
    for name, value in key.pairs:
        folded = name.casefold()
        if folded == "kty" and value is not None:
            kind = _text(value)
        private = private or folded == "d"
    form = (_PRIVATE if private and kind != _SYMMETRIC else _PUBLIC).get(kind)
    if form is None:
        raise ValueError
    for name, value in key.pairs:
        _check_member(name, value, kind, form)
    if not {name for name, _ in key.pairs}.issuperset(form.required):
        raise ValueError
    return private or kind == _SYMMETRIC


def _check_member(name: str, value: Any, kind: str, form: _Form) -> None:  # noqa: ANN401 - whatever JSON can hold
    if name == "kty":
        if _text(value) != kind:
            raise ValueError
    elif name in _TEXT_MEMBERS or (name == "crv" and name in form.required):
        _text(value)
    elif name in form.octets:
        _octets(_text(value))
    elif name == "key_ops":
        _texts(value)
    elif name == "x5c":
        for certificate in _texts(value):
            if not _octets(certificate).startswith(_SEQUENCE):
                raise ValueError


def _text(value: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError  # noqa: TRY004 - all that is wrong with a set is one error
    return value


def _texts(value: Any) -> list[str]:  # noqa: ANN401 - whatever JSON can hold
    if value is not None and not isinstance(value, list):
        raise ValueError
    return [_text(item) for item in value or ()]


def _octets(text: str) -> bytes:
    """The octets of either alphabet of base64, with or without padding; line ends count for nothing.

    Raises:
        ValueError: the text is not encoded so.
    """
    padded = text.endswith("=")
    bare = text.translate(_LINE_ENDS)
    if "+" not in bare and "/" not in bare:
        bare = bare.replace("-", "+").replace("_", "/")
    digits = bare.rstrip("=") if padded else bare
    if padded and (len(bare) % 4 or len(bare) - len(digits) > _MOST_PADDING):
        raise ValueError
    if not _RAW_STANDARD.fullmatch(digits) or len(digits) % 4 == 1:
        raise ValueError
    return b64decode(digits + "=" * (-len(digits) % 4))


def _number(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError
    return number


def _constant(name: str) -> float:
    raise ValueError(name)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_Object, parse_float=_number, parse_int=_number, parse_constant=_constant
)
