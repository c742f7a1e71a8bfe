"""What Go takes as a duration, a number and an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.istio.golang.values import duration, is_address, is_port, is_prefix, is_signed_number, port_key


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0", 0),
        ("-0", 0),
        ("5s", 5_000_000_000),
        ("+1.5h30m", 7_200_000_000_000),
        ("-1ms", -1_000_000),
        (".5s", 500_000_000),
        ("5.s", 5_000_000_000),
        ("1µs1μs1us", 3_000),
        ("1.0000000019s", 1_000_000_001),
        ("9223372036854775807ns", 2**63 - 1),
        ("-9223372036854775808ns", -(2**63)),
        ("9223372036854775808ns", None),
        ("9223372036854775807ns1ns", None),
        ("99999999999999999999s", None),
        ("2562048h", None),
        *((text, None) for text in ("", "+", "5", "s", ".s", "5 s", "1d", "--5s", "1e3s", "5s ", "\u0665s")),
    ],
)
def test_durations_are_those_of_go(text: str, nanoseconds: int | None) -> None:
    """A duration has a unit after each number; the smallest one is a whole nanosecond."""
    assert duration(text) == nanoseconds


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_duration_in_nanoseconds_is_itself(number: int) -> None:
    """No range is lost."""
    assert duration(f"{number}ns") == number


@given(st.text())
def test_no_text_is_too_odd(text: str) -> None:
    """Each function answers, whatever the text is."""
    duration(text)
    is_port(text)
    is_address(text)
    is_prefix(text)
    is_signed_number(text)
    port_key(text)


@pytest.mark.parametrize("text", ["0", "80", "080", "65535", "0" * 5000 + "80"])
def test_a_port_may_have_leading_zeros(text: str) -> None:
    """Any number of them."""
    assert is_port(text)


@pytest.mark.parametrize("text", ["", "65536", "-1", "+1", "1e2", "0x50", " 80", "8_0", "٨٠", "80\n"])
def test_other_ports_are_none(text: str) -> None:
    """Signs, ranges and other digits are refused."""
    assert not is_port(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("80", 80), (" 80\n", 80), ('"80"', 80), ("null", 0), ("0", 0), ("4294967295", 2**32 - 1)]
    + [(text, None) for text in ("", "080", "-1", "+80", "80.0", "8e1", "4294967296", "http", '""', "1" * 5000)],
)
def test_the_key_of_a_port_is_read_as_json(text: str, number: int | None) -> None:
    """As a number of 32 bits, perhaps in quotes."""
    assert port_key(text) == number


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("80", True), ("+080", True), ("-9223372036854775808", True), ("9223372036854775807", True)]
    + [(text, False) for text in ("", "+", "-9223372036854775809", "9223372036854775808", " 1", "1.0", "--1")],
)
def test_signed_numbers_have_64_bits(text: str, *, is_one: bool) -> None:
    """Of either sign."""
    assert is_signed_number(text) is is_one


@pytest.mark.parametrize("text", ["10.0.0.1", "::", "fe80::1%eth0", "fe80::1%a%b", "::ffff:1.2.3.4", "1:2:3:4:5:6:7::"])
def test_addresses(text: str) -> None:
    """One of version 6 may have a zone."""
    assert is_address(text)
    assert not is_prefix(text)


@pytest.mark.parametrize(
    "text", ["", "10.0.0", "010.0.0.1", "1.2.3.4%a", "fe80::1%", "[::1]", "10.0.0.0/8", "\uff11.2"]
)
def test_what_is_no_address(text: str) -> None:
    """Zones of version 4, leading zeros and brackets are refused."""
    assert not is_address(text)


@pytest.mark.parametrize("text", ["10.0.0.9/8", "0.0.0.0/0", "::/128", "::ffff:1.2.3.4/96"])
def test_prefixes(text: str) -> None:
    """Bits of the host may be set."""
    assert is_prefix(text)


@pytest.mark.parametrize("text", ["10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/", "/8", "fe80::1%a/64", "1.2.3.4/8/8"])
def test_what_is_no_prefix(text: str) -> None:
    """Zones, signs and too many bits are refused."""
    assert not is_prefix(text)
