"""The batch interface reads what JSON readers read."""

from __future__ import annotations

import json

import pytest

from ztdsl.api import MalformedRequest, simulate_lines
from ztdsl.scenario.cast import cast_of_inventory
from ztdsl.scenario.subject import NOWHERE, Subject
from ztdsl.traffic.mesh import Mesh

ASKED = b'{"id": "r1", "to": {"namespace": "shop", "labels": {}, "port": 8080}}'


def _subject() -> Subject:
    return Subject(Mesh(), cast_of_inventory((), "cluster.local"), (), lambda _: NOWHERE)


@pytest.mark.parametrize("line", [ASKED, ASKED + b" \t\r\n", b"  " + ASKED, b"\xef\xbb\xbf" + ASKED])
def test_space_around_a_request_and_a_mark_before_it_do_not_matter(line: bytes) -> None:
    """A first line may begin with a byte order mark."""
    ((_, answer),) = simulate_lines(_subject(), [line])
    assert json.loads(answer)["id"] == "r1"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (ASKED + b" {}", "is not JSON: Extra data at column 71"),
        (ASKED[:-1], "is not JSON: Expecting ',' delimiter at column 69"),
        (b'{"id": "\xff"}', "is not UTF-8"),
        (b"{" + b'"a":{' * 200_000, "is nested too deeply"),
    ],
)
def test_what_is_no_request_is_named_with_its_line(line: bytes, message: str) -> None:
    """Lines are counted with the empty ones."""
    with pytest.raises(MalformedRequest) as raised:
        list(simulate_lines(_subject(), [b"\n", line]))
    assert raised.value.line == 2
    assert raised.value.message == message
