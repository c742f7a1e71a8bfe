"""Requests and decisions as JSON: the batch interface, one object a line.

The form is documented in `docs/reference/requests.md`. A message about a request names the place and never what stands
there: a token is no text for a log.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

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

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

    from ztdsl.traffic.decision import Decider, Decision
    from ztdsl.traffic.request import AnyToken

    E = TypeVar("E", bound=StrEnum)

_REQUEST_KEYS: Final = frozenset({"id", "to", "peer", "tls", "source_ip", "remote_ip", "sni", "http", "token"})
_TO_KEYS: Final = frozenset({"namespace", "labels", "ip", "port", "protocol", "proxy", "service"})
_HTTP_KEYS: Final = frozenset({"method", "path", "host", "headers"})
_TLS: Final = {each.value: each for each in Tls}
_CHAINS: Final = {each.value: each for each in Chain}
_PROXIES: Final = {each.value: each for each in Proxy}
_PLACES: Final = {each.value: each for each in Place}
_MOST_PORT: Final = 65535
_NO_HEADERS: Final[dict[str, tuple[str, ...]]] = {}


def request_from(plain: object) -> Request:
    """The request that a JSON object describes.

    Raises:
        ValueError: it describes none; the message names the place, and never what stands in a token.
    """
    if type(plain) is not dict:
        _refuse("the request", "is not an object")
    if not plain.keys() <= _REQUEST_KEYS:
        _refuse_unknown("", plain, _REQUEST_KEYS)
    get = plain.get
    http = get("http")
    if http is not None:
        http = _http(http)
    if "to" not in plain:
        _refuse("to", "is missing")
    peer = get("peer")
    if peer is not None and type(peer) is not str:
        _refuse("peer", "is not a string or null")
    tls = get("tls")
    token = get("token")
    return Request(
        _destination(plain["to"], Chain.TCP if http is None else Chain.HTTP),
        peer,
        (Tls.NONE if peer is None else Tls.MTLS) if tls is None else _one_of(tls, "tls", _TLS),
        _text(get("source_ip"), "source_ip"),
        _text(get("remote_ip"), "remote_ip"),
        _text(get("sni"), "sni"),
        http,
        () if token is None else _tokens(token),
        _identifier(get("id")),
    )


def decision_document(
    decision: Decision, identifier: str | None, because: str | None = None, source: str | None = None
) -> dict[str, Any]:
    """A decision as a JSON object.

    Args:
        decision: the answer.
        identifier: what the request calls itself.
        because: why the rule that decided is there.
        source: where it stands, as `file:line`.
    """
    plain: dict[str, Any] = {"id": identifier, "verdict": decision.verdict.value, "status": decision.status}
    if decision.grpc_status is not None:
        plain["grpc_status"] = decision.grpc_status
    decider = decision.decided_by
    plain["decided_by"] = None if decider is None else {**_decider(decider), "source": source}
    plain["because"] = because
    if decision.reason is not None:
        plain["reason"] = decision.reason
    plain["dry_run"] = [_decider(each) for each in decision.dry_run]
    if decision.audit:
        plain["audit"] = [_decider(each) for each in decision.audit]
    return plain


def _decider(decider: Decider) -> dict[str, Any]:
    return {"kind": decider.kind, "namespace": decider.namespace, "name": decider.name, "rule": decider.rule}


def _destination(plain: object, chain: Chain) -> Destination:
    if type(plain) is not dict:
        _refuse("to", "is not an object")
    if not plain.keys() <= _TO_KEYS:
        _refuse_unknown("to.", plain, _TO_KEYS)
    get = plain.get
    namespace = get("namespace")
    if type(namespace) is not str or not namespace:
        _refuse("to.namespace", "is missing" if namespace is None else "is not a name")
    labels = get("labels")
    if labels is not None:
        if type(labels) is not dict:
            _refuse("to.labels", "is not an object")
        for key, value in labels.items():
            if type(value) is not str:
                _refuse(f"to.labels.{key}", "is not a string")
    port = get("port")
    if port is not None and (type(port) is not int or not 0 <= port <= _MOST_PORT):
        _refuse("to.port", f"is not a number from 0 to {_MOST_PORT}")
    protocol, proxy = get("protocol"), get("proxy")
    return Destination(
        namespace,
        labels,
        port,
        chain if protocol is None else _one_of(protocol, "to.protocol", _CHAINS),
        Proxy.SIDECAR if proxy is None else _one_of(proxy, "to.proxy", _PROXIES),
        _text(get("ip"), "to.ip"),
        _text(get("service"), "to.service"),
    )


def _http(plain: object) -> Http:
    if type(plain) is not dict:
        _refuse("http", "is not an object or null")
    if not plain.keys() <= _HTTP_KEYS:
        _refuse_unknown("http.", plain, _HTTP_KEYS)
    get = plain.get
    method, path = get("method"), get("path")
    if type(method) is not str:
        _refuse("http.method", "is missing" if method is None else "is not a string")
    if type(path) is not str:
        _refuse("http.path", "is missing" if path is None else "is not a string")
    headers = get("headers")
    return Http(method, path, _text(get("host"), "http.host"), _headers(headers) if headers else _NO_HEADERS)


def _headers(plain: object) -> dict[str, tuple[str, ...]]:
    if type(plain) is not dict:
        _refuse("http.headers", "is not an object")
    found: dict[str, tuple[str, ...]] = {}
    for name, value in plain.items():
        lines = (value,) if type(value) is str else value
        if type(lines) not in {list, tuple} or not all(type(line) is str for line in lines):
            _refuse(f"http.headers.{name}", "is not a string or a list of strings")
        key = name.lower()
        found[key] = (*found.get(key, ()), *lines)
    return found


def _tokens(plain: object) -> tuple[AnyToken, ...]:
    if type(plain) is list:
        return tuple(_token(each, f"token[{index}]") for index, each in enumerate(plain))
    return (_token(plain, "token"),)


def _token(plain: object, at: str) -> AnyToken:
    """A bad token, claims with their place, or bare claims, which stand in `Authorization`."""
    if type(plain) is not dict:
        _refuse(at, "is not an object of claims")
    keys = plain.keys()
    if "invalid" in keys and keys <= {"invalid", "in"}:
        why = plain["invalid"]
        if type(why) is not str:
            _refuse(f"{at}.invalid", "is not a string")
        return InvalidToken(why, _place(plain, at))
    if "claims" in keys and keys <= {"claims", "in"} and type(plain["claims"]) is dict:
        return Token(plain["claims"], _place(plain, at))
    return Token(plain)


def _place(plain: dict[str, Any], at: str) -> TokenPlace | None:
    given = plain.get("in")
    if given is None:
        return None
    if type(given) is not dict or len(given) != 1:
        _refuse(f"{at}.in", 'is not {"header": NAME}, {"param": NAME} or {"cookie": NAME}')
    ((kind, name),) = given.items()
    place = _one_of(kind, f"{at}.in", _PLACES)
    if type(name) is not str or not name:
        _refuse(f"{at}.in.{kind}", "is not a name")
    return TokenPlace(place, name.lower() if place is Place.HEADER else name)


def _identifier(value: object) -> str | None:
    if value is None or type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    _refuse("id", "is not a string")
    return None


def _text(value: object, at: str) -> str | None:
    if value is None or type(value) is str:
        return value
    _refuse(at, "is not a string or null")
    return None


def _one_of(value: object, at: str, known: dict[str, E]) -> E:
    found = known.get(value) if type(value) is str else None
    if found is None:
        _refuse(at, f"is not one of {', '.join(known)}")
    return found


def _refuse_unknown(prefix: str, plain: dict[str, Any], known: Iterable[str]) -> NoReturn:
    key = next(key for key in plain if key not in set(known))
    near = get_close_matches(key, sorted(known), n=1)
    _refuse(f"{prefix}{key}", f"is not known; did you mean `{prefix}{near[0]}`?" if near else "is not known")


def _refuse(at: str, what: str) -> NoReturn:
    message = f"`{at}` {what}"
    raise ValueError(message)
