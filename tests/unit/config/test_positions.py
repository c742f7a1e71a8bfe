from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.config.positions import positions_of

DOCUMENT = r'''
# [not.a.table]
default_mesh = "prod" # x
a.b . "c d" = 1
[meshes.prod]  # y
trust_domain = """a\"
b""\""""
list = [ "x", # c ]
 'y', ["z"], {k = 1, m.n = 2},]
d = 1979-05-27 07:32:00
[[arr]]
x = 1
[arr.sub]
y = "]"
[[arr]]
x = 2
[[arr.in]]
q = 'a#b'
[e]
"k\u0061" = {}
f = []
g = """ends with two """""
'h' = -inf
'''


def paths(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """The path of every key and element of a parsed document."""
    found = {path} if path else set()
    if isinstance(value, dict):
        for key, item in value.items():
            found |= paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found |= paths(item, (*path, index))
    return found


def at(document: Any, path: tuple[str | int, ...]) -> Any:
    """The part of a parsed document under a path."""
    for part in path:
        document = document[part]
    return document


def check(text: str) -> None:
    """Every key has a place, and the text in the place of a value parses to that value."""
    parsed = tomllib.loads(text)
    positions = positions_of(text)
    assert set(positions.keys) == paths(parsed)
    for path, region in positions.values.items():
        spelled = tomllib.loads(f"v = {text[region.start : region.end]}")["v"]
        assert repr(spelled) == repr(at(parsed, path))


def test_every_part_of_a_document_has_its_place() -> None:
    """Keys, dotted keys, headers, arrays of tables, inline tables and all strings are found."""
    check(DOCUMENT)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("default_mesh",), "default_mesh"),
        (("a", "b", "c d"), '"c d"'),
        (("meshes", "prod"), "prod"),
        (("meshes", "prod", "list", 1), "'y'"),
        (("meshes", "prod", "list", 3, "m", "n"), "n"),
        (("e", "ka"), r'"k\u0061"'),
    ],
)
def test_a_key_is_found_as_it_is_spelled(path: tuple[str | int, ...], text: str) -> None:
    """The place of a key is the key itself, also where it is quoted or has escapes."""
    region = positions_of(DOCUMENT).keys[path]
    assert DOCUMENT[region.start : region.end] == text


def test_the_second_table_of_an_array_has_its_own_place() -> None:
    """Tables of an array are told apart."""
    regions = positions_of("[[a]]\n[[a]]\n").keys
    assert regions[("a", 0)].start < regions[("a", 1)].start


keys = st.sampled_from(["a", "b-1", '"a.b"', "'c\"'", '"d\\te"', '""', "1", '"é"'])
scalars = st.sampled_from(
    [
        "1",
        "-0.5e3",
        "true",
        '"x]y}z#,"',
        "'''a''b'''''",
        '"""a\\\n  "" b"""',
        '"\\""',
        "''",
        '""',
        "12:00:00",
        "1979-05-27 07:32:00Z",
    ]
)
blanks = st.sampled_from(["", " ", "\n", " # ]}\n", "\t"])


def arrays(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Arrays with comments and line breaks."""
    parts = st.lists(st.tuples(blanks, items, blanks).map("".join), max_size=3)
    return st.tuples(parts, blanks).map(lambda each: "[" + ",".join(each[0]) + each[1] + "]")


def tables(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Inline tables."""
    pairs = st.lists(st.tuples(keys, items), max_size=3, unique_by=lambda pair: pair[0])
    return pairs.map(lambda each: "{" + ", ".join(f"{key} = {value}" for key, value in each) + "}")


values = st.recursive(scalars, lambda inner: arrays(inner) | tables(inner), max_leaves=6)
headers = st.tuples(st.sampled_from(["[{}]", "[[{}]]", "[ {} ] # x"]), st.lists(keys, min_size=1, max_size=3)).map(
    lambda each: each[0].format(" . ".join(each[1]))
)
lines = st.tuples(keys, values).map(" = ".join) | headers | blanks


@given(st.lists(lines, max_size=8).map("\n".join))
def test_places_agree_with_the_parser(text: str) -> None:
    """For every document that Python's parser takes, the places are those of its keys and values."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    check(text)
