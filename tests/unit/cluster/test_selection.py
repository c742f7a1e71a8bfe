"""Durations, as `kubectl` reads them."""

from __future__ import annotations

import pytest

from ztdsl.cluster.selection import is_namespace, seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [("30", 30), ("0", 0), ("30s", 30), ("1m30s", 90), ("500ms", 0.5), ("1.5h", 5400), ("2us", 2e-6), ("2µs", 2e-6)],
)
def test_durations_are_those_of_kubectl(text: str, expected: float) -> None:
    """A bare number is seconds; numbers with units add up."""
    assert seconds(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "s", "30 s", "30sec", "-1s", "1,5s", "1s2", "\u0663", "1m 30s", "1d"])
def test_anything_else_is_no_duration(text: str) -> None:
    """What `kubectl` would not read either is refused before it is started."""
    with pytest.raises(ValueError, match="no duration"):
        seconds(text)


@pytest.mark.parametrize(
    ("name", "expected"), [("shop", True), ("a", True), ("a-1", True), ("-a", False), ("a.b", False)]
)
def test_namespaces_have_the_names_of_labels(name: str, expected: bool) -> None:
    """Dots and capitals are for other kinds of names."""
    assert is_namespace(name) is expected
