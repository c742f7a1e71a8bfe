"""Hosts, methods and headers."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.topics.shape import HOST, Plain, Topic, allow, deny, get, operation, when

HOSTS = (
    "shop.example",
    "Shop.Example",
    "shop.example:443",
    "shop.example:8080",
    "shop.example.",
    "a.shop.example",
    "a.b.shop.example",
    "a.shop.example:80",
    "xshop.example",
    "shop.example.com",
    "10.0.0.1",
    "10.0.0.1:8080",
    "[fd00::1]:8080",
    "other",
)
HOST_PATTERNS = (
    "shop.example",
    "SHOP.example",
    "shop.example:*",
    "*.shop.example",
    "shop.*",
    "*",
    "shop.example:443",
    "10.0.0.1",
    "*:8080",
    "sh*p.example",
)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "FOO")
METHOD_PATTERNS = ("GET", "P*", "*T", "*", "get", "HEAD")
LINES: tuple[dict[str, list[str]], ...] = (
    {},
    {"x-team": ["a"]},
    {"X-Team": ["a"]},
    {"x-team": ["A"]},
    {"x-team": ["b"]},
    {"x-team": ["a", "b"]},
    {"x-team": ["b", "a"]},
    {"x-team": ["a,b"]},
    {"x-team": ["b,a"]},
    {"x-team": ["ab"]},
    {"x-team": ["ba"]},
    {"x-team": [""]},
    {"x-team": ["  a  "]},
    {"x-team": ["a b"]},
    {"x-team": ["", "a"]},
    {"x-other": ["a"]},
)
OVER: tuple[Plain, ...] = ({}, {"over": "h2"})
HEADER_PATTERNS = ("a", "a*", "*a", "*", "a,b", "A", "a*b")


def topics() -> Iterator[Topic]:
    """Each pattern alone, negated, and in a DENY."""
    yield from _hosts()
    yield from _methods()
    yield from _headers()
    yield from _odd()


def _hosts() -> Iterator[Topic]:
    requests = [get(host=host) for host in HOSTS]
    for pattern in HOST_PATTERNS:
        yield Topic(f"hosts/allow {pattern}", [allow(operation(hosts=[pattern]))], requests)
    yield Topic("hosts/allow all but one", [allow(operation(notHosts=["shop.example"]))], requests)
    yield Topic("hosts/allow all but a suffix", [allow(operation(notHosts=["*.shop.example"]))], requests)
    yield Topic("hosts/deny one", [deny(operation(hosts=["shop.example", "shop.example:*"]))], requests)
    yield Topic("hosts/deny all but one", [deny(operation(notHosts=["shop.example"]))], requests)
    yield Topic("hosts/h2", [allow(operation(hosts=["shop.example"]))], [r | {"over": "h2"} for r in requests])


def _methods() -> Iterator[Topic]:
    requests = [get(method=method) for method in METHODS]
    for pattern in METHOD_PATTERNS:
        yield Topic(f"methods/allow {pattern}", [allow(operation(methods=[pattern]))], requests)
    yield Topic("methods/allow all but", [allow(operation(notMethods=["GET", "P*"]))], requests)
    yield Topic("methods/deny two", [deny(operation(methods=["DELETE", "PUT"]))], requests)
    yield Topic("methods/deny all but", [deny(operation(notMethods=["GET"]))], requests)
    over = [get(method=method, over="h2") for method in ("GET", "POST", "DELETE", "HEAD")]
    yield Topic("methods/h2", [allow(operation(methods=["GET"]))], over)
    grpc = [
        get(path, method="POST", headers={"content-type": [kind]}, **more)
        for path in ("/shop.Orders/Get", "/shop.Orders/List", "/shop.Orders")
        for kind in ("application/grpc", "application/grpc+proto", "application/json")
        for more in OVER
    ]
    yield Topic("methods/grpc", [allow(operation(methods=["POST"], paths=["/shop.Orders/Get"]))], grpc)
    yield Topic("methods/grpc refused by GET", [allow(operation(methods=["GET"]))], grpc)
    yield Topic("methods/grpc denied", [deny(operation(paths=["/shop.Orders/List"]))], grpc)


def _headers() -> Iterator[Topic]:
    requests = [get(headers=lines) for lines in LINES]
    key = "request.headers[X-Team]"
    for pattern in HEADER_PATTERNS:
        yield Topic(f"headers/allow {pattern}", [allow(when(key, [pattern]))], requests)
        yield Topic(f"headers/allow all but {pattern}", [allow(when(key, but=[pattern]))], requests)
    yield Topic("headers/deny one", [deny(when(key, ["a", "b*"]))], requests)
    yield Topic("headers/deny without", [deny(when(key, but=["*"]))], requests)
    yield Topic("headers/prefix but not", [allow(when(key, ["a*"], ["ab*"]))], requests)
    cookies = [get(headers={"cookie": lines}) for lines in (["a=b"], ["a=b; c=d"], ["c=d; a=b"], ["a=b", "c=d"], [""])]
    yield Topic("headers/cookie", [allow(when("request.headers[cookie]", ["a=b"]))], [get(), *cookies])
    paths = [get(path) for path in ("/foo", "/foo?x", "/a/../foo", "/foo#a", "/fooo", "/%66oo")]
    yield Topic("headers/:path", [allow(when("request.headers[:path]", ["/foo"]))], paths)
    methods = [get(method=method) for method in ("GET", "POST")]
    yield Topic("headers/:method", [allow(when("request.headers[:method]", ["GET"]))], methods)
    hosts = [get(host=host) for host in HOSTS[:6]]
    yield Topic("headers/:authority", [allow(when("request.headers[:authority]", ["shop.example"]))], hosts)
    yield Topic("headers/two conditions", [allow(_two())], [get(headers=lines) for lines in _PAIRS])


_PAIRS: tuple[dict[str, list[str]], ...] = (
    {},
    {"x-a": ["1"]},
    {"x-b": ["2"]},
    {"x-a": ["1"], "x-b": ["2"]},
    {"x-a": ["2"], "x-b": ["1"]},
    {"x-a": ["1"], "x-b": ["9"]},
)


def _two() -> dict[str, list[dict[str, object]]]:
    return {
        "when": [
            {"key": "request.headers[x-a]", "values": ["1"]},
            {"key": "request.headers[x-b]", "values": ["2"], "notValues": ["9"]},
        ]
    }


def _odd() -> Iterator[Topic]:
    """What a client seldom sends, and Envoy itself may refuse."""
    paths: tuple[str, ...] = (
        "foo",
        "*",
        "//",
        "/%zz",
        "/%",
        "/%4",
        "/a%",
        "/\xe9",
        "/a%00",
        "/%ff",
        "/?",
        "/??",
        "/a?b?c",
        "/a?#",
        "#",
        "?a",
    )
    paths += (
        "http://other.example/foo",
        "https://other.example",
        "HTTP://other.example/foo",
        "/http://x/y",
        "/" + "a" * 3000,
    )
    hosts: tuple[str, ...] = (
        "",
        "a b",
        "user@shop.example",
        "shop.example/x",
        "[::1",
        "shop.example:1:2",
        "shop.example:",
        "*",
        "-",
        "a_b",
    )
    hosts += ("shop.example:99999", "shop.example:x", "%61", "xn--bcher-kva.example", "a..b", ".", "SHOP.EXAMPLE:80")
    methods = ("OPTIONS", "Get", "CONNECTX", "M-SEARCH", "PROPFIND", "PURGE", "QUERY", "LINK", "PRI", "ACL", "G E")
    asked = [get(path) for path in paths] + [get(host=host) for host in hosts] + [get(method=each) for each in methods]
    lines = ({"x_y": ["1"]}, {"x": ["\xe9"]}, {"content-length": ["0"]}, {"expect": ["y"]})
    asked += [get(headers=each) for each in lines]
    for mode in ("none", "base", "decode-and-merge-slashes"):
        yield Topic(f"odd/no policy, {mode}", [], asked, {"path_normalization": mode})
    yield Topic("odd/allow a path", [allow(operation(paths=["/foo", "/a*", "/"]))], asked)
    yield Topic("odd/allow a host", [allow(operation(hosts=["shop.example*", "other.example", HOST]))], asked)
    yield Topic("odd/allow methods", [allow(operation(methods=["GET", "OPTIONS", "P*"]))], asked)
