"""Methods, paths, hosts, headers and server names as rules compare them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.simulate.asked import api, decided, frontend, gateway, model_of, orders, passthrough, verdict, web
from ztdsl import Anyone, AnyRequest, Header, Http, Prefix, Present, Suffix, allow, allow_tcp, deny
from ztdsl.simulate.requests import is_host, is_path, is_server_name
from ztdsl.traffic.mesh import Mesh, PathNormalization
from ztdsl.traffic.request import Chain, Tls


def _is_let_in(what: Http, **asked: Any) -> bool:
    return verdict(model_of(allow(frontend, to=orders.at(api), http=what, because="r")), **asked) == "allow"


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/orders", "/orders", True),
        ("/orders", "/orders/", False),
        ("/orders", "/ORDERS", False),
        ("/orders/*", "/orders/", True),
        ("/orders/*", "/orders", False),
        ("*.css", "/a/b.css", True),
        ("*.css", "/b.css/x", False),
        ("/orders/{*}/items", "/orders/7/items", True),
        ("/orders/{*}/items", "/orders//items", False),
        ("/files/{**}", "/files/", True),
        ("/files/{**}", "/files", False),
        ("/files/{**}", "/files/a[b]", False),
    ],
)
def test_paths_are_compared_as_the_language_says(pattern: str, path: str, *, expected: bool) -> None:
    """Exact, below a prefix, with a suffix, and templates whose wildcards take no bracket."""
    assert is_path(pattern, path) is expected


def test_paths_are_normalized_first() -> None:
    """Dot segments never lead around a refusal, the query takes no part, and slashes merge where the mesh says so."""
    what = Http(paths=["/orders"])
    assert _is_let_in(what, path="/x/../orders?q=/../a")
    assert not _is_let_in(what, path="//orders")
    merging = Mesh(path_normalization=PathNormalization.MERGE_SLASHES)
    model = model_of(allow(frontend, to=orders.at(api), http=what, because="r"), mesh=merging)
    assert verdict(model, path="//orders") == "allow"


def test_a_path_on_which_proxies_differ_is_unknown_where_it_matters() -> None:
    """Rules without paths do not mind."""
    path = "/a/..;/orders"
    rule = allow(frontend, to=orders.at(api), http=Http(paths=["/orders"]), because="r")
    assert verdict(model_of(rule), path=path) == "unknown"
    every = allow(frontend, to=orders.at(api), http=AnyRequest(), because="r")
    assert verdict(model_of(every), path=path) == "allow"


@pytest.mark.parametrize(
    ("pattern", "host", "expected"),
    [
        ("shop.example.com", "shop.example.com", (True, True)),
        ("shop.example.com", "shop.example.com:1", (True, True)),
        ("shop.example.com", "shop.example.com.", (False, True)),
        ("shop.example.com", "shop.example.com.:80", (False, True)),
        ("shop.example.com", "xshop.example.com", (False, False)),
        ("shop.example.com:8443", "shop.example.com:8443", (True, True)),
        ("shop.example.com:8443", "shop.example.com", (False, False)),
        ("*.example.com", "a.example.com", (True, True)),
        ("*.example.com", "a.example.com:80", (True, True)),
        ("*.example.com", "a.example.com:81", (False, False)),
        ("*.example.com", "example.com", (False, False)),
        ("192.0.2.1", "192.0.2.1.", (False, False)),
        ("[2001:db8::1]", "[2001:db8::1]:80", (True, True)),
        ("[2001:db8::1]:8443", "[2001:db8::1]", (False, False)),
    ],
)
def test_a_host_means_any_port(pattern: str, host: str, expected: tuple[bool, bool]) -> None:
    """A host without a port takes all of them, below a star the known ones; a refusal takes the final dot, too."""
    ports = frozenset({80, 8080})
    assert (is_host(pattern, host, ports, is_refused=False), is_host(pattern, host, ports, is_refused=True)) == expected


def test_hosts_are_compared_without_case_and_with_the_ports_of_services() -> None:
    """Clients may write a host in any case, and know the port by its Service's number."""
    assert _is_let_in(Http(hosts=["*.example.com"]), host="SHOP.Example.com:80")
    assert not _is_let_in(Http(hosts=["*.example.com"]), host="shop.example.com:81")
    assert not _is_let_in(Http(not_hosts=["shop.example.com"]), host="shop.example.com.")
    refusing = deny(web, to=orders.at(api), http=Http(hosts=["shop.example.com"]), because="r")
    every = allow(frontend, to=orders.at(api), http=AnyRequest(), because="r")
    assert verdict(model_of(refusing, every), host="shop.example.com.") == "deny"
    answer = decided(model_of(refusing, every), host=None)
    assert (answer.verdict, answer.reason) == ("unknown", "the host that was asked for is not known")


def test_each_line_of_a_header_counts_by_itself() -> None:
    """One line is enough to match, and one is enough to be excepted; empty headers are present."""
    what = Http(headers=[Header("X-Team", any_of=[Prefix("a"), Suffix("z")], none_of=["ax"])])
    for lines, expected in {("a",): True, ("b", "bz"): True, ("a", "ax"): False, ("b",): False, (): False}.items():
        assert _is_let_in(what, headers={"x-team": lines} if lines else {}) is expected
    assert _is_let_in(Http(headers=[Header("x-team", any_of=[Present()])]), headers={"x-team": ("",)})
    assert _is_let_in(Http(headers=[Header("x-team", none_of=["a"])]))


def test_every_part_of_a_request_must_hold() -> None:
    """Methods, paths and hosts of one request go together, and so do what is excepted."""
    what = Http(methods=["GET"], paths=["/a/*"], hosts=["shop.example.com"], not_paths=["/a/b"])
    assert _is_let_in(what, path="/a/c")
    for asked in ({"path": "/a/b"}, {"path": "/a/c", "method": "POST"}, {"path": "/a/c", "host": "example.com"}):
        assert not _is_let_in(what, **asked)
    assert not _is_let_in(Http(not_methods=["GET"]))


def test_server_names_end_where_a_star_says() -> None:
    """Any name will do where none is named, and none where no name was sent."""
    assert is_server_name((), "")
    assert is_server_name(("*.example.com",), "db.example.com")
    assert not is_server_name(("*.example.com",), "example.com")
    assert not is_server_name(("db.example.com",), "")


def test_plaintext_carries_no_server_name() -> None:
    """A server name is a part of a TLS handshake (RFC 6066, section 3)."""
    rule = allow_tcp(Anyone(), to=gateway.at(passthrough), server_names=["db.example.com"], because="r")
    tcp: dict[str, Any] = {"to": gateway, "port": 8444, "chain": Chain.TCP, "peer": None, "sni": "db.example.com"}
    assert verdict(model_of(rule), tls=Tls.OTHER, **tcp) == "allow"
    assert verdict(model_of(rule), tls=Tls.NONE, **tcp) == "refused"
