"""Checks of single strings: pure, and exact about what Istio, Envoy and Kubernetes take."""

from __future__ import annotations

import pytest

from ztdsl.resolve.addresses import address_problem, canonical_block
from ztdsl.resolve.hosts import has_port, host_problem, server_name_problem
from ztdsl.resolve.names import (
    identity_problem,
    label_problem,
    name_problem,
    service_account_problem,
    trust_domain_problem,
)
from ztdsl.resolve.paths import path_problem
from ztdsl.resolve.ports import port_problem
from ztdsl.resolve.problems import Complaint
from ztdsl.resolve.uris import issuer_problem, key_uri_problem
from ztdsl.resolve.words import (
    claim_header_problem,
    claim_name_problem,
    grpc_method_problem,
    grpc_service_problem,
    header_name_problem,
    header_value_problem,
    literal_problem,
    method_problem,
)
from ztdsl.traffic.mesh import PathNormalization

BASE, NONE = PathNormalization.BASE, PathNormalization.NONE
MERGE, DECODE = PathNormalization.MERGE_SLASHES, PathNormalization.DECODE_AND_MERGE_SLASHES


def _code(complaint: Complaint | None) -> str | None:
    return None if complaint is None else complaint.code


@pytest.mark.parametrize(
    ("path", "normalization", "code"),
    [
        ("/", BASE, None),
        ("/a/b", BASE, None),
        ("/a/", BASE, None),
        ("/a/*", BASE, None),
        ("*.css", BASE, None),
        ("*/a", BASE, None),
        ("/a/{*}", BASE, None),
        ("/a/{*}/b/{**}", BASE, None),
        ("/a/{**}/b", BASE, None),
        ("/a%20b", BASE, None),
        ("/a%2Fb", BASE, None),
        ("/a//b", BASE, None),
        ("/a[b]", BASE, None),
        ("/a/../b", NONE, None),
        ("/a|b", NONE, None),
        ("/%61", NONE, None),
        ("", BASE, "ZT121"),
        ("a", BASE, "ZT121"),
        ("https://a/b", BASE, "ZT121"),
        ("*", BASE, "ZT307"),
        ("/*", BASE, "ZT307"),
        ("**", BASE, "ZT307"),
        ("/a/*/b", BASE, "ZT307"),
        ("*a*", BASE, "ZT307"),
        ("/a*b", BASE, "ZT307"),
        ("/a*", BASE, "ZT312"),
        ("{*}/a", BASE, "ZT308"),
        ("/a/{id}", BASE, "ZT308"),
        ("/a}", BASE, "ZT308"),
        ("/a{*}", BASE, "ZT308"),
        ("/{**}/{*}", BASE, "ZT308"),
        ("/{**}/a/{**}", BASE, "ZT308"),
        ("/a b/{*}", BASE, "ZT308"),
        ("/{*}/a*", BASE, "ZT308"),
        ("/a/{**}/", BASE, "ZT309"),
        ("/a?b", BASE, "ZT310"),
        ("/a#b", BASE, "ZT310"),
        ("/a b", BASE, "ZT310"),
        ("/é", BASE, "ZT310"),
        ("/a%2", BASE, "ZT310"),
        ("/a%zz", BASE, "ZT310"),
        ("/%61", BASE, "ZT310"),
        ("/a/../b", BASE, "ZT310"),
        ("/a/.", BASE, "ZT310"),
        ("/%2e%2e/a", BASE, "ZT310"),
        ("/a\\b", BASE, "ZT310"),
        ('/"a"', BASE, "ZT310"),
        ("/a|b", BASE, "ZT310"),
        ("/a%00", BASE, "ZT310"),
        ("/a//b", MERGE, "ZT310"),
        ("/a%2fb", DECODE, "ZT310"),
        ("/a%5Cb", DECODE, "ZT310"),
    ],
)
def test_paths(path: str, normalization: PathNormalization, code: str | None) -> None:
    """A path that Istio reads otherwise, or that no request can have after normalization, does not compile."""
    assert _code(path_problem(path, normalization)) == code


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("a.example.com", None),
        ("A.example.com", None),
        ("a.example.com:8443", None),
        ("*.example.com", None),
        ("localhost", None),
        ("192.0.2.1", None),
        ("[2001:db8::1]", None),
        ("[2001:db8::1]:8443", None),
        ("https://a", "ZT120"),
        ("a/b", "ZT120"),
        ("", "ZT120"),
        ("a b", "ZT120"),
        ("a:0", "ZT120"),
        ("a:65536", "ZT120"),
        ("a:http", "ZT120"),
        ("a:\u0663", "ZT120"),
        ("[::1", "ZT120"),
        ("[10.0.0.1]", "ZT120"),
        ("-a", "ZT120"),
        ("a" * 64, "ZT120"),
        ("*", "ZT307"),
        ("a.*", "ZT307"),
        ("a*.example.com", "ZT307"),
    ],
)
def test_hosts(host: str, code: str | None) -> None:
    """A name, a suffix or an address, perhaps with a port."""
    assert _code(host_problem(host)) == code


@pytest.mark.parametrize(("host", "expected"), [("a", False), ("a:8443", True), ("[::1]", False), ("[::1]:8443", True)])
def test_ports_of_hosts(host: str, expected: bool) -> None:
    """Colons of an IPv6 address are no port."""
    assert has_port(host) is expected


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a.example.com", None),
        ("*.example.com", None),
        ("A.example.com", "ZT134"),
        ("a:1", "ZT134"),
        ("*", "ZT307"),
        ("a.*", "ZT307"),
    ],
)
def test_server_names(name: str, code: str | None) -> None:
    """Envoy lowers a server name, and it has no port."""
    assert _code(server_name_problem(name)) == code


@pytest.mark.parametrize(
    ("cidr", "code", "written"),
    [
        ("10.0.0.0/8", None, "10.0.0.0/8"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1/32", None, "10.0.0.1"),
        ("2001:DB8::/32", None, "2001:db8::/32"),
        ("2001:db8::1/128", None, "2001:db8::1"),
        ("10.0.0.1/8", "ZT123", ""),
        ("0.0.0.0/0", "ZT123", ""),
        ("::/0", "ZT123", ""),
        ("10.0.0.0/255.0.0.0", "ZT123", ""),
        ("fe80::1%eth0", "ZT123", ""),
        ("10.0.0", "ZT123", ""),
        ("", "ZT123", ""),
        ("010.0.0.1", "ZT123", ""),
    ],
)
def test_addresses(cidr: str, code: str | None, written: str) -> None:
    """Addresses and blocks without stray bits; one way to write each."""
    assert _code(address_problem(cidr)) == code
    if code is None:
        assert canonical_block(cidr) == written


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (1, None),
        (65535, None),
        (15000, "ZT107"),
        (15099, "ZT107"),
        (15100, None),
        (0, "ZT106"),
        (-1, "ZT106"),
        (65536, "ZT106"),
    ],
)
def test_ports(number: int, code: str | None) -> None:
    """Ports of the proxy are not ours; a Service may use their numbers."""
    assert _code(port_problem(number)) == code
    if code == "ZT107":
        assert port_problem(number, is_container=False) is None


@pytest.mark.parametrize(
    ("name", "is_label", "is_account"),
    [
        ("a", True, True),
        ("a-1", True, True),
        ("a" * 63, True, True),
        ("a.b", False, True),
        ("a" * 64, False, True),
        ("a" * 254, False, False),
        ("A", False, False),
        ("-a", False, False),
        ("", False, False),
        ("a\n", False, False),
    ],
)
def test_names(name: str, is_label: bool, is_account: bool) -> None:
    """RFC 1123 labels for services and namespaces, subdomains for service accounts."""
    assert (name_problem("service", name) is None) is is_label
    assert (service_account_problem(name) is None) is is_account


@pytest.mark.parametrize(
    ("key", "value", "is_good"),
    [
        ("app", "a", True),
        ("app.kubernetes.io/name", "A_b.c", True),
        ("app", "", True),
        ("app", "a*", False),
        ("a*", "a", False),
        ("", "a", False),
        ("/a", "a", False),
        ("A.b/c", "a", False),
        ("a/b/c", "a", False),
        ("app", "a" * 64, False),
        ("app", "a\n", False),
    ],
)
def test_labels(key: str, value: str, is_good: bool) -> None:
    """What Kubernetes takes as a label of a pod; Istio knows no wildcards there."""
    assert (label_problem(key, value) is None) is is_good


@pytest.mark.parametrize(
    ("uri", "is_good"),
    [
        ("spiffe://cluster.local/ns/a/sa/b", True),
        ("cluster.local/ns/a/sa/b", False),
        ("spiffe://Cluster.local/ns/a/sa/b", False),
        ("spiffe://cluster.local/ns/a/sa/*", False),
        ("spiffe://cluster.local/sa/a/ns/b", False),
        ("spiffe://cluster.local/ns/a/sa/b/c", False),
        ("spiffe://cluster.local/ns//sa/b", False),
        ("spiffe:///ns/a/sa/b", False),
        (f"spiffe://cluster.local/ns/a/sa/{'b' * 3000}", False),
    ],
)
def test_identities(uri: str, is_good: bool) -> None:
    """Five parts, each well formed."""
    assert (identity_problem(uri) is None) is is_good


@pytest.mark.parametrize(
    ("name", "is_good"),
    [
        ("a", True),
        ("a.b_c-d", True),
        ("A", False),
        ("spiffe://a", False),
        ("", False),
        ("a" * 256, False),
        ("a/b", False),
    ],
)
def test_trust_domains(name: str, is_good: bool) -> None:
    """The grammar of SPIFFE-ID, section 2.1."""
    assert (trust_domain_problem(name) is None) is is_good


@pytest.mark.parametrize(
    ("issuer", "is_good"),
    [
        ("https://a", True),
        ("https://a/", True),
        ("plain", True),
        ("", False),
        ("a b", False),
        ("a*", False),
        ("a\x85", False),
        ("a\u2028", False),
        ("a\ud800", False),
    ],
)
def test_issuers(issuer: str, is_good: bool) -> None:
    """Compared to the letter, so nothing that cannot be seen or that Istio reads as a wildcard."""
    assert (issuer_problem(issuer) is None) is is_good


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("https://a/b", None),
        ("https://a:8443/b?c", None),
        ("http://a/b", "ZT125"),
        ("ftp://a", "ZT124"),
        ("https://", "ZT124"),
        ("https://a:b", "ZT124"),
        ("https://user:secret@a/b", "ZT124"),
        ("https://a b", "ZT124"),
        ("https://é", "ZT124"),
        (f"https://a/{'b' * 2048}", "ZT124"),
        ("https://[", "ZT124"),
    ],
)
def test_key_uris(uri: str, code: str | None) -> None:
    """Fetched by https and without credentials."""
    complaint = key_uri_problem(uri)
    assert _code(complaint) == code
    assert complaint is None or "secret" not in complaint.message


def test_words() -> None:
    """Methods, headers, claims and gRPC names."""
    assert [_code(method_problem(each)) for each in ("GET", "get", "G*", "FETCH", "")] == [None] + ["ZT122"] * 4
    assert [_code(header_name_problem(each)) for each in ("x-a", ":path", "a b", "")] == [None] + ["ZT127"] * 3
    assert [_code(claim_header_problem(each)) for each in ("x_a-1", "x.a", "")] == [None] + ["ZT127"] * 2
    assert [_code(grpc_service_problem(each)) for each in ("a.b.C", "a..b", "1a", "a/b", "")] == [None] + ["ZT133"] * 4
    assert [_code(grpc_method_problem(each)) for each in ("Get", "a.B", "")] == [None] + ["ZT133"] * 2
    assert [_code(claim_name_problem(each)) for each in ("a.b/c", "", "a[b]", "a\n")] == [None] + ["ZT132"] * 3
    assert [_code(literal_problem("ZT132", "x", each)) for each in ("a*b", "", "*a", "a*", "a\x00", "\udc00")] == [
        None,
        "ZT132",
        "ZT307",
        "ZT307",
        "ZT132",
        "ZT132",
    ]


def test_blanks_around_header_values() -> None:
    """Envoy strips them from a whole value; a beginning may end with one, and an end may begin with one."""
    assert _code(header_value_problem("a ")) == "ZT127"
    assert header_value_problem("a ", is_end=False) is None
    assert _code(header_value_problem(" a", is_end=False)) == "ZT127"
    assert header_value_problem(" a", is_start=False) is None
