"""What scalars stand for: YAML 1.1 with the habits of Go."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.manifests import scalars
from ztdsl.manifests.scalars import Scalar, key_text, resolved, tagged


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("NULL", None),
        ("y", True),
        ("On", True),
        ("N", False),
        ("off", False),
        ("yEs", "yEs"),
        ("8080", 8080),
        ("+1", 1),
        ("-1_000", -1000),
        ("010", 8),
        ("0o10", 8),
        ("0x1F", 31),
        ("0b11", 3),
        ("09", 9.0),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", -math.inf),
        ("1:30", "1:30"),
        ("1.2.3", "1.2.3"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("2026-01-01", "2026-01-01"),
        ("-", "-"),
        ("_1", "_1"),
        ("18446744073709551616", 18446744073709551616.0),
    ],
)
def test_a_plain_scalar_is_what_kubectl_reads(text: str, value: Scalar) -> None:
    """Booleans of one letter, octal numbers and exponents count, base 60 and dates do not."""
    assert resolved(text) == value
    assert type(resolved(text)) is type(value)


@given(st.text(max_size=30))
def test_every_text_stands_for_something(text: str) -> None:
    """No text is too odd, and reading it twice gives the same."""
    assert repr(resolved(text)) == repr(resolved(text))


def test_what_was_met_before_is_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with a million different words does not fill the memory."""
    monkeypatch.setattr(scalars, "_MOST_KNOWN", 10)
    for number in range(100):
        resolved(f"word-{number}")
    assert len(scalars.KNOWN) <= 10


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("str", "8080", "8080"),
        ("int", "8080", 8080),
        ("bool", "on", True),
        ("binary", "aGk=", "hi"),
        ("null", "", None),
    ],
)
def test_a_tag_says_the_type(name: str, text: str, value: Scalar) -> None:
    """YAML's own tags are followed."""
    assert tagged(f"tag:yaml.org,2002:{name}", text) == value


@pytest.mark.parametrize(
    ("tag", "text"), [("!vault", "x"), ("tag:yaml.org,2002:int", "x"), ("tag:yaml.org,2002:python/name:os", "x")]
)
def test_other_tags_are_refused(tag: str, text: str) -> None:
    """No tag of another tool means anything in a manifest."""
    with pytest.raises(ValueError, match=r"no meaning|is not"):
        tagged(tag, text)


@pytest.mark.parametrize(("key", "name"), [("a", "a"), (True, "true"), (False, "false"), (8080, "8080"), (9.0, "9")])
def test_a_key_has_the_name_that_json_gives_it(key: Scalar, name: str) -> None:
    """The port 8080 and the word `on` are keys as well."""
    assert key_text(key) == name


def test_a_key_cannot_be_null() -> None:
    """An empty key is a slip."""
    with pytest.raises(ValueError, match="null"):
        key_text(None)
