"""Requests as text."""

from __future__ import annotations

import pytest

from ztdsl.token.http_text import NotARequestError, read_request


def test_a_request_as_it_goes_over_the_wire() -> None:
    """Start line, headers, and a body that nobody looks at."""
    found = read_request(b"POST /a?b=c HTTP/1.1\r\nHost: x.example.com\r\nX-A: 1 \r\nx-a: 2\r\n\r\nGET body").http

    assert (found.method, found.path, found.host) == ("POST", "/a?b=c", "x.example.com")
    assert found.headers == {"x-a": ("1", "2")}


def test_what_curl_prints() -> None:
    """The lines that it sent, among all others."""
    text = b"* Connected\n> GET /a HTTP/2\n> Host: x\n> Authorization: Bearer t\n> \n* more\n< HTTP/2 403\n< a: b\n"

    found = read_request(text).http

    assert (found.path, found.host, found.headers) == ("/a", "x", {"authorization": ("Bearer t",)})


def test_an_address_as_target() -> None:
    """The host is the address's (RFC 9112, section 3.2.2)."""
    found = read_request(b"GET http://y.example.com/a?b HTTP/1.1\nHost: x\n\n").http

    assert (found.path, found.host) == ("/a?b", "y.example.com")


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"\n\n", b"hello", b"GET /secret", b"GET /secret FTP/1", b"GET secret HTTP/1.1\n"),
        *(b"GET / HTTP/1.1\nsecret\n", b"GET / HTTP/1.1\nA: b\n secret\n", b"GET / HTTP/1.1\nse cret: b\n"),
        *(b"> GET / HTTP/1.1\n> \n> GET /secret HTTP/1.1\n> \n", b"x" * (1 << 23)),
    ],
)
def test_what_is_no_request(data: bytes) -> None:
    """The message says where, and shows nothing."""
    with pytest.raises(NotARequestError) as caught:
        read_request(data)

    assert "secret" not in str(caught.value)
