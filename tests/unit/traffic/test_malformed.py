"""Envoy's own answers, and the form in which it hands requests on."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.traffic.malformed import COMMON_METHODS, METHODS, NO_SLASH, NOT_PRINTABLE, Rejection, receive
from ztdsl.traffic.mesh import PathNormalization
from ztdsl.traffic.plain import is_plain
from ztdsl.traffic.request import Http

BASE = PathNormalization.BASE
GRPC: Mapping[str, tuple[str, ...]] = {"content-type": ("application/grpc",)}


def http(
    method: str = "GET",
    path: str = "/",
    host: str | None = "shop.example.com",
    headers: Mapping[str, tuple[str, ...]] | None = None,
) -> Http:
    """A request."""
    return Http(method, path, host, headers or {})


def test_methods_are_each_listed_once() -> None:
    """The common ones come first, and all are in upper case."""
    assert len(set(METHODS)) == len(METHODS)
    assert METHODS[: len(COMMON_METHODS)] == COMMON_METHODS
    assert all(each == each.upper() for each in METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_of_the_list_goes_on(method: str) -> None:
    """As it is."""
    assert receive(http(method), BASE) == http(method)
    assert is_plain(http(method))


@pytest.mark.parametrize("method", ["get", "FOO", ""])
def test_other_methods_go_on_in_grpc_alone(method: str) -> None:
    """HTTP/2 has no list of methods."""
    assert isinstance(receive(http(method), BASE), Rejection)
    assert receive(http(method, headers=GRPC), BASE) == http(method, headers=GRPC)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (http(path="orders"), NO_SLASH),
        (http(path=""), NO_SLASH),
        (http(path="/a b"), NOT_PRINTABLE),
        (http(path="/\xe9"), NOT_PRINTABLE),
        (http(host="a b"), "the host has characters that no host has"),
        (http(headers={"x a": ("1",)}), "a header has characters that none may have, or is no length"),
        (http(headers={"x": ("\x01",)}), "a header has characters that none may have, or is no length"),
        (http(headers={"content-length": ("x",)}), "a header has characters that none may have, or is no length"),
    ],
)
def test_what_http_does_not_allow_is_rejected_and_never_plain(asked: Http, reason: str) -> None:
    """With 400."""
    assert receive(asked, BASE) == Rejection(400, reason)
    assert not is_plain(asked)


def test_an_absolute_target_says_the_host() -> None:
    """The header's does not count then."""
    assert receive(http(path="http://other.example/a?b"), BASE) == http(path="/a?b", host="other.example")
    assert receive(http(path="HTTPS://other.example?b"), BASE) == http(path="/?b", host="other.example")


def test_an_escaped_nul_is_rejected_where_paths_are_normalized() -> None:
    """Not normalizing leaves it."""
    assert isinstance(receive(http(path="/a%00"), BASE), Rejection)
    assert receive(http(path="/a%00"), PathNormalization.NONE) == http(path="/a%00")


TEXTS = st.text(st.sampled_from("/a%0.:; \x01?#é"), max_size=8)


@given(
    st.sampled_from([*METHODS[:3], "CONNECT", "get"]),
    st.one_of(TEXTS, TEXTS.map("/{}".format), st.just("http://x/y")),
    st.one_of(st.none(), TEXTS),
    st.dictionaries(st.sampled_from(["x", "x a", "content-length", "content-type"]), st.lists(TEXTS).map(tuple)),
    st.sampled_from(PathNormalization),
)
def test_what_is_plain_goes_on_as_it_is(
    method: str,
    path: str,
    host: str | None,
    headers: Mapping[str, tuple[str, ...]],
    normalization: PathNormalization,
) -> None:
    """The quick look never lets through what the long one would not."""
    asked = http(method, path, host, headers)
    if is_plain(asked):
        assert receive(asked, normalization) == asked


def test_a_grpc_call_without_a_slash_gets_no_answer() -> None:
    """The codec of HTTP/2 ends the connection instead."""
    assert receive(http("POST", "orders", headers=GRPC), BASE) == Rejection(None, NO_SLASH)
