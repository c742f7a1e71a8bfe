"""What Go's standard library takes as a boolean, a number, a duration and an address.

Sources: Go `strconv`, `time.ParseDuration`, `net/netip`, `encoding/json`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

_MOST: Final = 2**63
_HIGHEST_PORT: Final = 65535
_HIGHEST_UINT32: Final = 2**32 - 1

_PART: Final = re.compile(r"([0-9]*)(?:(\.)([0-9]*))?(ns|us|µs|μs|ms|s|m|h)")
_UNITS: Final = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_DIGITS: Final = re.compile(r"[0-9]+")
_JSON_NUMBER: Final = re.compile(r"[ \t\n\r]*(0|[1-9][0-9]{0,9})[ \t\n\r]*")
_JSON_NULL: Final = re.compile(r"[ \t\n\r]*null[ \t\n\r]*")
_IPV6_BITS: Final = 128
_BITS: Final = re.compile(r"0|[1-9][0-9]{0,2}")


@lru_cache(1 << 12)
def duration(text: str) -> int | None:
    """The nanoseconds of a duration such as `-1.5h30m`, parts of them cut off; None if it is none."""
    negative = text.startswith("-")
    rest = text[1:] if text[:1] in {"+", "-"} else text
    if rest == "0":
        return 0
    total = 0
    start = 0
    while True:
        part = _PART.match(rest, start)
        if part is None or not (part[1] or part[3]):
            return None
        length = _part_length(part)
        total += length
        if max(length, total) > _MOST:
            return None
        start = part.end()
        if start == len(rest):
            break
    if negative:
        return -total
    return total if total < _MOST else None


def _part_length(part: re.Match[str]) -> int:
    """The nanoseconds of a number with its unit, or more than there can be."""
    unit = _UNITS[part[4]]
    whole = part[1].lstrip("0")
    if len(whole) > len(str(_MOST)):
        return _MOST + 1
    fraction, scale = 0, 1.0
    for digit in part[3] or "":
        longer = fraction * 10 + int(digit)
        if fraction > (_MOST - 1) // 10 or longer > _MOST:
            break
        fraction, scale = longer, scale * 10
    return int(whole or "0") * unit + int(fraction * (unit / scale))


def is_port(text: str) -> bool:
    """Whether `text` is a decimal number up to 65535, perhaps with leading zeros."""
    return _DIGITS.fullmatch(text) is not None and _below(text, _HIGHEST_PORT)


def _below(digits: str, highest: int) -> bool:
    number = digits.lstrip("0")
    return len(number) <= len(str(highest)) and int(number or "0") <= highest


def port_key(text: str) -> int | None:
    """The number that a JSON key is for protobuf, None if it is none; `null` is 0."""
    bare = text[1:-1] if len(text) > 1 and text.startswith('"') and text.endswith('"') else text
    if number := _JSON_NUMBER.fullmatch(bare):
        return int(number[1]) if int(number[1]) <= _HIGHEST_UINT32 else None
    return 0 if _JSON_NULL.fullmatch(bare) else None


def is_signed_number(text: str) -> bool:
    """Whether `text` is a decimal number of 64 bits, perhaps with a sign."""
    digits = text[1:] if text[:1] in {"+", "-"} else text
    return _DIGITS.fullmatch(digits) is not None and _below(digits, _MOST if text.startswith("-") else _MOST - 1)


def is_address(text: str) -> bool:
    """Whether `text` is an IP address; one of version 6 may have a zone."""
    address, percent, zone = text.partition("%")
    if percent:
        return bool(zone) and _longest_prefix(address) == _IPV6_BITS
    return _longest_prefix(text) > 0


def is_prefix(text: str) -> bool:
    """Whether `text` is an address without a zone, and the number of its bits that count."""
    address, _, bits = text.rpartition("/")
    longest = _longest_prefix(address)
    return longest > 0 and _BITS.fullmatch(bits) is not None and int(bits) <= longest


def _longest_prefix(address: str) -> int:
    """The bits of an address; 0 for what is none, or has a zone."""
    try:
        if ":" not in address:
            return IPv4Address(address).max_prefixlen
        return 0 if "%" in address else IPv6Address(address).max_prefixlen
    except AddressValueError:
        return 0
