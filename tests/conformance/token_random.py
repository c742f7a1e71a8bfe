"""Random tokens whose signatures are right and whose texts are perhaps no JSON."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any, Final

from tests.conformance.token_lab import Asked
from tests.conformance.token_mint import raw

_PIECES: Final = (
    *("{", "}", "[", "]", '"', "'", ",", ":", "\\", " ", "\n", "\t", "0", "1", "-", "+", ".", "e", "E"),
    *(
        "t",
        "true",
        "null",
        "a",
        "_",
        "$",
        "\\u00e9",
        "\\ud83d",
        "\\'",
        "\\n",
        "\\U0041",
        "é",
        "\x01",
        "//",
        "1e5",
        "01",
    ),
)
_TIMES: Final[tuple[Any, ...]] = (0, 1, 2**31, 2**40, 1.5, -1, "1", None, True, [])
_TEXTS: Final[tuple[Any, ...]] = ("alice", "", "a b", "é", 1, None, True, [], ["shop"], ["shop", 1], {"a": "b"})


def random_tokens(seed: str, count: int, issuer: str) -> Iterator[Asked]:
    """That many requests with a token each; the same for the same seed, but for the keys."""
    dice = random.Random(seed)  # noqa: S311 - the same in every run on purpose
    for number in range(count):
        header, body = json.dumps({"alg": "ES256", "kid": "main"}), json.dumps(_claims(dice, issuer))
        if dice.random() < 0.1:
            header = _changed(dice, header)
        for _ in range(dice.choice((0, 0, 1, 1, 2, 3))):
            body = _changed(dice, body)
        text = raw(header.encode(), _bytes(dice, body))
        yield Asked(f"random {number}", [("authorization", f"Bearer {_cut(dice, text)}")])


def _claims(dice: random.Random, issuer: str) -> dict[str, Any]:
    made: dict[str, Any] = {"iss": issuer, "sub": "alice"}
    for name in dice.sample(("iss", "sub", "jti", "aud", "x", "scope"), dice.randrange(3)):
        made[name] = dice.choice(_TEXTS) if name != "iss" or dice.random() < 0.2 else issuer
    for name in dice.sample(("exp", "nbf", "iat"), dice.randrange(3)):
        made[name] = dice.choice(_TIMES)
    return made


def _changed(dice: random.Random, text: str) -> str:
    """The text with a piece put in, taken out or exchanged."""
    place = dice.randrange(len(text) + 1)
    piece = dice.choice(_PIECES) if dice.random() < 0.8 else ""
    return text[:place] + piece + text[place + dice.randrange(2) :]


def _bytes(dice: random.Random, text: str) -> bytes:
    data = text.encode()
    if dice.random() < 0.05:
        place = dice.randrange(len(data) + 1)
        return data[:place] + bytes([dice.randrange(256)]) + data[place:]
    return data


def _cut(dice: random.Random, text: str) -> str:
    """The token, now and then with a character too many or too few outside of what is signed."""
    if dice.random() > 0.1:
        return text
    place = dice.randrange(len(text) + 1)
    return text[:place] + dice.choice((".", "=", "A", "!", "")) + text[place + dice.randrange(2) :]
