"""IP addresses and blocks as integers, and the address that a proxy takes for the original client's."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BITS_V4 = 32
BITS_V6 = 128


class Address(NamedTuple):
    """An address as its family's width in bits and its value; families never match each other."""

    bits: int
    value: int

    @property
    def text(self) -> str:
        """The address as it is written."""
        return str(IPv4Address(self.value) if self.bits == BITS_V4 else IPv6Address(self.value))


def parse_address(text: str) -> Address:
    """The address that `text` spells.

    Raises:
        ValueError: `text` is no IPv4 or IPv6 address.
    """
    parsed = ip_address(text)
    return Address(BITS_V4 if parsed.version == 4 else BITS_V6, int(parsed))  # noqa: PLR2004 - the family


def parse_block(text: str) -> tuple[Address, int]:
    """The address and the length of its prefix that `text` spells; an address alone is a block of one.

    The spelling is that of Go's `netip.ParsePrefix`: no netmask, no sign and no leading zero in the length.

    Raises:
        ValueError: `text` is neither an address nor a block.
    """
    host, slash, length = text.partition("/")
    address = parse_address(host)
    if not slash:
        return address, address.bits
    if "%" in host or not length.isdecimal() or not length.isascii() or (length[0] == "0" and length != "0"):
        msg = f"{text!r} is no block of addresses"
        raise ValueError(msg)
    if int(length) > address.bits:
        msg = f"{text!r} has more bits than an address of its family"
        raise ValueError(msg)
    return address, int(length)


def within(blocks: Sequence[str]) -> Callable[[Address], bool]:
    """A predicate: whether an address lies in any of `blocks`, in time that depends on the distinct lengths only.

    Raises:
        ValueError: one of them is no block.
    """
    by_length: dict[tuple[int, int], set[int]] = {}
    for text in blocks:
        address, length = parse_block(text)
        shift = address.bits - length
        by_length.setdefault((address.bits, shift), set()).add(address.value >> shift)
    tables = tuple((bits, shift, frozenset(values)) for (bits, shift), values in sorted(by_length.items()))

    def contains(address: Address) -> bool:
        bits, value = address
        return any(family == bits and value >> shift in values for family, shift, values in tables)

    return contains


def forwarded_address(lines: Sequence[str], skip: int) -> str | None:
    """The entry of X-Forwarded-For before the last `skip` ones; None where there is none or it is no address.

    Lines of one header are one list. Source: Envoy `Utility::getLastAddressFromXFF`.
    """
    entries = ",".join(lines).split(",") if lines else []
    if len(entries) <= skip:
        return None
    entry = entries[-1 - skip].strip(" \t")
    try:
        parse_address(entry)
    except ValueError:
        return None
    return entry


def remote_address(direct: str | None, lines: Sequence[str], *, is_gateway: bool, trusted_proxies: int) -> str | None:
    """What a proxy takes for the address of the original client.

    A gateway believes as many entries of X-Forwarded-For, counted from the last, as proxies before it are trusted; a
    sidecar or a waypoint believes the last one, whoever wrote it. Where the entry is absent or no address, it is
    `direct`, the peer of the connection. Source: Envoy `ConnectionManagerUtility::mutateRequestHeaders`.

    Attributes:
        direct: the address of the connection's peer; None where it is not known.
        lines: the lines of X-Forwarded-For as the proxy received them.
        is_gateway: whether the proxy is a gateway.
        trusted_proxies: how many proxies before a gateway are trusted.
    """
    if is_gateway:
        if trusted_proxies == 0:
            return direct
        return forwarded_address(lines, trusted_proxies - 1) or direct
    return forwarded_address(lines, 0) or direct
