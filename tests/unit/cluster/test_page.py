"""Pages of lists, taken apart."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.cluster.failure import Cause, Trouble
from ztdsl.cluster.page import parse

_NAMES = st.sampled_from(["kind", "metadata", "items", "spec", "\u00e9", 'a"b', "x"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=10,
)
_OBJECTS = st.dictionaries(_NAMES, _JSON, max_size=3)


def listed(items: object, **metadata: Any) -> dict[str, Any]:
    """A page."""
    return {"apiVersion": "v1", "items": items, "kind": "PodList", "metadata": {"resourceVersion": "7", **metadata}}


def refused(body: bytes) -> Trouble:
    """What is wrong with an answer."""
    with pytest.raises(Trouble) as trouble:
        parse(body, "Pod")
    return trouble.value


@given(
    st.lists(_OBJECTS, max_size=4),
    st.permutations(["apiVersion", "items", "kind", "metadata"]),
    st.sampled_from([None, 2]),
    st.booleans(),
)
def test_page_is_read_as_json_reads_it(
    items: list[dict[str, Any]], order: list[str], indent: int | None, is_ascii: bool
) -> None:
    """The items are those of the whole document, in any order of keys, and the text of each means the same."""
    plain = listed(items, **{"continue": "next"})
    body = json.dumps({key: plain[key] for key in order}, indent=indent, ensure_ascii=is_ascii).encode()

    page = parse(body, "Pod")

    assert [item.plain for item in page.items] == items
    assert [json.loads(item.text) for item in page.items] == items
    assert (page.following, page.revision, page.size) == ("next", "7", len(body))


@given(st.lists(_OBJECTS, max_size=3), st.data())
def test_every_beginning_of_a_page_is_refused(items: list[dict[str, Any]], data: st.DataObject) -> None:
    """An answer that was cut anywhere never passes for a whole one."""
    body = json.dumps(listed(items)).encode()

    assert refused(body[: data.draw(st.integers(0, len(body) - 1))]).cause in {Cause.CUT, Cause.MALFORMED}


@pytest.mark.parametrize("cut", [0, 1, 12, 30, 60, 90])
def test_cut_answer_is_worth_a_second_try(cut: int) -> None:
    """A cut is told from JSON that is broken in its middle."""
    body = json.dumps(listed([{"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}])).encode()

    assert refused(body[:cut]).cause is Cause.CUT


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\n <html><head>", "web page"),
        (b"\xff\xfe", "no UTF-8"),
        (b'{"a":1]', "broken JSON"),
        (b'["a"]', "broken JSON"),
        (b'{"kind":"PodList","items":[{}}', "broken JSON"),
        (b'{"kind":"PodList","items":[1],"metadata":{}}', "no object"),
        (b'{"kind":"PodList","items":[],"metadata":{}} {}', "broken JSON"),
        (b'{"kind":"Status","metadata":{}}', "`Status`, not a `PodList`"),
        (b'{"kind":"PodList","metadata":{}}', "without `items`"),
        (b'{"kind":"PodList","items":{},"metadata":{}}', "without `items`"),
        (b'{"kind":"PodList","items":[]}', "without `metadata`"),
        (b'{"kind":"PodList","items":[],"metadata":{"continue":7}}', "no text"),
        (b'{"kind":"PodList","items":[' + b'{"a":' * 100_000, "deeper"),
    ],
)
def test_other_answers_are_named(body: bytes, words: str) -> None:
    """What is no list says what it is instead."""
    trouble = refused(body)

    assert trouble.cause is Cause.MALFORMED
    assert words in trouble.said


def test_empty_list_may_be_null() -> None:
    """Go writes a list that was never filled as null."""
    assert parse(json.dumps(listed(None)).encode(), "Pod").items == []
