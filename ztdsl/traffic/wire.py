"""Requests as JSON: the form of the batch interface, which `docs/reference/requests.md` documents.

A message about a request names the place and never what stands there: a token is no text for a log.
"""

from __future__ import annotations

from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from ztdsl.traffic.addresses import parse_address
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
    from collections.abc import Iterable, Mapping
    from enum import StrEnum

    from ztdsl.traffic.request import AnyToken

    E = TypeVar("E", bound=StrEnum)

_REQUEST_KEYS: Final = frozenset({"id", "to", "peer", "tls", "source_ip", "remote_ip", "sni", "http", "token"})
_TO_KEYS: Final = frozenset({"namespace", "labels", "ip", "port", "protocol", "proxy", "service", "trusted_proxies"})
_HTTP_KEYS: Final = frozenset({"method", "path", "host", "headers"})
_INVALID_KEYS: Final = frozenset({"invalid", "in"})
_CLAIMS_KEYS: Final = frozenset({"claims", "in"})
TLS: Final = {each.value: each for each in Tls}
_CHAINS: Final = {each.value: each for each in Chain}
_PROXIES: Final = {each.value: each for each in Proxy}
_PLACES: Final = {each.value: each for each in Place}
_MOST_PORT: Final = 65535
_MOST_PROXIES: Final = 32
_MOST_EXACT: Final = 2**53
NO_HEADERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})
_MOST_KEPT: Final = 1 << 14
"""A stream of a million requests has few destinations and addresses; one that has many must not fill the memory."""

_shared: Final[dict[str, str]] = {}
_destinations: Final[dict[tuple[Any, ...], Destination]] = {}
_addresses: Final[set[str]] = set()


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
    http, peer, tls, token = get("http"), get("peer"), get("tls"), get("token")
    if http is not None:
        http = _http(http)
    if "to" not in plain:
        _refuse("to", "is missing")
    if peer is not None and type(peer) is not str:
        _refuse("peer", "is not a string or null")
    source_ip, remote_ip, sni, name = get("source_ip"), get("remote_ip"), get("sni"), get("id")
    return Request(
        destination_from(plain["to"], Chain.TCP if http is None else Chain.HTTP),
        None if peer is None else _same(peer),
        (Tls.NONE if peer is None else Tls.MTLS) if tls is None else _one_of(tls, "tls", TLS),
        None if source_ip is None else address_from(source_ip, "source_ip"),
        None if remote_ip is None else address_from(remote_ip, "remote_ip"),
        None if sni is None else _text(sni, "sni"),
        http,
        () if token is None else tokens_from(token),
        name if type(name) is str else identifier_from(name),
    )


def destination_from(plain: object, chain: Chain) -> Destination:
    """The destination; one that was met before is the same object."""
    if type(plain) is not dict:
        _refuse("to", "is not an object")
    if not plain.keys() <= _TO_KEYS:
        _refuse_unknown("to.", plain, _TO_KEYS)
    get = plain.get
    labels, port, proxies = get("labels"), get("port"), get("trusted_proxies")
    pairs = tuple(labels.items()) if type(labels) is dict else labels
    # Types of numbers are told apart by hand: True and 8080.0 equal numbers that are ports.
    key = (
        get("namespace"),
        pairs,
        port,
        type(port),
        proxies,
        type(proxies),
        chain,
        get("protocol"),
        get("proxy"),
        get("ip"),
        get("service"),
    )
    try:
        known = _destinations.get(key)
    except TypeError:  # a list or an object where none belongs
        known = None
    if known is None:
        known = _new_destination(plain, chain)
        if len(_destinations) >= _MOST_KEPT:
            _destinations.clear()
        _destinations[key] = known
    return known


def _new_destination(plain: dict[str, Any], chain: Chain) -> Destination:
    get = plain.get
    namespace, labels = get("namespace"), get("labels")
    if type(namespace) is not str or not namespace:
        _refuse("to.namespace", "is missing" if namespace is None else "is not a name")
    protocol, proxy, address = get("protocol"), get("proxy"), get("ip")
    return Destination(
        namespace,
        None if labels is None else _labels(labels),
        _number(get("port"), "to.port", _MOST_PORT),
        chain if protocol is None else _one_of(protocol, "to.protocol", _CHAINS),
        Proxy.SIDECAR if proxy is None else _one_of(proxy, "to.proxy", _PROXIES),
        None if address is None else address_from(address, "to.ip"),
        _text(get("service"), "to.service"),
        _number(get("trusted_proxies"), "to.trusted_proxies", _MOST_PROXIES),
    )


def _labels(plain: object) -> dict[str, str]:
    if type(plain) is not dict:
        _refuse("to.labels", "is not an object")
    for key, value in plain.items():
        if type(value) is not str:
            _refuse(f"to.labels.{key}", "is not a string")
    return dict(plain)


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
    host, headers = get("host"), get("headers")
    return Http(
        _same(method),
        path,
        _same(host) if type(host) is str else _text(host, "http.host"),
        NO_HEADERS if headers is None else headers_from(headers),
    )


def headers_from(plain: object) -> Mapping[str, tuple[str, ...]]:
    """The lines of each header; a lone one is a text, and names that differ in their case alone are one."""
    if type(plain) is not dict:
        _refuse("http.headers", "is not an object")
    found: dict[str, tuple[str, ...]] = {}
    for name, value in plain.items():
        lines = (value,) if type(value) is str else _header_lines(value, name)
        key = name.lower()
        found[key] = found[key] + lines if key in found else lines
    return found


def _header_lines(value: object, name: str) -> tuple[str, ...]:
    if type(value) is not list and type(value) is not tuple:
        _refuse(f"http.headers.{name}", "is not a string or a list of strings")
    lines = tuple(value)
    if not all(type(line) is str for line in lines):
        _refuse(f"http.headers.{name}", "is not a string or a list of strings")
    return lines


def tokens_from(plain: object) -> tuple[AnyToken, ...]:
    """The one token, or those of a list."""
    if type(plain) is list:
        return tuple(_token(each, f"token[{index}]") for index, each in enumerate(plain))
    return (_token(plain, "token"),)


def _token(plain: object, at: str) -> AnyToken:
    """A bad token, claims with their place, or bare claims, which stand in `Authorization`.

    What has a key of the first two forms is one of them: a token that does not verify must not pass for claims.
    """
    if type(plain) is not dict:
        _refuse(at, "is not an object of claims")
    keys = plain.keys()
    if "invalid" in keys:
        if not keys <= _INVALID_KEYS:
            _refuse(at, "has keys beside `invalid` and `in`")
        why = plain["invalid"]
        if type(why) is not str:
            _refuse(f"{at}.invalid", "is not a string")
        return InvalidToken(why, _place(plain, at))
    if "claims" in keys or "in" in keys:
        claims = plain.get("claims")
        if type(claims) is not dict:
            _refuse(f"{at}.claims", "is missing" if claims is None else "is not an object")
        if not keys <= _CLAIMS_KEYS:
            _refuse(at, "has keys beside `claims` and `in`")
        return Token(claims, _place(plain, at))
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


def identifier_from(value: object) -> str | None:
    """The name of the request; a number is one as well, as far as every JSON reader tells it apart."""
    if type(value) is int and abs(value) <= _MOST_EXACT:
        return str(value)
    return _text(value, "id")


def address_from(value: object, at: str) -> str:
    """An IP address; one that was met before is not read again."""
    if type(value) is not str:
        _refuse(at, "is not a string or null")
    if value not in _addresses:
        try:
            parse_address(value)
        except ValueError:
            _refuse(at, "is not an IP address")
        if len(_addresses) >= _MOST_KEPT:
            _addresses.clear()
        _addresses.add(value)
    return value


def _same(text: str) -> str:
    """The text; one that was met before is the same object, for many requests share methods, hosts and peers."""
    known = _shared.get(text)
    if known is None:
        if len(_shared) >= _MOST_KEPT:
            _shared.clear()
        known = _shared[text] = text
    return known


def _number(value: object, at: str, most: int) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= most:
        _refuse(at, f"is not a number from 0 to {most}")
    return value


def _text(value: object, at: str) -> str | None:
    if value is not None and type(value) is not str:
        _refuse(at, "is not a string or null")
    return value


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
