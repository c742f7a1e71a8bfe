"""Addresses on both sides of the borders of blocks."""

from __future__ import annotations

from ztdsl.access.addresses import at_borders


def test_the_ends_of_a_block_and_what_lies_beside_them() -> None:
    """An address of a host first, both ends, and outside of both."""
    assert list(at_borders(["10.0.0.0/30"])) == [
        ("10.0.0.1", "10.0.0.0/30"),
        ("10.0.0.0", "10.0.0.0/30"),
        ("10.0.0.3", "10.0.0.0/30"),
        ("9.255.255.255", None),
        ("10.0.0.4", None),
    ]


def test_the_whole_of_a_family_has_no_outside() -> None:
    """Nothing lies before the first address or behind the last."""
    assert {text for text, block in at_borders(["0.0.0.0/0"]) if block is None} == set()


def test_single_addresses_and_nonsense() -> None:
    """An address is a block of one, and what is no block is passed over."""
    assert [text for text, block in at_borders(["::1", "nonsense"]) if block] == ["::1"]
