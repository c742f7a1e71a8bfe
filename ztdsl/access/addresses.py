"""Addresses at the borders of blocks.

Blocks lie within each other or apart, so that what a set of blocks tells apart shows at their first and last addresses
and at the ones beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.traffic.addresses import Address, parse_block

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ADDRESSES: Final = "addresses "
"""What stands before a block in words."""


def at_borders(blocks: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Each address with the block that it lies at the border of; None for those beside one."""
    outside: dict[str, None] = {}
    for block in dict.fromkeys(blocks):
        try:
            address, length = parse_block(block)
        except ValueError:
            continue
        size = 1 << (address.bits - length)
        first = address.value & ~(size - 1)
        inner = first + 1 if size > 2 else first  # noqa: PLR2004 - an address of a host, where there is one
        for value in dict.fromkeys((inner, first, first + size - 1)):
            yield Address(address.bits, value).text, block
        for value in (first - 1, first + size):
            if 0 <= value < 1 << address.bits:
                outside[Address(address.bits, value).text] = None
    for text in outside:
        yield text, None
