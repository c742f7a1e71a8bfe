"""Draws requests that a rule matches, one value for each of its tests.

A drawn request is a guess that still has to be put to the evaluator: values that contradict each other, or the rest of
the policies, are not looked at here.
"""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Final

from ztdsl.checks.place import DEFAULT_PORT
from ztdsl.checks.tested import attribute_of
from ztdsl.istio.kinds import Condition, Operation, Rule, Source
from ztdsl.traffic.request import Chain, Http, Proxy, Request, Tls, Token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.checks.place import Place
    from ztdsl.traffic.mesh import Mesh

ANYTHING: Final = Rule()
_ADDRESS: Final = "192.0.2.10"  # RFC 5737
ANY_ISSUER: Final = "https://auth.example.com"
_METHODS: Final = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
_GROUP: Final = re.compile(r"\[([^\[\]]+)\]")
_FREE: Final = ("namespaces", "principals", "serviceAccounts", "trustDomains")


def without_identity(request: Request) -> Request:
    """The same request in plaintext."""
    return replace(request, peer=None, tls=Tls.NONE)


def without_token(request: Request) -> Request:
    """The same request without a token."""
    return replace(request, tokens=())


def issued_by(request: Request, issuer: str, audience: str | None = None) -> Request:
    """The same request with its token from `issuer`, for `audience`."""
    tokens = []
    for token in request.tokens:
        claims: dict[str, Any] = {**token.claims, "iss": issuer} if isinstance(token, Token) else {"iss": issuer}
        if audience is not None:
            claims.setdefault("aud", [audience])
        tokens.append(Token(claims))
    return replace(request, tokens=tuple(tokens))


def with_identity(request: Request, peer: str) -> Request:
    """The same request in mutual TLS, with an identity."""
    return replace(request, peer=peer, tls=Tls.MTLS)


def stranger(mesh: Mesh) -> str:
    """An identity of the mesh that no policy is likely to name."""
    return f"spiffe://{mesh.trust_domain}/ns/elsewhere/sa/someone"


def draw(
    place: Place,
    mesh: Mesh,
    rule: Rule = ANYTHING,
    *,
    namespace: str = "",
    port: int | None = None,
    chain: Chain = Chain.HTTP,
) -> Iterable[Request]:
    """Requests to `place` that `rule` seems to match: one for each pair of a source and an operation, eight at most.

    Args:
        place: the workload.
        mesh: its mesh.
        rule: what they are drawn from; the default asks for nothing.
        namespace: the policy's own, where service accounts without one are.
        port: the port to call; that of the rule, or of the workload, if it is None.
        chain: what serves the port.
    """
    pairs = [
        (source, operation)
        for source in (rule.sources or (Source(),))
        for operation in (rule.operations or (Operation(),))
    ]
    for source, operation in pairs[:8]:
        yield _Drawing(place, mesh, namespace, chain).draw(source, operation, rule.conditions, port)


class _Drawing:
    """One request as it comes to be."""

    def __init__(self, place: Place, mesh: Mesh, namespace: str, chain: Chain) -> None:
        self._place = place
        self._mesh = mesh
        self._namespace = namespace
        self._chain = chain
        self._peer: str | None = None
        self._claims: dict[str, Any] = {}
        self._headers: dict[str, tuple[str, ...]] = {}
        self._fields: dict[str, str | None] = {"source_ip": _ADDRESS, "remote_ip": None, "sni": None}
        self._http = {"method": "GET", "path": "/", "host": "app.example.com"}
        self._port: int | None = None

    def draw(self, source: Source, operation: Operation, conditions: Iterable[Condition], port: int | None) -> Request:
        self._source(source)
        self._operation(operation)
        for condition in conditions:
            self._condition(condition)
        number = port if port is not None else self._port or self._default_port()
        http = Http(self._http["method"], self._http["path"], self._http["host"], self._headers)
        identity = self._peer or (stranger(self._mesh) if self._place.proxy is not Proxy.GATEWAY else None)
        return Request(
            self._place.destination(number, self._chain),
            identity,
            Tls.NONE if identity is None else Tls.MTLS,
            **self._fields,
            http=http if self._chain is Chain.HTTP else None,
            tokens=(Token(self._claims),) if self._claims and self._chain is Chain.HTTP else (),
        )

    def _default_port(self) -> int:
        known = self._place.known
        return known.ports[0].number if known is not None and known.ports else DEFAULT_PORT

    def _source(self, source: Source) -> None:
        for attribute, values in (
            ("principals", source.principals),
            ("namespaces", source.namespaces),
            ("serviceAccounts", source.service_accounts),
            ("trustDomains", source.trust_domains),
            ("requestPrincipals", source.request_principals),
            ("ipBlocks", source.ip_blocks),
            ("remoteIpBlocks", source.remote_ip_blocks),
        ):
            if values:
                self._set(attribute, "", values[0])

    def _operation(self, operation: Operation) -> None:
        for attribute, values in (
            ("hosts", operation.hosts),
            ("ports", operation.ports),
            ("methods", operation.methods),
            ("paths", operation.paths),
        ):
            if values:
                self._set(attribute, "", values[0])

    def _condition(self, condition: Condition) -> None:
        if condition.values:
            attribute, detail = attribute_of(condition.key)
            self._set(attribute, detail, condition.values[0])

    def _set(self, attribute: str, detail: str, value: str) -> None:
        if attribute in _FREE:
            self._peer = f"spiffe://{self._identity(attribute, value)}"
        elif attribute == "requestPrincipals":
            issuer, _, subject = value.rpartition("/") if value != "*" else (ANY_ISSUER, "", "someone")
            self._claims |= {"iss": _text(issuer, ANY_ISSUER), "sub": _text(subject, "someone")}
        elif attribute in {"claims", "audiences", "presenter"}:
            path = _GROUP.findall(f"[{detail}]") if detail else ["aud" if attribute == "audiences" else "azp"]
            self._claim(path, _text(value, "value"))
        elif attribute in {"ipBlocks", "remoteIpBlocks"}:
            self._fields["source_ip" if attribute == "ipBlocks" else "remote_ip"] = _address(value)
        elif attribute == "headers":
            self._header(detail.lower(), _text(value, "value"))
        elif attribute == "ports" and value.isdecimal():
            self._port = int(value)
        elif attribute == "sni":
            self._fields["sni"] = _text(value, "app.example.com")
        elif attribute in {"hosts", "methods", "paths"}:
            name = attribute.removesuffix("s")
            text = {"paths": _path, "methods": _method}.get(attribute)
            self._http[name] = _text(value, self._http[name]) if text is None else text(value)

    def _header(self, name: str, value: str) -> None:
        pseudo = {":authority": "host", ":method": "method", ":path": "path"}.get(name)
        if pseudo is None:
            self._headers[name] = (value,)
        else:
            self._http[pseudo] = value

    def _claim(self, path: list[str], value: str) -> None:
        self._claims.setdefault("iss", ANY_ISSUER)
        self._claims.setdefault("sub", "someone")
        claims = self._claims
        for name in path[:-1]:
            inner = claims.setdefault(name, {})
            if not isinstance(inner, dict):
                return
            claims = inner
        claims[path[-1]] = value

    def _identity(self, attribute: str, value: str) -> str:
        domain = self._mesh.trust_domain
        if attribute == "principals":
            return _principal(value, domain)
        if attribute == "namespaces":
            return f"{domain}/ns/{value.replace('*', 'x') if value != '*' else 'elsewhere'}/sa/default"
        if attribute == "serviceAccounts":
            namespace, slash, account = value.partition("/")
            return f"{domain}/ns/{namespace if slash else self._namespace}/sa/{account if slash else value}"
        return f"{_text(value, domain)}/ns/elsewhere/sa/someone"


def _principal(value: str, domain: str) -> str:
    """An identity that the pattern `value` matches, of five parts where that can be."""
    usual = [domain, "ns", "elsewhere", "sa", "someone"]
    if value == "*":
        return "/".join(usual)
    if value.startswith("*"):
        parts = value[1:].split("/")
        return (
            "/".join([*usual[: max(len(usual) - len(parts) + 1, 0)], *parts[1:]])
            if len(parts) > 1
            else ("/".join(usual) + value[1:])
        )
    if value.endswith("*"):
        parts = value[:-1].split("/")
        parts[-1] = parts[-1] or usual[min(len(parts), len(usual)) - 1]
        return "/".join([*parts, *usual[len(parts) :]])
    return value


def _text(pattern: str, default: str) -> str:
    """A text that a pattern matches."""
    if pattern == "*":
        return default
    if pattern.startswith("*"):
        return f"x{pattern[1:]}"
    return f"{pattern[:-1]}x" if pattern.endswith("*") else pattern


def _method(pattern: str) -> str:
    """A method of HTTP that a pattern matches (RFC 9110, section 9); Envoy refuses others."""
    if pattern.startswith("*"):
        return next((each for each in _METHODS if each.endswith(pattern[1:])), pattern[1:])
    if pattern.endswith("*"):
        return next((each for each in _METHODS if each.startswith(pattern[:-1])), pattern[:-1])
    return pattern


def _path(pattern: str) -> str:
    if "{*}" in pattern or "{**}" in pattern:
        return pattern.replace("{**}", "x").replace("{*}", "x")
    if pattern.startswith("*") and pattern != "*":
        return f"/x{pattern[1:]}"
    return _text(pattern, "/")


def _address(block: str) -> str:
    try:
        network = ip_network(block, strict=False)
    except ValueError:
        return _ADDRESS
    return str(network.network_address if network.num_addresses == 1 else network.network_address + 1)
