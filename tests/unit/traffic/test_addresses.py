from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.traffic.addresses import forwarded_address, parse_address, parse_block, remote_address, within


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "1.2.3",
        "1.2.3.04",
        "10.0.0.0/08",
        "10.0.0.0/33",
        "10.0.0.0/255.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/+8",
        "::/129",
        "fe80::1%eth0/64",
    ],
)
def test_what_go_takes_for_no_block_is_none(text: str) -> None:
    """Python's own reading is wider: it takes netmasks, for one."""
    with pytest.raises(ValueError, match=r".*"):
        parse_block(text)


def test_families_never_match_each_other() -> None:
    """The whole IPv4 space holds no IPv6 address, and the reverse."""
    assert within(["0.0.0.0/0"])(parse_address("1.2.3.4"))
    assert not within(["0.0.0.0/0"])(parse_address("::1"))
    assert not within(["::/0"])(parse_address("1.2.3.4"))
    assert not within(["1.2.3.4"])(parse_address("::ffff:1.2.3.4"))


def test_an_address_is_a_block_of_one_and_host_bits_are_cut() -> None:
    """`10.1.2.3/16` is all of `10.1.0.0/16`."""
    assert within(["10.1.2.3"])(parse_address("10.1.2.3"))
    assert not within(["10.1.2.3"])(parse_address("10.1.2.4"))
    assert within(["10.1.2.3/16"])(parse_address("10.1.200.9"))


@given(st.ip_addresses(v=4), st.integers(0, 32), st.ip_addresses(v=6), st.integers(0, 128), st.ip_addresses())
def test_blocks_hold_what_the_standard_library_says(
    four: object, short: int, six: object, long: int, one: object
) -> None:
    """Containment is that of `ipaddress`."""
    blocks = [f"{four}/{short}", f"{six}/{long}"]
    expected = any(ip_address(str(one)) in ip_network(block, strict=False) for block in blocks)
    assert within(blocks)(parse_address(str(one))) is expected


@given(st.ip_addresses())
def test_an_address_is_written_as_it_was_read(one: object) -> None:
    """Text and value are one to one."""
    assert parse_address(str(one)).text == str(one)


@pytest.mark.parametrize(
    ("lines", "gateway", "trusted", "expected"),
    [
        ([], False, 0, "9.9.9.9"),
        (["2.2.2.2, 1.1.1.1"], False, 0, "1.1.1.1"),
        (["1.1.1.1", "2.2.2.2"], False, 0, "2.2.2.2"),
        (["1.1.1.1, nonsense"], False, 0, "9.9.9.9"),
        (["1.1.1.1,"], False, 0, "9.9.9.9"),
        (["1.1.1.1:80"], False, 0, "9.9.9.9"),
        (["1.1.1.1"], True, 0, "9.9.9.9"),
        (["2.2.2.2, 1.1.1.1"], True, 1, "1.1.1.1"),
        (["2.2.2.2, 1.1.1.1"], True, 2, "2.2.2.2"),
        (["2.2.2.2, 1.1.1.1"], True, 3, "9.9.9.9"),
        (["2001:db8::1"], True, 1, "2001:db8::1"),
        (["2.2.2.2, 1.1.1.1"], False, 5, "1.1.1.1"),
    ],
)
def test_the_original_client_follows_from_the_entries_that_are_trusted(
    lines: list[str], gateway: bool, trusted: int, expected: str
) -> None:
    """A gateway counts its trusted proxies from the end; other proxies believe the last entry."""
    assert remote_address("9.9.9.9", lines, is_gateway=gateway, trusted_proxies=trusted) == expected


def test_without_the_peer_only_an_entry_says_who_the_client_is() -> None:
    """Nothing is made up where neither is known."""
    assert remote_address(None, ["1.1.1.1"], is_gateway=False, trusted_proxies=0) == "1.1.1.1"
    assert remote_address(None, ["x"], is_gateway=False, trusted_proxies=0) is None
    assert remote_address(None, ["1.1.1.1"], is_gateway=True, trusted_proxies=0) is None
    assert forwarded_address([], 0) is None
