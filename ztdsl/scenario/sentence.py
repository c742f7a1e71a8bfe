"""One line of a scenario file: `frontend with alice may GET /orders/7 of orders:8080`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_SENTENCE: Final = re.compile(
    r"(?P<caller>\S+)(?: with (?P<token>\S+))? (?P<verb>may not|may) "
    r"(?:(?P<connect>connect) to|(?P<method>[A-Za-z]\S*) (?P<target>\S+) of) (?P<callee>\S+)"
)
FORM: Final = "CALLER [with TOKEN] may|may not METHOD PATH of CALLEE, or ... connect to CALLEE"


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a line says.

    Attributes:
        caller: who calls, by name.
        token: the name of the end user's token; None without one.
        may: whether it is expected to succeed.
        http: `METHOD PATH`; None for a connection.
        callee: `[namespace/]service[:port]`.
    """

    caller: str
    token: str | None
    may: bool
    http: str | None
    callee: str


def sentence_of(line: str) -> Sentence | None:
    """What `line` says; None if it is no such sentence. Runs of blanks count as one."""
    found = _SENTENCE.fullmatch(" ".join(line.split()))
    if found is None:
        return None
    http = None if found["connect"] else f"{found['method']} {found['target']}"
    return Sentence(found["caller"], found["token"], found["verb"] == "may", http, found["callee"])
