"""The YAML of scenario files as data with places."""

from __future__ import annotations

from datetime import date
from time import process_time
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined] # libyaml's binding has no types

from ztdsl.manifests.unreadable import Fault, Unreadable
from ztdsl.scenario.places import Places
from ztdsl.scenario.yaml_tree import DEEPEST, tree_of

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = """\
# a file
actors: {eve: null}
scenarios:
  - when: "a"
    headers:
      x-é: [one, two]
  - >
    folded
tables: []
"""


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "a: on\nb: 0x1F\nc: 010\nd: 1_000\ne: ~\nf: 'on'\ng: 1.5\nh: 1:30\ni: y\n",
        "a: |\n  one\n  two\nb: &x [c, d]\n",
        "on: 1\n7: 2\nnull: 3\n",
        "--- [a, {b: }]\n...\n",
        "a: 2030-01-01\n",
        "",
        "a: !!str 7\n",
    ],
)
def test_scalars_mean_what_pyyaml_takes_them_for(text: str) -> None:
    """Words, numbers and dates are those of PyYAML's safe loader; nothing at all is an empty object."""
    expected = {} if text == "" else yaml.safe_load(text)
    assert tree_of("a.yaml", text).data == expected


def test_a_date_is_no_text() -> None:
    """Who writes one as a claim learns to quote it."""
    assert tree_of("a.yaml", "exp: 2030-01-01\n").data == {"exp": date(2030, 1, 1)}


@pytest.mark.parametrize(
    ("path", "key", "place"),
    [
        ((), False, (2, 1, None, None)),
        (("actors",), True, (2, 1, 2, 7)),
        (("actors", "eve"), False, (2, 15, 2, 19)),
        (("scenarios", 0, "when"), False, (4, 11, 4, 14)),
        (("scenarios", 0, "headers", "x-é"), True, (6, 7, 6, 10)),
        (("scenarios", 0, "headers", "x-é", 1), False, (6, 18, 6, 21)),
        (("scenarios", 0, "headers", "x-é", 1), True, (6, 18, 6, 21)),
        (("scenarios", 0, "headers", "x-é", 2), True, (6, 12, 6, 22)),
        (("scenarios", 0, "nothing", 3), False, (4, 5, None, None)),
        (("scenarios", "name"), False, (4, 3, None, None)),
        (("tables", 0), False, (9, 9, 9, 11)),
    ],
)
def test_every_part_has_a_place(path: tuple[str | int, ...], key: bool, place: tuple[int | None, ...]) -> None:
    """A value's, a key's, or that of the nearest part around what is not there."""
    span = Places("a.yaml", tree_of("a.yaml", TEXT).parts).span(path, key=key)
    assert (span.line, span.column, span.end_line, span.end_column) == place


@pytest.mark.parametrize(
    ("text", "fault", "message", "place"),
    [
        ("a: [", Fault.SYNTAX, "did not find expected node content", (2, 1)),
        ("a: 1\n---\nb: 2\n", Fault.SYNTAX, "another document begins here", (2, 1)),
        ("a: 1\nb: {c: 1, c: 2}\n", Fault.DUPLICATE, "the key `c` stands twice", (2, 11)),
        ("a: &x 1\nb: *x\n", Fault.BOUNDS, "has an alias", (2, 4)),
        ("a: !!python/name:os.system x\n", Fault.SYNTAX, "has no meaning here", (1, 4)),
        ("a: !!set {b}\n", Fault.SYNTAX, "has no meaning here", (1, 4)),
        ("a: !!bool x\n", Fault.SYNTAX, "is not a YAML bool", (1, 4)),
        ("? [a]\n: b\n", Fault.SYNTAX, "a key is a list or an object", (1, 3)),
        ("a: 2030-13-45\n", Fault.SYNTAX, "month must be in 1..12", (1, 4)),
        ("a: " + "[" * DEEPEST + "]" * DEEPEST, Fault.BOUNDS, "is nested deeper than", (1, 3 + DEEPEST)),
        ("a: \x01\n", Fault.SYNTAX, "control character", (1, 4)),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(
    text: str, fault: Fault, message: str, place: tuple[int, int]
) -> None:
    """Broken grammar, more documents than one, keys that stand twice, aliases, tags, and depth."""
    with pytest.raises(Unreadable) as caught:
        tree_of("a.yaml", text)
    assert caught.value.fault is fault
    assert message in caught.value.message
    assert (caught.value.span.line, caught.value.span.column) == place


def test_a_large_file_is_read_at_the_pace_of_libyaml() -> None:
    """Data and places cost a few times what the events cost alone."""
    row = "  - {name: n%d, when: a may GET /%d of b, status: 200, headers: {x-team: [a, b]}}\n"
    text = "scenarios:\n" + "".join(row % (each, each) for each in range(4000))
    assert _taken(lambda: tree_of("a.yaml", text)) < 8 * _taken(lambda: _events(text))


def _events(text: str) -> None:
    following: Callable[[], Any] = CParser(text).get_event
    while type(following()) is not yaml.StreamEndEvent:
        pass


def _taken(action: Callable[[], object]) -> float:
    """Seconds of the processor, of the quickest of three runs."""
    runs = []
    for _ in range(3):
        begun = process_time()
        action()
        runs.append(process_time() - begun)
    return min(runs)
