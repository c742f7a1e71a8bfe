"""Fetching from real servers on 127.0.0.1, most of which mean no good."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.unit.keys.key_server import Answer, Authority, authority, reply, served
from ztdsl.keys.fetch import Fetched, Limits, NotFetchedError, fetch

BODY = b'{"keys": []}'


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority whose certificate is for localhost and 127.0.0.1."""
    return authority(tmp_path_factory.mktemp("authority"))


def _limits(held: Authority, **other: Any) -> Limits:
    return Limits(**{"timeout": 5.0, "private_addresses": True, "ca_file": held.ca, **other})


@contextmanager
def _url(answer: Answer, held: Authority | None) -> Iterator[str]:
    with served(answer, held) as port:
        yield f"http{'s' if held else ''}://localhost:{port}/keys"


def _fetched(answer: Answer, held: Authority, **other: Any) -> Fetched:
    with _url(answer, held) as url:
        return fetch(url, _limits(held, **other))


def _refused(answer: Answer, held: Authority, **other: Any) -> str:
    with pytest.raises(NotFetchedError) as refused:
        _fetched(answer, held, **other)
    return str(refused.value)


def test_an_answer_comes_with_what_is_known_of_it(held: Authority) -> None:
    """Its text, the server's address, TLS, and for how long caches may keep it."""
    found = _fetched(reply(BODY, "Cache-Control: public, max-age=300", "Content-Type: application/json"), held)

    assert found.text == BODY.decode()
    assert (found.address, found.tls, found.max_age, found.redirects) == ("127.0.0.1", "TLSv1.3", 300, 0)
    assert found.content_type == "application/json"


@pytest.mark.parametrize("control", ["no-store", "no-cache, max-age=60"])
def test_what_may_not_be_cached_is_kept_for_no_time(held: Authority, control: str) -> None:
    """Such answers are always fresh."""
    assert _fetched(reply(BODY, f"Cache-Control: {control}"), held).max_age == 0


def test_gzip_is_unpacked(held: Authority) -> None:
    """Some servers pack what nobody asked to be packed."""
    assert _fetched(reply(gzip.compress(BODY), "Content-Encoding: gzip"), held).text == BODY.decode()


def test_a_small_packed_answer_that_unpacks_to_a_large_one_is_refused(held: Authority) -> None:
    """The limit is of what is unpacked."""
    bomb = reply(gzip.compress(b" " * (1 << 24)), "Content-Encoding: gzip")

    assert _refused(bomb, held) == "its answer is larger than 1048576 bytes"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (reply(b"no", status="404 Not Found"), "it answers with status 404"),
        (reply(b"no", status="302 Found"), "it answers with status 302"),
        (reply(b"\xff\xfe"), "its answer is not UTF-8 text"),
        (reply(b" " * ((1 << 20) + 1)), "its answer is larger than 1048576 bytes"),
        (reply(b"abc", "Content-Encoding: gzip"), "its answer is said to be gzip and is not"),
        (reply(gzip.compress(BODY)[:-4], "Content-Encoding: gzip"), "its answer ends too early"),
        (reply(b"abc", "Content-Encoding: br"), "its answer is packed in a way that was not asked for"),
    ],
)
def test_answers_that_are_none(held: Authority, answer: Answer, why: str) -> None:
    """Each is refused with its reason."""
    assert _refused(answer, held) == why


def test_an_answer_that_stops_is_refused(held: Authority) -> None:
    """A set that lost its last keys must not pass for a whole one."""

    def answer(connection: socket.socket, path: str) -> None:
        del path
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + BODY)

    assert _refused(answer, held) in {"its answer ends too early", "its answer is not HTTP, or ends too early"}


def test_what_is_not_http_is_refused(held: Authority) -> None:
    """Such as a mail server."""
    assert "not HTTP" in _refused(lambda connection, _: connection.sendall(b"220 mail\r\n"), held)


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["in the head", "in the body"])
def test_a_server_that_drips_is_cut_off(held: Authority, head: bytes) -> None:
    """Every byte comes soon after the last; the deadline is for the whole."""

    def drip(connection: socket.socket, path: str) -> None:
        del path
        connection.sendall(head or b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.05)

    began = time.monotonic()
    assert _refused(drip, held, timeout=0.6) == "there is no whole answer within 0.6 s"
    assert time.monotonic() - began < 4


def test_a_server_that_says_nothing_is_cut_off(held: Authority) -> None:
    """It took the connection, and no more."""
    assert "within 0.4 s" in _refused(lambda _, __: time.sleep(3), held, timeout=0.4)


def test_an_endless_answer_is_cut_off_at_the_limit(held: Authority) -> None:
    """Long before the deadline."""

    def endless(connection: socket.socket, path: str) -> None:
        del path
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b" " * 65536)

    assert "larger than" in _refused(endless, held)


def test_a_redirect_of_the_same_scheme_is_followed(held: Authority) -> None:
    """And counted."""

    def answer(connection: socket.socket, path: str) -> None:
        there = reply(b"", "Location: /moved?x=1", status="301 Moved") if path == "/keys" else reply(BODY)
        there(connection, path)

    found = _fetched(answer, held)

    assert found.redirects == 1
    assert found.url.endswith("/moved?x=1")


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://localhost:1/", "it redirects from `https` to `http`"),
        ("file:///etc/passwd", "neither `https://` nor `http://`"),
        ("/keys", "it redirects more than 5 times"),
        ("https://user:secret@localhost/", "the address carries credentials"),
        ("https://[::1", "an address that is malformed"),
    ],
)
def test_redirects_elsewhere_are_refused(held: Authority, location: str, why: str) -> None:
    """Another scheme, credentials, a circle; no secret is repeated."""
    found = _refused(reply(b"", f"Location: {location}", status="302 Found"), held)

    assert why in found
    assert "secret" not in found


def test_private_addresses_are_refused_before_a_connection(held: Authority) -> None:
    """The name is resolved first."""
    with _url(reply(BODY), held) as url, pytest.raises(NotFetchedError, match="which is not public"):
        fetch(url, Limits(ca_file=held.ca))


def test_a_name_is_resolved_once_and_the_checked_address_is_used(
    held: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that changes its answer leads nowhere else."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def changing(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if host == "localhost":
            asked.append(host)
            host = "127.0.0.1" if len(asked) == 1 else "192.0.2.1"
        return real(host, port, *rest, **more)

    with _url(reply(BODY), held) as url:
        monkeypatch.setattr(socket, "getaddrinfo", changing)
        assert fetch(url, _limits(held)).address == "127.0.0.1"

    assert asked == ["localhost"]


def test_a_stranger_s_certificate_is_refused(held: Authority, tmp_path: Path) -> None:
    """The authority is not the one that is trusted, nor one of the system's."""
    other = authority(tmp_path)

    with _url(reply(BODY), other) as url:
        for limits in (_limits(held), _limits(held, ca_file=None)):
            with pytest.raises(NotFetchedError, match="not one to trust"):
                fetch(url, limits)


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    """Who holds it is not who was asked."""
    other = authority(tmp_path, ("elsewhere.example.com",))

    with _url(reply(BODY), other) as url, pytest.raises(NotFetchedError, match="not one to trust"):
        fetch(url, _limits(other))


def test_a_server_without_tls_is_refused_for_https(held: Authority) -> None:
    """It does not understand what it is sent."""
    with served(reply(BODY), None) as port, pytest.raises(NotFetchedError, match="no whole answer"):
        fetch(f"https://localhost:{port}/", _limits(held, timeout=0.5))


def test_http_is_fetched_where_it_is_asked_for(held: Authority) -> None:
    """What that means is said elsewhere (ZT778)."""
    with _url(reply(BODY), None) as url:
        assert fetch(url, _limits(held)).tls is None


def test_nobody_listens(held: Authority) -> None:
    """The system's words say it."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NotFetchedError, match="it cannot be reached: connection refused"):
        fetch(f"https://127.0.0.1:{port}/", _limits(held))


@pytest.mark.parametrize("url", ["ftp://example.com/", "https://", "https://exa mple.com/", "https://a:b@example.com/"])
def test_addresses_that_are_none(held: Authority, url: str) -> None:
    """Nothing is asked."""
    with pytest.raises(NotFetchedError, match="the address"):
        fetch(url, _limits(held))


def test_a_name_without_an_address(held: Authority) -> None:
    """Names under `.invalid` never have one (RFC 6761)."""
    with pytest.raises(NotFetchedError, match="its name has no address"):
        fetch("https://keys.invalid/", _limits(held))


def test_a_file_of_authorities_that_has_none(held: Authority, tmp_path: Path) -> None:
    """It is named."""
    (tmp_path / "ca.pem").write_text("nothing")

    with pytest.raises(NotFetchedError, match="holds no certificate"):
        fetch("https://127.0.0.1/", _limits(held, ca_file=tmp_path / "ca.pem"))
