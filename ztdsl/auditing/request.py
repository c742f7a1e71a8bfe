"""A line of a log as the request that it is about, with what the line does not carry left unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ztdsl.auditing.partial import Partial
from ztdsl.auditing.undecided import Lack, Undecided
from ztdsl.log import Outcome
from ztdsl.traffic.request import Chain, Http, InvalidToken, Request, Tls, Token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ztdsl.auditing.tested import Tested
    from ztdsl.log import LogLine
    from ztdsl.traffic.request import AnyToken, Destination

UNKNOWN_CALLER: Final = "spiffe://{}/ns/-/sa/-"
"""An identity that no certificate has, for a caller that the line does not name: only what it misses is looked at."""
_STRANGE_ISSUER: Final = "Jwt_issuer_is_not_configured"
"""Envoy's words (`jwt_verify_lib/status.cc`) for a token whose issuer no RequestAuthentication names."""


def request_of(line: LogLine, to: Destination, tests: Tested, stranger: str | None = None) -> Request:
    """The request.

    Args:
        line: the line.
        to: the workload that was called.
        tests: what policies test; what they do not need not be known.
        stranger: who stands in for a caller that the line does not name; then a token that it does not carry is taken
            for none, and only what the request misses may be read of the answer.

    Raises:
        Undecided: the line does not carry what every decision needs.
    """
    identity = stranger if line.identity is None else line.identity
    if line.identity is None and line.outcome is Outcome.REFUSED:
        identity = ""  # whoever it was, the connection proved nothing
    if identity is None:
        raise Undecided(Lack.IDENTITY)
    if tests.has_server_names and line.server_name is None:
        raise Undecided(Lack.SERVER_NAME)
    http: Http | None = None
    tokens: tuple[AnyToken, ...] = ()
    if to.chain is Chain.HTTP and line.outcome is not Outcome.REFUSED:
        is_left_out = stranger is not None and line.claims is None and line.outcome is not Outcome.UNAUTHENTICATED
        http, tokens = _http(line, tests), () if is_left_out else _tokens(line, tests)
    return Request(
        to,
        identity or None,
        _tls(line, identity),
        line.source_ip if tests.has_addresses else None,
        line.remote_ip if tests.has_addresses else None,
        (line.server_name or None) if tests.has_server_names else None,
        http,
        tokens,
    )


def _tls(line: LogLine, identity: str) -> Tls:
    if identity:
        return Tls.MTLS
    return Tls.OTHER if line.is_plaintext is False else Tls.NONE


def _http(line: LogLine, tests: Tested) -> Http:
    if not line.method or not line.path or line.host is None:
        raise Undecided(Lack.REQUEST)
    logged = {name: lines for name, lines in (line.headers or {}).items() if lines}
    seen = line.headers.keys() if line.headers is not None else frozenset()
    headers: Mapping[str, tuple[str, ...]] = logged
    if not tests.headers <= seen:
        headers = Partial(logged, tests.headers - seen, "header")
    return Http(line.method, line.path, line.host or None, headers)


def _tokens(line: LogLine, tests: Tested) -> tuple[AnyToken, ...]:
    if line.outcome is Outcome.UNAUTHENTICATED:
        return (_refused(line, tests),)
    if not tests.has_tokens:
        return ()
    if line.claims is None:
        raise Undecided(Lack.TOKEN)
    if not line.claims:
        return ()
    issuer = line.claims.get("iss")
    if not isinstance(issuer, str) or issuer in tests.unclear:
        raise Undecided(Lack.PLACE)
    known: dict[str, Any] = {name: value for name, value in line.claims.items() if value is not None}
    hidden = tests.claims - line.claims.keys()
    claims = Partial(known, hidden, "claim") if hidden else known
    return (Token(claims, tests.places.get(issuer)),)


def _refused(line: LogLine, tests: Tested) -> AnyToken:
    """A token that was refused; where it stood matters only in so far as the proxy looks there."""
    places = [*tests.places.values()]
    place = None if not places or None in places else places[0]
    if _STRANGE_ISSUER in (line.details or ""):
        return Token({"iss": "", "sub": ""}, place)
    return InvalidToken("refused, as the log says", place)
