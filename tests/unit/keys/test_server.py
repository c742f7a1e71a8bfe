"""Discovery, and what a server's answer means for the refreshing of keys."""

from __future__ import annotations

import json
import socket
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.keys.key_server import Authority, authority, reply, served
from ztdsl.keys.fetch import Fetched, Limits, NotFetchedError
from ztdsl.keys.server import discovered, judge_answer

REFRESH = timedelta(minutes=20)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority whose certificate is for localhost."""
    return authority(tmp_path_factory.mktemp("authority"))


def _limits(held: Authority) -> Limits:
    return Limits(timeout=5, private_addresses=True, ca_file=held.ca)


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_document_of_the_issuer_names_the_address(held: Authority, slash: str) -> None:
    """It lies below the issuer, a trailing slash or not."""
    asked: list[str] = []

    def answer(connection: socket.socket, path: str) -> None:
        asked.append(path)
        document = {"issuer": issuer, "jwks_uri": "https://keys.example.com/jwks"}
        reply(json.dumps(document).encode())(connection, path)

    with served(answer, held) as port:
        issuer = f"https://localhost:{port}/tenant{slash}"
        assert discovered(issuer, _limits(held)) == "https://keys.example.com/jwks"

    assert asked == ["/tenant/.well-known/openid-configuration"]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"issuer": "https://else.example.com", "jwks_uri": "https://else.example.com/jwks"}, "does not speak for"),
        ({"jwks_uri": "https://else.example.com/jwks"}, "does not speak for"),
        ({"issuer": None}, "names no `https` address"),
        ({"issuer": None, "jwks_uri": "http://keys.example.com/jwks"}, "names no `https` address"),
        ({"issuer": None, "jwks_uri": 7}, "names no `https` address"),
        ([], "not a JSON object"),
        ("<html>", "not a JSON object"),
    ],
)
def test_documents_that_are_not_to_be_trusted(held: Authority, document: Any, why: str) -> None:
    """Another issuer's document would lead to another issuer's keys; None stands for the right issuer here."""
    body = b""

    def answer(connection: socket.socket, path: str) -> None:
        reply(body)(connection, path)

    with served(answer, held) as port:
        issuer = f"https://localhost:{port}"
        if isinstance(document, dict) and "issuer" in document:
            document = {**document, "issuer": document["issuer"] or issuer}
        body = (document if isinstance(document, str) else json.dumps(document)).encode()
        with pytest.raises(NotFetchedError, match=why):
            discovered(issuer, _limits(held))


@pytest.mark.parametrize("issuer", ["accounts.example.com", "http://login.example.com"])
def test_an_issuer_without_an_https_address_is_not_asked(held: Authority, issuer: str) -> None:
    """There is no document to trust."""
    with pytest.raises(NotFetchedError, match="no `https` address"):
        discovered(issuer, _limits(held))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, []),
        ({"max_age": 1200}, []),
        ({"max_age": 1201}, ["caches may keep the key set for 1201 s"]),
        ({"seconds": 5.1}, ["the key server took 5.1 s"]),
        ({"text": "x" * 65537}, ["the key set has 65537 bytes"]),
    ],
)
def test_what_is_said_of_an_answer(change: dict[str, Any], words: list[str]) -> None:
    """Beyond what istiod bears, or what its refresh promises."""
    given = {"text": "{}", "seconds": 0.1, "redirects": 0, "max_age": None, "content_type": None}
    answer = Fetched(url="https://x", address="192.0.2.1", tls="TLSv1.3", **{**given, **change})

    assert [finding.message for finding in judge_answer(answer, REFRESH)] == words
