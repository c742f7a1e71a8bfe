"""Addresses of key servers, judged without asking them."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from ztdsl.keys.address import is_in_cluster, is_public, judge_address


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses(address: str) -> None:
    """In both families, and carried by one another."""
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to be refused
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::",
        "::1",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    """Loopback, private, link-local, shared, documentation, multicast, and those that carry one of them."""
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("keys", True),
        ("keys.shop.svc", True),
        ("keys.shop.svc.cluster.local", True),
        ("keys.shop.svc.cluster.local.", True),
        ("login.example.com", False),
        ("svc.example.com", False),
        ("localhost", False),
        ("10.1.2.3", False),
        ("", False),
    ],
)
def test_hosts_of_the_cluster(host: str, inside: bool) -> None:
    """A lone label or a Service's name."""
    assert is_in_cluster(host) is inside


@pytest.mark.parametrize(
    ("uri", "count"),
    [
        ("https://login.example.com/jwks", 0),
        ("http://login.example.com/jwks", 1),
        ("https://10.1.2.3/jwks", 1),
        ("https://[fd00::1]/jwks", 1),
        ("http://keys.shop.svc/jwks", 2),
    ],
)
def test_what_is_said_of_an_address(uri: str, count: int) -> None:
    """One finding for each reason."""
    assert [finding.code for finding in judge_address(uri, None)] == ["ZT778"] * count
