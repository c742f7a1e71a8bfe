"""Callers, requests and patterns in words, for people and for reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.ir import values
from ztdsl.ir.values import Match, Quantifier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.traffic.mesh import Mesh


def caller(who: values.Caller, mesh: Mesh) -> str:
    """Who calls, such as `cluster.local/ns/web/sa/frontend with a token of https://auth.example.com`."""
    if who.user is None:
        return source(who.source, mesh)
    token = user(who.user)
    if who.source == values.Everyone():
        return f"anyone with {token}"
    return f"{source(who.source, mesh)} with {token}"


def source(peer: values.Source, mesh: Mesh) -> str:
    """The peer of a connection."""
    match peer:
        case values.PeerIdentity(trust_domain=domain, namespace=namespace, service_account=account):
            return f"{domain or mesh.trust_domain}/ns/{namespace}/sa/{account}"
        case values.PeerNamespace(namespace=namespace):
            return f"every workload of namespace {namespace}"
        case values.PeerTrustDomain(trust_domain=domain):
            return f"every workload of trust domain {domain or mesh.trust_domain}"
        case values.SourceAddress(cidr=cidr):
            return f"address {cidr}"
        case values.ClientAddress(cidr=cidr):
            return f"client address {cidr}"
        case values.AnyPeer(but=but):
            return f"any workload with an identity{_except(but, mesh)}"
        case values.Everyone(but=but):
            return f"anyone{_except(but, mesh)}"


def _except(but: Iterable[values.Source], mesh: Mesh) -> str:
    names = [source(each, mesh) for each in but]
    return f" except {', '.join(names)}" if names else ""


def user(who: values.User) -> str:
    """The end user's token."""
    tests: list[str] = []
    if who.audiences:
        tests.append(f"audience {_or(who.audiences)}")
    if who.subjects:
        tests.append(f"subject {_or(who.subjects)}")
    if who.presenters:
        tests.append(f"presenter {_or(who.presenters)}")
    tests += [_claim(test) for test in who.claims]
    return f"a token of {who.issuer}" + (f" ({', '.join(tests)})" if tests else "")


def _claim(test: values.ClaimTest) -> str:
    name = ".".join(test.path)
    texts = [pattern(each) for each in test.values]
    match test.quantifier:
        case Quantifier.ANY:
            return f"{name} is {_or(texts)}"
        case Quantifier.ALL:
            return f"{name} has {' and '.join(texts)}"
        case Quantifier.NONE:
            return f"{name} is not {_or(texts)}"


def pattern(test: values.Pattern) -> str:
    """What a pattern matches."""
    match test.match:
        case Match.EXACT:
            return test.text
        case Match.PREFIX:
            return f"{test.text}…"
        case Match.SUFFIX:
            return f"…{test.text}"
        case Match.PRESENT:
            return "any value"


def request(what: values.Request) -> str:
    """What is asked for."""
    found: list[str] = []
    if what.methods:
        found.append(", ".join(what.methods))
    if what.not_methods:
        found.append(f"any method but {', '.join(what.not_methods)}")
    if what.paths:
        found.append(f"on {', '.join(what.paths)}")
    if what.not_paths:
        found.append(f"not on {', '.join(what.not_paths)}")
    if what.hosts:
        found.append(f"at host {_or(what.hosts)}")
    if what.not_hosts:
        found.append(f"at any host but {', '.join(what.not_hosts)}")
    found += [_header(test) for test in what.headers]
    return " ".join(found) if found else "any request"


def _header(test: values.HeaderTest) -> str:
    found: list[str] = []
    if test.any_of:
        found.append(f"with header {test.name} {_or([pattern(each) for each in test.any_of])}")
    if test.none_of:
        found.append(f"without header {test.name} {_or([pattern(each) for each in test.none_of])}")
    return " ".join(found)


def _or(texts: Iterable[str]) -> str:
    return " or ".join(texts)
