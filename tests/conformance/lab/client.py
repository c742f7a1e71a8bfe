"""Sends a request of the documented schema to a listener and says what the client meets."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.conformance.lab import tokens
from tests.conformance.lab.authority import Authority
from tests.conformance.lab.http import Answer, NotHttp, exchange, exchange_h2
from tests.conformance.lab.listeners import DETAILS_HEADER, RBAC_HEADER
from tests.conformance.lab.pipe import Closed, Opaque, Pipe, Route

_PING: Final = b"ping\n"
_RBAC: Final = "rbac_access_denied"
_POLICY: Final = "rbac_access_denied_matched_policy["


@dataclass(frozen=True)
class Outcome:
    """What the client met.

    Attributes:
        verdict: in the words of `ztdsl.traffic.decision.Verdict`.
        status: the HTTP status that a client of HTTP sees.
        grpc_status: the status that a gRPC client sees.
        policy: the rule that refused, in istiod's name for it.
        dry_run: rules that are only tried and that matched, in istiod's names.
        details: Envoy's own words.
    """

    verdict: str
    status: int | None = None
    grpc_status: int | None = None
    policy: str | None = None
    dry_run: tuple[str, ...] = ()
    details: str = field(default="", compare=False)


class Client:
    """Sends requests; connections stay open between requests that could share one."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._open: dict[Route, Pipe] = {}

    def close(self) -> None:
        """Closes what is open."""
        for pipe in self._open.values():
            pipe.close()
        self._open.clear()

    def ask(self, listener: int, request: Mapping[str, Any], prefixes: Mapping[str, str], *, h2: bool) -> Outcome:
        """Sends `request` to the listener at that port.

        Args:
            listener: its port on 127.0.0.1.
            request: as documented for the batch interface.
            prefixes: what stands before a token in each header that carries one.
            h2: whether to speak HTTP/2.
        """
        route = _route(listener, request, h2=h2)
        if request.get("http") is None:
            return self._connect(route)
        kept = None if h2 else self._open.pop(route, None)
        if kept is not None:
            try:
                return self._request(kept, route, request, prefixes)
            except Closed:
                kept.close()
        try:
            pipe = Pipe(route, self._authority)
        except Closed:
            return Outcome("refused")
        except Opaque:
            return Outcome("allow", details="opaque")
        try:
            if h2:
                return self._request_h2(pipe, request, prefixes)
            return self._request(pipe, route, request, prefixes)
        except (Closed, NotHttp) as error:
            pipe.close()
            return Outcome("refused", details=type(error).__name__)

    def _connect(self, route: Route) -> Outcome:
        try:
            pipe = Pipe(route, self._authority)
        except Closed:
            return Outcome("refused")
        except Opaque:
            return Outcome("allow", details="opaque")
        try:
            pipe.send(_PING)
            said = pipe.receive()
        except Closed:
            return Outcome("refused")
        finally:
            pipe.close()
        return Outcome("allow") if said == _PING else Outcome("rejected", details=repr(said[:40]))

    def _request(self, pipe: Pipe, route: Route, request: Mapping[str, Any], prefixes: Mapping[str, str]) -> Outcome:
        method, path, host, lines = _parts(request, prefixes)
        answer = exchange(pipe, method, path, host, lines)
        if answer.reusable:
            self._open[route] = pipe
        else:
            pipe.close()
        return _outcome(answer)

    @staticmethod
    def _request_h2(pipe: Pipe, request: Mapping[str, Any], prefixes: Mapping[str, str]) -> Outcome:
        method, path, host, lines = _parts(request, prefixes)
        try:
            return _outcome(exchange_h2(pipe, method, path, host or "", lines))
        finally:
            pipe.close()


def _route(listener: int, request: Mapping[str, Any], *, h2: bool) -> Route:
    to, peer, sni = request["to"], request.get("peer"), request.get("sni")
    source = request["source_ip"]
    remote = request.get("remote_ip") or source
    tls = request.get("tls") or ("mtls" if peer else "none")
    protocols: tuple[str, ...] = ()
    if tls == "mtls":
        http = ("istio-h2", "istio", "h2") if h2 else ("istio-http/1.1", "istio", "http/1.1")
        protocols = http if request.get("http") is not None else ("istio-peer-exchange", "istio")
    return Route(listener, source, remote, to["ip"], to["port"], tls, peer, sni, protocols)


def _parts(
    request: Mapping[str, Any], prefixes: Mapping[str, str]
) -> tuple[str, str, str | None, list[tuple[str, str]]]:
    http = request["http"]
    lines = [(name, value) for name, values in http.get("headers", {}).items() for value in values]
    path, cookies = http["path"], []
    for token in _tokens(request.get("token")):
        text, (place, name) = _text(token, request), _place(token)
        if place == "header":
            lines.append((name, prefixes.get(name.lower(), "") + text))
        elif place == "param":
            path += ("&" if "?" in path else "?") + urllib.parse.urlencode({name: text})
        else:
            cookies.append(f"{name}={text}")
    if cookies:
        lines.append(("cookie", "; ".join(cookies)))
    return http["method"], path, http.get("host"), lines


def _tokens(given: Any) -> list[dict[str, Any]]:
    return [] if given is None else given if isinstance(given, list) else [given]


def _text(token: Mapping[str, Any], request: Mapping[str, Any]) -> str:
    if "invalid" in token:
        return tokens.invalid(token["invalid"], request["accepted"])
    return tokens.valid(token["claims"] if isinstance(token.get("claims"), dict) and "in" in token else token)


def _place(token: Mapping[str, Any]) -> tuple[str, str]:
    place = token.get("in")
    if isinstance(place, dict):
        ((kind, name),) = place.items()
        return kind, name
    return "header", "authorization"


def _outcome(answer: Answer) -> Outcome:
    details = answer.headers.get(DETAILS_HEADER, "")
    grpc = answer.headers.get("grpc-status")
    known = answer.headers.get(RBAC_HEADER, "-")
    metadata = json.loads(known) if known.startswith("{") else {}
    dry_run = tuple(sorted(value for key, value in metadata.items() if key.endswith("shadow_effective_policy_id")))
    policy = details.removeprefix(_POLICY).removesuffix("]") if details.startswith(_POLICY) else None
    return Outcome(
        _verdict(answer.status, details),
        answer.status,
        None if grpc is None else int(grpc),
        None if policy in {None, "none"} else policy,
        dry_run,
        details,
    )


def _verdict(status: int, details: str) -> str:
    if details.startswith("direct_response"):
        return "allow"
    if details.startswith(_RBAC):
        return "deny"
    if details.startswith("jwt_authn"):
        return "unauthenticated"
    if details.startswith("ext_authz"):
        return "unknown"
    return "rejected" if status == 400 else f"status {status}: {details}"
