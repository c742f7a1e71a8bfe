"""What a policy's author meant by it, decided from the declarations alone: no model, no manifest."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from tests.property.shop import WORKLOADS, Call
from ztdsl import (
    Anyone,
    AnyRequest,
    AnyWorkload,
    Effect,
    EndUser,
    External,
    Gateway,
    Grpc,
    Header,
    Http,
    HttpPort,
    Identity,
    IpBlock,
    Namespace,
    Policy,
    Prefix,
    Present,
    RemoteIpBlock,
    Rule,
    Service,
    ServiceAccount,
    Suffix,
    TrustDomain,
)
from ztdsl.dsl.ports import GrpcPort
from ztdsl.traffic.mesh import Mesh

_SEGMENT = r"[A-Za-z0-9\-._~%!$&'()*+,;:@=]"


def verdict(policy: Policy, mesh: Mesh, call: Call) -> str:
    """`allow` or `deny`, as the author of `policy` meant it."""
    about = [rule for rule in policy.rules if rule.stage is None and _is_about(rule, call)]
    if any(rule.effect is Effect.DENY and _matches(rule, mesh, call) for rule in about):
        return "deny"
    if any(rule.effect is Effect.ALLOW and _matches(rule, mesh, call) for rule in about):
        return "allow"
    is_open = call.to.namespace.default is not None
    is_ruled = any(_concerns(rule, call) for rule in policy.rules if rule.stage is None and rule.effect is Effect.ALLOW)
    return "allow" if is_open and not is_ruled else "deny"


def _endpoints(rule: Rule) -> Sequence[Any]:
    return rule.to if isinstance(rule.to, tuple) else (rule.to,)


def _concerns(rule: Rule, call: Call) -> bool:
    return any(each.target in {call.to, call.to.namespace} for each in _endpoints(rule))


def _is_about(rule: Rule, call: Call) -> bool:
    return any(
        each.target in {call.to, call.to.namespace} and each.port.container == call.port.container
        for each in _endpoints(rule)
    )


def _matches(rule: Rule, mesh: Mesh, call: Call) -> bool:
    callers = rule.callers if isinstance(rule.callers, tuple) else (rule.callers,)
    if not any(is_caller(each, mesh, call) for each in callers):
        return False
    if rule.user is not None and not _is_user(rule.user, call):
        return False
    if rule.is_tcp:
        return not rule.server_names or any(_is_name(name, call.server_name) for name in rule.server_names)
    requests = rule.http if isinstance(rule.http, tuple) else (rule.http,)
    return any(_is_request(each, call, is_refusal=rule.effect is Effect.DENY) for each in requests)


def _is_name(pattern: str, name: str) -> bool:
    return name.endswith(pattern[1:]) if pattern.startswith("*") else name == pattern


def is_caller(who: Any, mesh: Mesh, call: Call) -> bool:
    """Whether the call comes from `who`."""
    match who:
        case EndUser():
            return _is_user(who, call)
        case Anyone():
            return not any(is_caller(each, mesh, call) for each in who.but)
        case AnyWorkload():
            accepted = {*mesh.trust_domains, *mesh.federated_trust_domains}
            is_accepted = call.peer is not None and call.peer[0] in accepted
            return is_accepted and not any(is_caller(each, mesh, call) for each in who.but)
        case IpBlock():
            return ip_address(call.source_ip) in ip_network(who.cidr)
        case RemoteIpBlock():
            return ip_address(call.client_ip) in ip_network(who.cidr)
    return call.peer is not None and _is_peer(who, mesh, *call.peer)


def _is_peer(who: Any, mesh: Mesh, domain: str, namespace: str, account: str) -> bool:
    is_ours = domain in mesh.trust_domains
    match who:
        case Service() | Gateway():
            return is_ours and (namespace, account) == (who.namespace.name, who.service_account)
        case ServiceAccount():
            where = who.namespace.name if isinstance(who.namespace, Namespace) else who.namespace
            return is_ours and (namespace, account) == (where, who.name)
        case External():
            is_its = is_ours if who.trust_domain is None else domain == who.trust_domain
            return is_its and (namespace, account) == (who.namespace, who.service_account)
        case Namespace():
            return is_ours and namespace == who.name
        case TrustDomain():
            return is_ours if who.name in {None, mesh.trust_domain} else domain == who.name
        case Identity():
            return who.uri == f"spiffe://{domain}/ns/{namespace}/sa/{account}"
    raise AssertionError(who)


def _listed(value: Any) -> tuple[str, ...]:
    return () if value is None else value if isinstance(value, tuple) else (value,)


def _is_user(user: EndUser, call: Call) -> bool:
    token = call.token
    if token is None or token["iss"] != user.issuer.issuer or not token.get("sub"):
        return False
    audiences = token["aud"] if isinstance(token["aud"], list) else [token["aud"]]
    if user.audience is not None and not set(_listed(user.audience)) & set(audiences):
        return False
    if user.subject is not None and token["sub"] not in _listed(user.subject):
        return False
    if user.presenter is not None and token.get("azp") not in _listed(user.presenter):
        return False
    return all(_holds(test.kind, test.values, _texts(test.claim.name, token)) for test in user.where)


def _texts(name: Any, token: Any) -> list[str]:
    """The strings of a claim; the claim `scope` is a list of words."""
    value = token
    for step in (name,) if isinstance(name, str) else name:
        value = value.get(step) if isinstance(value, dict) else None
    if name == "scope" and isinstance(value, str):
        return value.split(" ")
    found = value if isinstance(value, list) else [value]
    return [each for each in found if isinstance(each, str)]


def _holds(kind: str, patterns: Sequence[Any], texts: list[str]) -> bool:
    met = [any(_fits(pattern, text) for text in texts) for pattern in patterns]
    return all(met) if kind == "all" else any(met) == (kind == "any")


def _fits(pattern: Any, text: str, *, is_empty_present: bool = False) -> bool:
    match pattern:
        case Present():
            return is_empty_present or text != ""
        case Prefix():
            return text.startswith(pattern.text)
        case Suffix():
            return text.endswith(pattern.text)
    return bool(text == pattern)


def _is_request(what: Any, call: Call, *, is_refusal: bool) -> bool:
    match what:
        case AnyRequest():
            return True
        case Grpc():
            service, _, method = call.path.removeprefix("/").partition("/")
            is_method = not what.methods or method in what.methods
            return service == what.service and is_method and all(_is_header(each, call) for each in what.headers)
        case Http():
            return _is_http(what, call, is_refusal=is_refusal)
    raise AssertionError(what)


def _is_http(what: Http, call: Call, *, is_refusal: bool) -> bool:
    path = call.path.partition("?")[0]
    tests: list[tuple[Sequence[str], Sequence[str], Callable[[str], bool]]] = [
        (what.methods, what.not_methods, lambda method: method == call.method),
        (what.paths, what.not_paths, lambda pattern: _is_path(pattern, path)),
        (what.hosts, (), lambda host: _is_host(host, call, is_refused=is_refusal)),
        ((), what.not_hosts, lambda host: _is_host(host, call, is_refused=not is_refusal)),
    ]
    for wanted, unwanted, fits in tests:
        if (wanted and not any(map(fits, wanted))) or any(map(fits, unwanted)):
            return False
    return all(_is_header(each, call) for each in what.headers)


def _is_path(pattern: str, path: str) -> bool:
    if "{" in pattern:
        parts = re.split(r"(\{\*\*?\})", pattern)
        wild = {"{*}": f"{_SEGMENT}+", "{**}": f"(?:{_SEGMENT}|/)*"}
        return re.fullmatch("".join(wild.get(part, re.escape(part)) for part in parts), path) is not None
    if pattern.startswith("*"):
        return path.endswith(pattern[1:])
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern


def _is_host(pattern: str, call: Call, *, is_refused: bool) -> bool:
    """A host without a port means any port; below a star, the numbers by which clients know the port.

    A host that is refused is refused with the dot that ends a full name, too.
    """
    name, _, number = call.host.lower().partition(":")
    if ":" in pattern:
        return call.host.lower() == pattern
    if pattern.startswith("*"):
        known = {"", str(call.port.container), str(call.port.service)}
        if not any(call.port in each.ports for each in WORKLOADS):
            raise AssertionError(call.port)
        return name.endswith(pattern[1:]) and number in known
    return name == pattern or (is_refused and name == f"{pattern}.")


def _is_header(header: Header, call: Call) -> bool:
    lines = [value for name, value in call.headers if name.lower() == header.name.lower()]
    some = [any(_fits(each, line, is_empty_present=True) for line in lines) for each in header.any_of]
    none = [any(_fits(each, line, is_empty_present=True) for line in lines) for each in header.none_of]
    return (not some or any(some)) and not any(none)


def is_http(call: Call) -> bool:
    """Whether the proxy reads requests on the port."""
    return isinstance(call.port, HttpPort | GrpcPort)
