"""YAML and JSON as plain data: what PyYAML's own reader makes of it, within bounds, with places."""

from __future__ import annotations

import json
from time import process_time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.diagnostics.model import Span
from ztdsl.manifests.source import Source
from ztdsl.manifests.unreadable import DEEPEST, Fault, Unreadable

_KEYS = st.text("abcxz/-", min_size=2, max_size=8)  # what YAML takes for a number or a word is no key of a manifest
# PyYAML writes NEL as a line break of its own, which libyaml folds: not a matter of this reader.
_TEXTS = st.text(st.characters(exclude_characters="\x85", exclude_categories=["Cs"]), max_size=12)
# It writes `y` and `n` without quotes, too, which kubectl's reader takes for booleans, and so do we.
_TEXTS = _TEXTS.filter(lambda text: text.lower() not in {"y", "n"})
_SCALARS = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | _TEXTS


def _grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4)


_DATA = st.recursive(_SCALARS, _grown, max_leaves=20)


def _read(text: str, name: str = "x.yaml") -> list[Any]:
    return list(Source(name, text).documents())


@given(st.lists(_DATA, min_size=1, max_size=3))
def test_data_comes_back_as_it_was_written(documents: list[Any]) -> None:
    """What PyYAML writes is read back, whatever the data."""
    text = yaml.safe_dump_all(documents, allow_unicode=True, explicit_start=True)
    assert _read(text) == documents


@given(_DATA)
def test_json_comes_back_as_it_was_written(data: Any) -> None:
    """JSON is read as JSON."""
    assert _read(json.dumps({"data": data}), "x.json") == [{"data": data}]


@pytest.mark.parametrize(
    "text",
    [
        "a: on\nb: 0x1F\nc: 010\nd: 1_000\ne: ~\nf: 'on'\ng: 1.5\nh: !!str 7\n",
        "[{a: b}, [c, d], 'x']",
        "a: &x {b: c}\nd: *x\n",
        "a: |\n  one\n  two\nb: >\n  three\n  four\n",
        "# only a comment\n",
        "--- a\n--- b\n...\n",
    ],
)
def test_scalars_mean_what_pyyaml_takes_them_for(text: str) -> None:
    """Booleans, numbers, tags, aliases and block texts are those of PyYAML's safe loader."""
    assert _read(text) == list(yaml.safe_load_all(text))


def test_a_date_stays_a_text() -> None:
    """Kubernetes has no dates: what looks like one is a string."""
    assert _read("created: 2026-01-01T00:00:00Z\n") == [{"created": "2026-01-01T00:00:00Z"}]


@pytest.mark.parametrize(
    ("text", "fault", "span"),
    [
        ("a: [*]\n", Fault.SYNTAX, (1, 5)),
        ("a:\n- *.example.com\n", Fault.SYNTAX, (2, 3)),
        ("a: & b\n", Fault.SYNTAX, (1, 4)),
        ("a: b\n\tc: d\n", Fault.SYNTAX, (2, 1)),
        ("a: 1\nb: 2\na: 3\n", Fault.DUPLICATE, (3, 1)),
        ("x:\n  - {a: 1, a: 2}\n", Fault.DUPLICATE, (2, 12)),
        ("? [a, b]\n: c\n", Fault.SYNTAX, (1, 3)),
        ("a: !!python/object:os.system x\n", Fault.SYNTAX, (1, 4)),
        ("a: &a [*a]\n", Fault.SYNTAX, (1, 8)),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(text: str, fault: Fault, span: tuple[int, int]) -> None:
    """Broken grammar, doubled keys, keys that are no texts, foreign tags, and circles."""
    with pytest.raises(Unreadable) as caught:
        _read(text)
    assert caught.value.fault is fault
    assert (caught.value.span.line, caught.value.span.column) == span


def test_a_key_twice_in_json_is_refused() -> None:
    """Python's reader would keep the last one."""
    with pytest.raises(Unreadable) as caught:
        _read('{"a": 1, "a": 2}', "x.json")
    assert caught.value.fault is Fault.DUPLICATE


def test_aliases_unfold_within_bounds() -> None:
    """A billion laughs end in one error, soon."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(Unreadable) as caught:
        _read("\n".join(lines))
    assert caught.value.fault is Fault.BOUNDS


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "{a: " * 100_000,
        "- " * 100_000 + "x",
        "".join(f"{' ' * depth}a:\n" for depth in range(1, 3000)),
        '{"a": ' * 200_000,
    ],
)
def test_deep_texts_end_in_one_error(text: str) -> None:
    """Depth is found before anything recurses."""
    with pytest.raises(Unreadable):
        _read(text)


def test_many_brackets_without_depth_are_fine() -> None:
    """A long list of short lists is no deep one."""
    assert len(_read("\n".join(["- [a, {b: c}]"] * 5000))[0]) == 5000


def test_depth_up_to_the_bound_is_fine() -> None:
    """The bound is far above any manifest."""
    assert _read("[" * DEEPEST + "]" * DEEPEST)


TEXT = """\
# first
a: 1
---
  kind: X
  spec:
    rules:
    - from: [one, two]
      "to": three
---
{"b": {"c": d}}
"""


@pytest.mark.parametrize(
    ("number", "path", "span"),
    [
        (0, ("a",), Span("x.yaml", 2, 4, 2, 5)),
        (1, ("kind",), Span("x.yaml", 4, 9, 4, 10)),
        (1, ("spec", "rules", 0, "from", 1), Span("x.yaml", 7, 19, 7, 22)),
        (1, ("spec", "rules", 0, "to"), Span("x.yaml", 8, 13, 8, 18)),
        (1, ("spec", "rules", 0, "when"), Span("x.yaml", 7, 7)),
        (1, ("spec", "rules", 7), Span("x.yaml", 7, 5)),
        (2, ("b", "c"), Span("x.yaml", 10, 13, 10, 14)),
    ],
)
def test_parts_have_places(number: int, path: tuple[str | int, ...], span: Span) -> None:
    """The place of a part, or of the nearest part around it that exists."""
    source = Source("x.yaml", TEXT)
    list(source.documents())
    assert source.span(number, path) == span


def test_a_key_has_a_place_of_its_own() -> None:
    """A misspelt key is underlined, not its value."""
    source = Source("x.yaml", TEXT)
    list(source.documents())
    assert source.span(1, ("spec", "rules", 0, "to"), key=True) == Span("x.yaml", 8, 7, 8, 11)


def test_places_cost_the_same_wherever_the_document_stands() -> None:
    """A place in one of many documents is found, while they are read, without a look at those behind it."""
    assert _taken(20_000) < 10 * _taken(2000)


def _taken(documents: int) -> float:
    """Seconds of the processor for places in the first thousand of some documents."""
    source = Source("x.yaml", "--- {kind: a, spec: {b: [c, d]}}\n" * documents)
    begun = process_time()
    for number, _ in zip(range(1000), source.documents(), strict=False):
        source.span(number, ("kind",))
    return process_time() - begun


def test_items_of_lists_have_the_same_places_in_any_order() -> None:
    """What is kept of a document whose items were asked for is what its text says."""
    text = "a:\n- x\n- y: 1\n  z: 2\n---\n- - 1\n  - 2\n- 3\n---\na: {b: [1]}\n"
    asked: list[tuple[int, tuple[str | int, ...]]] = [
        (0, ("a", 0)),
        (0, ("a", 1)),
        (1, (0, 1)),
        (1, (1,)),
        (1, (7,)),
        (2, ("a", "b", 0)),
        (2, ("a", "b", 3)),
        (2, ("a", 0)),
    ]
    mixed = Source("x.yaml", text)
    assert len(list(mixed.documents())) == 3
    for number, path in [*asked, *reversed(asked), *asked[::3]]:
        fresh = Source("x.yaml", text)
        assert len(list(fresh.documents())) == 3
        assert mixed.span(number, path) == fresh.span(number, path)
