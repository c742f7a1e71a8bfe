from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.traffic import wire
from ztdsl.traffic.request import (
    Chain,
    Destination,
    Http,
    InvalidToken,
    Place,
    Proxy,
    Request,
    Tls,
    Token,
    TokenPlace,
)
from ztdsl.traffic.shown import request_document
from ztdsl.traffic.wire import request_from

CLAIMS = {"iss": "https://auth.example.com", "sub": "u1", "aud": ["orders-api"], "role": "admin"}
TO: dict[str, Any] = {"namespace": "shop", "labels": {"app": "orders"}, "port": 8080}
FULL: dict[str, Any] = {
    "id": "r1",
    "to": {**TO, "ip": "10.4.0.9", "protocol": "http", "proxy": "waypoint", "service": "orders"},
    "peer": "spiffe://cluster.local/ns/web/sa/frontend",
    "tls": "mtls",
    "source_ip": "10.1.2.3",
    "remote_ip": "2001:db8::7",
    "sni": "orders.example.com",
    "http": {
        "method": "GET",
        "path": "/orders/7?x=1",
        "host": "orders.example.com",
        "headers": {"X-A": ["1", "2"], "x-b": "3"},
    },
    "token": CLAIMS,
}


def test_a_request_is_read_whole() -> None:
    """Names of headers are in lower case, a lone line is a list of one."""
    assert request_from(FULL) == Request(
        to=Destination("shop", {"app": "orders"}, 8080, Chain.HTTP, Proxy.WAYPOINT, "10.4.0.9", "orders"),
        peer="spiffe://cluster.local/ns/web/sa/frontend",
        tls=Tls.MTLS,
        source_ip="10.1.2.3",
        remote_ip="2001:db8::7",
        sni="orders.example.com",
        http=Http("GET", "/orders/7?x=1", "orders.example.com", {"x-a": ("1", "2"), "x-b": ("3",)}),
        tokens=(Token(CLAIMS),),
        id="r1",
    )


def test_what_is_left_out_has_a_default() -> None:
    """The connection is plaintext without an identity, raw without a request, and to a sidecar."""
    bare = request_from({"to": {"namespace": "shop"}})
    assert bare == Request(Destination("shop", None, None, Chain.TCP), None, Tls.NONE)
    nulls = {key: None for key in FULL if key != "to"}
    assert request_from({**nulls, "to": {"namespace": "shop", **dict.fromkeys(("labels", "port", "ip"))}}) == bare
    assert request_from({"to": TO, "peer": "spiffe://a"}).tls is Tls.MTLS
    assert request_from({"to": TO, "http": {"method": "GET", "path": "/"}}).to.chain is Chain.HTTP
    assert request_from({"to": {**TO, "protocol": "tcp"}, "http": {"method": "GET", "path": "/"}}).to.chain is Chain.TCP
    assert request_from({"to": TO, "id": 7}).id == "7"


def test_lines_of_one_header_are_put_together() -> None:
    """Whatever the case of its name."""
    http = {"method": "GET", "path": "/", "headers": {"X-A": "1", "x-a": ["2", "3"], "x-b": []}}
    headers = {"x-a": ("1", "2", "3"), "x-b": ()}
    assert request_from({"to": TO, "http": http}).http == Http("GET", "/", None, headers)


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (CLAIMS, (Token(CLAIMS),)),
        ({}, (Token({}),)),
        ([], ()),
        ({"invalid": "expired"}, (InvalidToken("expired"),)),
        ({"claims": CLAIMS}, (Token(CLAIMS),)),
        ({"claims": CLAIMS, "in": {"header": "X-Token"}}, (Token(CLAIMS, TokenPlace(Place.HEADER, "x-token")),)),
        ({"invalid": "x", "in": {"param": "Token"}}, (InvalidToken("x", TokenPlace(Place.PARAM, "Token")),)),
        ([CLAIMS, {"claims": {}, "in": {"cookie": "c"}}], (Token(CLAIMS), Token({}, TokenPlace(Place.COOKIE, "c")))),
    ],
)
def test_a_token_is_its_claims_or_why_it_is_bad(token: object, expected: tuple[object, ...]) -> None:
    """With its place where that is not `Authorization`; several are a list."""
    assert request_from({"to": TO, "token": token}).tokens == expected


def outcome(plain: object) -> Request | str:
    """The request, or the message of the error."""
    try:
        return request_from(plain)
    except ValueError as refused:
        return str(refused)


SECRET = "s3cret"  # noqa: S105 - what must not show


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"to": None}, "`to` is not an object"),
        ({"too": {}}, "`too` is not known; did you mean `to`?"),
        ({"zzz": 1}, "`zzz` is not known"),
        ({"to": {**TO, "lables": {}}}, "`to.lables` is not known; did you mean `to.labels`?"),
        ({"to": {}}, "`to.namespace` is missing"),
        ({"to": {"namespace": ""}}, "`to.namespace` is not a name"),
        ({"to": {"namespace": 7}}, "`to.namespace` is not a name"),
        ({"to": {**TO, "labels": []}}, "`to.labels` is not an object"),
        ({"to": {**TO, "labels": {"a": 1}}}, "`to.labels.a` is not a string"),
        ({"to": {**TO, "labels": {"a": ["x"]}}}, "`to.labels.a` is not a string"),
        ({"to": {**TO, "port": -1}}, "`to.port` is not a number from 0 to 65535"),
        ({"to": {**TO, "port": 65536}}, "`to.port` is not a number from 0 to 65535"),
        ({"to": {**TO, "port": "8080"}}, "`to.port` is not a number from 0 to 65535"),
        ({"to": {**TO, "port": 8080.0}}, "`to.port` is not a number from 0 to 65535"),
        ({"to": {**TO, "port": True}}, "`to.port` is not a number from 0 to 65535"),
        ({"to": {**TO, "port": [1]}}, "`to.port` is not a number from 0 to 65535"),
        ({"to": {**TO, "trusted_proxies": 33}}, "`to.trusted_proxies` is not a number from 0 to 32"),
        ({"to": {**TO, "trusted_proxies": True}}, "`to.trusted_proxies` is not a number from 0 to 32"),
        ({"to": {**TO, "trusted_proxies": 1.0}}, "`to.trusted_proxies` is not a number from 0 to 32"),
        ({"to": {**TO, "protocol": "HTTP"}}, "`to.protocol` is not one of http, tcp"),
        ({"to": {**TO, "proxy": 1}}, "`to.proxy` is not one of sidecar, gateway, waypoint, ztunnel"),
        ({"to": {**TO, "ip": "orders"}}, "`to.ip` is not an IP address"),
        ({"to": {**TO, "service": 1}}, "`to.service` is not a string or null"),
        ({"peer": 1}, "`peer` is not a string or null"),
        ({"tls": "ssl"}, "`tls` is not one of mtls, other, none"),
        ({"source_ip": "10.0.0.0/8"}, "`source_ip` is not an IP address"),
        ({"remote_ip": 1}, "`remote_ip` is not a string or null"),
        ({"sni": []}, "`sni` is not a string or null"),
        ({"id": True}, "`id` is not a string or null"),
        ({"id": 10**5000}, "`id` is not a string or null"),
        ({"http": "GET /"}, "`http` is not an object or null"),
        ({"http": {"path": "/"}}, "`http.method` is missing"),
        ({"http": {"method": 1, "path": "/"}}, "`http.method` is not a string"),
        ({"http": {"method": "GET"}}, "`http.path` is missing"),
        ({"http": {"method": "GET", "path": 1}}, "`http.path` is not a string"),
        ({"http": {"method": "GET", "path": "/", "host": 1}}, "`http.host` is not a string or null"),
        ({"http": {"method": "GET", "path": "/", "header": {}}}, "did you mean `http.headers`?"),
        ({"http": {"method": "GET", "path": "/", "headers": []}}, "`http.headers` is not an object"),
        ({"http": {"method": "GET", "path": "/", "headers": {"x": 1}}}, "`http.headers.x` is not a string or a list"),
        ({"http": {"method": "GET", "path": "/", "headers": {"x": [1]}}}, "`http.headers.x` is not a string or a list"),
        ({"token": SECRET}, "`token` is not an object of claims"),
        ({"token": [{}, SECRET]}, "`token[1]` is not an object of claims"),
        ({"token": {"invalid": 1}}, "`token.invalid` is not a string"),
        ({"token": {"invalid": "x", SECRET: SECRET}}, "`token` has keys beside `invalid` and `in`"),
        ({"token": {"claims": SECRET}}, "`token.claims` is not an object"),
        ({"token": {"claims": {}, SECRET: SECRET}}, "`token` has keys beside `claims` and `in`"),
        ({"token": {"in": {"header": "x"}, "sub": SECRET}}, "`token.claims` is missing"),
        ({"token": {"claims": {}, "in": "header"}}, '`token.in` is not {"header": NAME}'),
        ({"token": {"claims": {}, "in": {"body": SECRET}}}, "`token.in` is not one of header, param, cookie"),
        ({"token": {"claims": {}, "in": {"header": ""}}}, "`token.in.header` is not a name"),
    ],
)
def test_what_is_no_request_is_refused_with_its_place(changed: dict[str, Any], message: str) -> None:
    """However often it comes, and never with what a token holds."""
    for _ in range(2):
        request_from(FULL)
        request_from({"to": {**TO, "trusted_proxies": 1}})
        said = outcome({"to": TO} | changed)
        assert isinstance(said, str)
        assert message in said
        assert SECRET not in said


def test_a_request_without_a_destination_is_none() -> None:
    """Nor is a list of requests."""
    with pytest.raises(ValueError, match="`to` is missing"):
        request_from({"id": "r1"})
    with pytest.raises(ValueError, match="`the request` is not an object"):
        request_from([FULL])


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NEARLY = st.fixed_dictionaries(
    {},
    optional={
        "id": ANY,
        "to": ANY
        | st.fixed_dictionaries(
            {"namespace": st.just("shop") | ANY},
            optional={
                key: st.sampled_from(["http", "ztunnel", 80, 1, True, 1.0]) | ANY
                for key in wire._TO_KEYS - {"namespace"}
            },
        ),
        "peer": ANY,
        "tls": st.sampled_from(["mtls", "none"]) | ANY,
        "source_ip": st.just("10.0.0.1") | ANY,
        "http": ANY
        | st.fixed_dictionaries({"method": st.just("GET")}, optional=dict.fromkeys(("path", "host", "headers"), ANY)),
        "token": ANY | st.fixed_dictionaries({}, optional=dict.fromkeys(("invalid", "claims", "in"), ANY)),
    },
)


@given(ANY | NEARLY)
def test_any_json_is_a_request_or_one_error(plain: object) -> None:
    """An error says where; the same is said again."""
    found = outcome(plain)
    assert isinstance(found, Request) or found.startswith("`")
    assert repr(outcome(plain)) == repr(found)


def test_a_destination_is_made_once() -> None:
    """The next request to it has the same object, which the sender cannot change."""
    plain = json.loads(json.dumps(FULL))
    first = request_from(plain).to
    assert request_from(FULL).to is first
    plain["to"]["labels"]["app"] = "carts"
    assert first.labels == {"app": "orders"}
    assert request_from(plain).to.labels == {"app": "carts"}
    assert request_from({"to": TO}).to is not request_from({"to": TO, "http": {"method": "GET", "path": "/"}}).to


def test_many_destinations_do_not_stay() -> None:
    """Memory is bounded in what a stream brings."""
    for number in range(3 * wire._MOST_KEPT):
        address = f"10.{number % 3}.{number // 256 % 256}.{number % 256}"
        request_from({"to": {"namespace": f"n{number}", "ip": address}, "source_ip": address, "peer": f"p{number}"})
    assert max(map(len, (wire._destinations, wire._addresses, wire._shared))) <= wire._MOST_KEPT


def test_a_gateway_may_say_how_many_proxies_before_it_are_trusted() -> None:
    """None is another number than the mesh's own, and what is shown is read again as the same."""
    gateway = {**TO, "proxy": "gateway"}
    assert request_from({"to": gateway}).to.trusted_proxies is None
    for proxies in (0, 1, 32):
        read = request_from({"to": {**gateway, "trusted_proxies": proxies}})
        assert read.to.trusted_proxies == proxies
        assert request_from(request_document(read)) == read
