"""Calls that meet a rule, or miss it by one thing: random calls alone would meet few rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tests.property.shop import WORKLOADS, Call, call, calls
from ztdsl import (
    AnyRequest,
    EndUser,
    External,
    Gateway,
    Grpc,
    Header,
    Http,
    Identity,
    IpBlock,
    Namespace,
    Prefix,
    Present,
    RemoteIpBlock,
    Rule,
    Service,
    ServiceAccount,
    Suffix,
    TrustDomain,
)
from ztdsl.traffic.mesh import Mesh

_INSIDE = {"10.0.0.0/8": "10.9.9.9", "2001:db8::/32": "2001:db8::7", "203.0.113.0/24": "203.0.113.9"}
_PATHS = {
    "/orders/*": "/orders/7",
    "*.css": "/x.css",
    "/orders/{*}/items": "/orders/7/items",
    "/files/{*}": "/files/a",
    "/files/{*}/{**}": "/files/a/b/c",
}


def _one(draw: st.DrawFn, values: Any) -> Any:
    return draw(st.sampled_from(tuple(values))) if isinstance(values, list | tuple) else values


_FIELDS = {
    "users": ("token",),
    "peers": ("peer", "peer", "source_ip"),
    "requests": ("method", "path", "host", "host", "headers"),
    "all": ("peer", "token", "method", "path", "host", "headers", "source_ip", "client_ip", "server_name"),
}


@st.composite
def near(draw: st.DrawFn, rule: Rule, mesh: Mesh, focus: str) -> Call:
    """A call that meets one alternative of each part of `rule`; every other time it misses by one thing in focus."""
    made = draw(call(mesh))
    endpoint = _one(draw, rule.to)
    to = endpoint.target
    if isinstance(to, Namespace):
        serving = [each for each in WORKLOADS if each.namespace is to and endpoint.port in each.ports]
        to = draw(st.sampled_from(serving))
    made = replace(made, to=to, port=endpoint.port, method="POST" if endpoint.port is calls else made.method)
    made = replace(made, **_caller(draw, _one(draw, rule.callers), mesh, made))
    if rule.user is not None:
        made = replace(made, token=_token(draw, rule.user))
    if rule.is_tcp:
        if rule.server_names:
            made = replace(made, server_name=_one(draw, rule.server_names).replace("*", "db"))
    else:
        made = replace(made, **_request(draw, _one(draw, rule.http)))
    return _other(draw, made, mesh, focus) if draw(st.booleans()) else made


def _other(draw: st.DrawFn, made: Call, mesh: Mesh, focus: str) -> Call:
    """The call with one field, or one claim, of another; or with a field that is nearly the same."""
    random = draw(call(mesh))
    name = draw(st.sampled_from(_FIELDS[focus]))
    if name == "method" and made.port is calls:
        return made  # a gRPC call is a POST
    if name == "peer" and made.peer is not None and draw(st.booleans()):
        domain, namespace, account = made.peer
        others = [
            (domain, f"{namespace}s", account),
            (domain, namespace, f"{account}x"),
            (f"{domain}.x", namespace, account),
        ]
        return replace(made, peer=draw(st.sampled_from([*others, None])))
    if name == "token" and made.token is not None and draw(st.booleans()):
        claim = draw(st.sampled_from(sorted({*made.token} - {"iss"})))
        return replace(made, token={**made.token, claim: _first(made.token[claim])})
    if name == "token" and made.token is not None and random.token is not None:
        claim = draw(st.sampled_from(sorted({*made.token, *random.token})))
        token = {key: value for key, value in made.token.items() if key != claim or claim in {"iss", "aud"}}
        return replace(made, token={**token, **({claim: random.token[claim]} if claim in random.token else {})})
    if name == "headers":
        return replace(made, headers=made.headers + random.headers)
    if name == "host" and draw(st.booleans()):
        return replace(made, host=made.host.partition(":")[0] + draw(st.sampled_from((":80", ":8080", ".", ":1"))))
    return replace(made, **{name: getattr(random, name)})


def _first(value: Any) -> Any:
    """The first item of a list or word of a text."""
    return value[:1] if isinstance(value, list) else value.split(" ")[0] if isinstance(value, str) else value


def _caller(draw: st.DrawFn, who: Any, mesh: Mesh, made: Call) -> dict[str, Any]:
    ours = draw(st.sampled_from(mesh.trust_domains))
    match who:
        case Service() | Gateway():
            return {"peer": (ours, who.namespace.name, who.service_account)}
        case ServiceAccount():
            where = who.namespace.name if isinstance(who.namespace, Namespace) else who.namespace
            return {"peer": (ours, where, who.name)}
        case External():
            return {"peer": (who.trust_domain or ours, str(who.namespace), who.service_account)}
        case Namespace():
            return {"peer": (ours, who.name, "frontend")}
        case TrustDomain():
            return {"peer": (who.name or ours, "web", "frontend")}
        case Identity():
            domain, _, namespace, _, account = who.uri.removeprefix("spiffe://").split("/")
            return {"peer": (domain, namespace, account)}
        case IpBlock():
            return {"source_ip": _INSIDE.get(who.cidr, who.cidr)}
        case RemoteIpBlock():
            return {"client_ip": _INSIDE.get(who.cidr, who.cidr)}
        case EndUser():
            return {"token": _token(draw, who)}
    but = getattr(who, "but", ())  # anyone: every other time one of those that are left out
    return _caller(draw, _one(draw, but), mesh, made) if but and draw(st.booleans()) else {}


def _token(draw: st.DrawFn, user: EndUser) -> dict[str, Any]:
    token: dict[str, Any] = {"iss": user.issuer.issuer, "sub": _one(draw, user.subject or "u1")}
    token["aud"] = [_one(draw, user.audience or "shop")]
    if user.presenter is not None:
        token["azp"] = _one(draw, user.presenter)
    for test in user.where:
        if test.kind == "none":
            continue
        some = test.values if test.kind == "all" else [_one(draw, test.values)]
        texts = [_text(each) for each in some]
        name = test.claim.name
        value: Any = texts if "list" in str(test.claim.type) else " ".join(texts)
        for step in reversed(name[1:] if isinstance(name, tuple) else ()):
            value = {step: value}
        token[name if isinstance(name, str) else name[0]] = value
    return token


def _text(pattern: Any) -> str:
    match pattern:
        case Present():
            return "x"
        case Prefix():
            return f"{pattern.text}x"
        case Suffix():
            return f"x{pattern.text}"
    return str(pattern)


def _request(draw: st.DrawFn, what: Any) -> dict[str, Any]:
    match what:
        case AnyRequest():
            return {}
        case Grpc():
            method = _one(draw, what.methods or ("Get",))
            return {"method": "POST", "path": f"/{what.service}/{method}", "headers": _lines(draw, what.headers)}
        case Http():
            found: dict[str, Any] = {"headers": _lines(draw, what.headers)}
            if what.methods:
                found["method"] = _one(draw, what.methods)
            if what.paths:
                pattern = _one(draw, what.paths)
                found["path"] = _PATHS.get(pattern, pattern)
            if what.hosts:
                found["host"] = _one(draw, what.hosts).replace("*", "x")
            if what.not_hosts and draw(st.booleans()):
                found["host"] = _one(draw, what.not_hosts) + draw(st.sampled_from(("", ".", ":1")))
            if what.not_paths and draw(st.booleans()):
                pattern = _one(draw, what.not_paths)
                found["path"] = _PATHS.get(pattern, pattern)
            return found
    raise AssertionError(what)


def _lines(draw: st.DrawFn, headers: Sequence[Header]) -> tuple[tuple[str, str], ...]:
    return tuple((each.name, _text(_one(draw, each.any_of))) for each in headers if each.any_of)
