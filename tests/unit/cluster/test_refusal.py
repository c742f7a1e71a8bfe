"""What `kubectl` prints when it fails, as it was seen in several versions, and what it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.cluster.failure import Cause
from ztdsl.cluster.refusal import printable, refusal


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ('Error from server (Forbidden): pods is forbidden: User "a" cannot list resource "pods"', Cause.FORBIDDEN),
        ("Error from server (NotFound): the server could not find the requested resource", Cause.NOT_SERVED),
        ("Error from server (Expired): The provided continue parameter is too old", Cause.EXPIRED),
        ("Error from server (Gone): gone", Cause.EXPIRED),
        ("Error from server (TooManyRequests): the server has received too many requests", Cause.FAILING),
        ('Error from server (InternalError): an error on the server ("<html>") has prevented', Cause.FAILING),
        ("Error from server (ServiceUnavailable): the server is currently unable to handle", Cause.FAILING),
        ("Error from server (Timeout): the server was unable to return a response in the time", Cause.FAILING),
        ("Error from server (BadRequest): continue key is not valid", Cause.OTHER),
        ("Error from server: the server responded with the status code 413", Cause.OTHER),
        ("error: You must be logged in to the server (Unauthorized)", Cause.NOT_LOGGED_IN),
        ("error: You must be logged in to the server (the server has asked for credentials)", Cause.NOT_LOGGED_IN),
        ("Unable to connect to the server: getting credentials: exec: executable sh failed", Cause.NOT_LOGGED_IN),
        ("error: The gcp auth plugin has been removed.", Cause.NOT_LOGGED_IN),
        ('error: no Auth Provider found for name "oidc"', Cause.NOT_LOGGED_IN),
        ("Unable to connect to the server: remote error: tls: expired certificate", Cause.NOT_LOGGED_IN),
        ("error: unable to read client-cert /c.crt for u due to open /c.crt", Cause.NOT_LOGGED_IN),
        ("error: open /var/run/token: no such file or directory", Cause.NOT_LOGGED_IN),
        ('error: context "nope" does not exist', Cause.NO_CONTEXT),
        ("error: current-context is not set", Cause.NO_CONTEXT),
        ('error: error loading config file "/k": yaml: did not find expected key', Cause.NO_CONTEXT),
        ("error: stat /nope: no such file or directory", Cause.NO_CONTEXT),
        ("error: unable to read certificate-authority /nope.crt for here", Cause.NO_CONTEXT),
        ('Unable to connect to the server: invalid character " " in host name', Cause.NO_CONTEXT),
        ("Unable to connect to the server: context deadline exceeded", Cause.SLOW),
        ("error: context deadline exceeded (Client.Timeout or context cancellation while reading body)", Cause.SLOW),
        ("Unable to connect to the server: net/http: TLS handshake timeout", Cause.SLOW),
        ("Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout", Cause.SLOW),
        ("Unable to connect to the server: tls: failed to verify certificate: x509: unknown", Cause.UNTRUSTED),
        ("Unable to connect to the server: tls: first record does not look like a TLS handshake", Cause.UNTRUSTED),
        ("Unable to connect to the server: http: server gave HTTP response to HTTPS client", Cause.UNTRUSTED),
        ("The connection to the server 127.0.0.1:1 was refused - did you specify", Cause.UNREACHABLE),
        ("Unable to connect to the server: dial tcp: lookup nosuch.invalid: no such host", Cause.UNREACHABLE),
        ("Unable to connect to the server: dial tcp 10.0.0.1:6443: connect: no route to host", Cause.UNREACHABLE),
        ("error: unexpected EOF", Cause.CUT),
        ("error: local error: tls: bad record MAC", Cause.CUT),
        ("net/http: HTTP/1.x transport connection broken: malformed MIME header: missing colon", Cause.CUT),
        ("Unable to connect to the server: EOF", Cause.CUT),
        ("error: read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer", Cause.CUT),
        ("error: something nobody has seen", Cause.OTHER),
    ],
)
def test_words_have_their_cause(said: str, cause: Cause) -> None:
    """Each way to fail is told from the others; what is unknown stays unknown."""
    assert refusal(said).cause is cause


def test_question_at_a_terminal_is_a_missing_login() -> None:
    """A context without credentials makes `kubectl` ask for a name, on stdout."""
    assert refusal("error: EOF", "Please enter Username: ").cause is Cause.NOT_LOGGED_IN


def test_forbidden_resource_may_have_any_name() -> None:
    """The server's reason decides, not words that happen to stand in its message."""
    said = 'Error from server (Forbidden): x is forbidden: User "x509: i/o timeout" cannot list'

    assert refusal(said).cause is Cause.FORBIDDEN


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmVk is old", "token (token) is old"),
        ("sent Authorization: Bearer abc.def-ghi", "sent Authorization: Bearer (token)"),
        ("proxyconnect https://bob:secret@proxy.example.com: refused", "proxyconnect https://(password)@proxy"),
    ],
)
def test_secrets_are_not_repeated(said: str, shown: str) -> None:
    """Tokens and passwords in what a login program or a proxy says stay where they are."""
    assert printable(said).startswith(shown)


@given(st.text())
def test_printable_is_one_short_line(said: str) -> None:
    """Whatever a server sends, a terminal shows it as it is and on one line."""
    text = printable(said * 50)

    assert len(text) <= 600
    assert not any(ord(each) < 32 or 0x7F <= ord(each) < 0xA0 for each in text)
