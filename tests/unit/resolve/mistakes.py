"""A right policy, and one mistake at a time to put into it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from types import GenericAlias
from typing import Any

from tests.unit.resolve.findings import TODAY, UNTIL, loose
from ztdsl import (
    AnyAudience,
    Anyone,
    AnyRequest,
    AnyWorkload,
    Claim,
    DryRun,
    EndUser,
    External,
    Gateway,
    Grpc,
    GrpcPort,
    Header,
    Http,
    HttpPort,
    Identity,
    IpBlock,
    Issuer,
    MeshDefaults,
    Namespace,
    Open,
    Permissive,
    Policy,
    Prefix,
    RemoteIpBlock,
    Service,
    ServiceAccount,
    TcpPort,
    TlsPort,
    TokenHeader,
    TrustDomain,
    allow,
    allow_tcp,
    deny,
)


class Role(StrEnum):
    """The values of a claim."""

    ADMIN = "admin"


class Shop:
    """Fresh declarations, each used by several rules, so that a cascade would show."""

    def __init__(self, **changed: Any) -> None:
        get = changed.get
        self.shop = get("shop", Namespace("shop"))
        self.web = Namespace("web")
        self.edge = Namespace("istio-ingress")
        self.api = get("api", HttpPort(8080))
        self.calls, self.store, self.tls = GrpcPort(9000), TcpPort(9090), TlsPort(8444)
        ports = [self.api, self.calls, self.store]
        self.orders = get("orders", Service("orders", namespace=self.shop, service_account="orders", ports=ports))
        self.frontend = Service("frontend", namespace=self.web, service_account="frontend", ports=[self.api])
        self.gateway = Gateway(
            "gateway",
            namespace=self.edge,
            service_account="gateway",
            ports=[self.api, self.tls],
            trusted_proxies=get("hops"),
        )
        self.role = get("role", Claim("role", Role))
        self.auth = get("auth") or Issuer(
            "https://auth.example.com",
            jwks_uri="https://auth.example.com/jwks.json",
            audiences=["shop"],
            claims=[self.role],
        )
        self.extra: list[Any] = []

    def policy(self, *rules: Any, **more: Any) -> Policy:
        """The policy with two good rules beside those given."""
        every = AnyRequest()
        good = [
            allow(self.frontend, to=self.orders.at(self.api), http=every, because="a"),
            allow(self.orders, to=[self.orders.at(self.calls), self.frontend.at(self.api)], http=every, because="b"),
        ]
        services = [self.orders, self.frontend, self.gateway, *self.extra]
        arguments = {"owns": [self.shop, self.web, self.edge], "services": services, "rules": [*good, *rules], **more}
        return Policy(arguments.pop("name", "shop"), **arguments)


Mistake = Callable[[Shop], Policy]


def rule(s: Shop, callers: Any = None, **more: Any) -> Any:
    """One more rule, good unless something is changed."""
    arguments = {"to": s.orders.at(s.api), "http": AnyRequest(), "because": "c", **more}
    return allow(s.frontend if callers is None else callers, **arguments)


def http(**parts: Any) -> Mistake:
    """The request in two rules."""

    def make(s: Shop) -> Policy:
        request = Http(**parts)
        return s.policy(rule(s, http=request), rule(s, s.orders, http=request))

    return make


def denied(**parts: Any) -> Mistake:
    """The request in a denial."""
    return lambda s: s.policy(deny(Anyone(), to=s.orders.at(s.api), http=Http(**parts), because="c"))


def called(caller: Any) -> Mistake:
    """The caller in two rules."""
    return lambda s: s.policy(rule(s, caller), rule(s, [caller, s.frontend]))


def signed(**parts: Any) -> Mistake:
    """An issuer, good unless something is changed, in three rules."""

    def make(s: Shop) -> Policy:
        arguments: dict[str, Any] = {"jwks_uri": "https://auth.example.com/k", "audiences": ["shop"], **parts}
        issuer = Issuer(arguments.pop("issuer", "https://auth.example.com"), **arguments)
        return s.policy(rule(s, EndUser(issuer)), rule(s, user=EndUser(issuer)), rule(s, EndUser(issuer, subject="u")))

    return make


def user(**parts: Any) -> Mistake:
    """An end user of the good issuer in two rules."""

    def make(s: Shop) -> Policy:
        user = EndUser(s.auth, **parts)
        return s.policy(rule(s, user), rule(s, user=user))

    return make


def _with(s: Shop, service: Any) -> Policy:
    s.extra.append(service)
    return s.policy()


def _circle(s: Shop) -> Policy:
    whole = s.policy()
    object.__setattr__(whole, "parts", (whole,))
    return whole


def _elsewhere(s: Shop) -> Policy:
    other = Service("x", namespace=Namespace("other"), service_account="x", ports=[s.api])
    return s.policy(rule(s, to=other.at(s.api)), rule(s, s.orders, to=other.at(s.api)))


def _shared(s: Shop) -> Policy:
    twin = Service("twin", namespace=s.web, service_account="frontend")
    s.extra.append(twin)
    every = AnyRequest()
    return Policy(
        "shop",
        owns=[s.shop, s.web],
        services=[s.orders, s.frontend, twin],
        rules=[
            allow(s.frontend, to=s.orders.at(s.api), http=every, because="a"),
            allow([s.frontend, twin], to=s.orders.at(s.calls), http=every, because="b"),
        ],
    )


def _defaults(s: Shop) -> Policy:
    part = Policy("part", mesh=MeshDefaults())
    return s.policy(parts=[part], mesh=MeshDefaults())


MISTAKES: dict[str, tuple[str, Mistake]] = {
    "policy name": ("ZT104", lambda s: s.policy(name="Shop")),
    "broken part": ("ZT101", lambda s: s.policy(parts=[None])),
    "part of itself": ("ZT204", _circle),
    "namespace name": ("ZT104", lambda _: Shop(shop=Namespace("Shop")).policy()),
    "weak without reason": (
        "ZT402",
        lambda _: Shop(shop=Namespace("shop", mtls=Permissive(because=" ", until=UNTIL))).policy(),
    ),
    "weak of a wrong kind": ("ZT101", lambda _: Shop(shop=Namespace("shop", mtls=loose("off"))).policy()),
    "open of a wrong kind": ("ZT101", lambda _: Shop(shop=Namespace("shop", default=loose(Open))).policy()),
    "past its date": (
        "ZT401",
        lambda _: Shop(shop=Namespace("shop", mtls=Permissive(because="a", until=TODAY.replace(day=1)))).policy(),
    ),
    "root namespace": ("ZT203", lambda _: Shop(shop=Namespace("istio-system")).policy()),
    "port out of range": ("ZT106", lambda _: Shop(api=HttpPort(70_000)).policy()),
    "proxy port": ("ZT107", lambda _: Shop(api=HttpPort(15_001)).policy()),
    "port of a wrong kind": ("ZT101", lambda _: Shop(api=HttpPort(loose("8080"))).policy()),
    "service port": ("ZT106", lambda _: Shop(api=HttpPort(8080, service=0)).policy()),
    "owned twice": ("ZT202", lambda s: s.policy(owns=[s.shop, s.web, s.edge, s.shop])),
    "not owned": ("ZT201", _elsewhere),
    "not declared": (
        "ZT110",
        lambda s: s.policy(rule(s, to=Service("x", namespace=s.shop, service_account="x", ports=[s.api]).at(s.api))),
    ),
    "same name": (
        "ZT108",
        lambda s: _with(s, Service("orders", namespace=s.shop, service_account="other", labels={"a": "b"})),
    ),
    "same pods": (
        "ZT109",
        lambda s: _with(s, Service("x", namespace=s.shop, service_account="x", labels={"app": "orders", "v": "2"})),
    ),
    "no labels": ("ZT105", lambda s: _with(s, Service("x", namespace=s.shop, service_account="x", labels={}))),
    "bad label": (
        "ZT105",
        lambda s: _with(s, Service("x", namespace=s.shop, service_account="x", labels={"app": "x*"})),
    ),
    "port twice": (
        "ZT108",
        lambda s: _with(s, Service("x", namespace=s.shop, service_account="x", ports=[HttpPort(80), TcpPort(80)])),
    ),
    "service account": ("ZT104", lambda s: _with(s, Service("x", namespace=s.shop, service_account="X"))),
    "missing argument": ("ZT102", lambda s: _with(s, loose(Service)("x", namespace=s.shop))),
    "shared identity": ("ZT130", _shared),
    "unknown port": ("ZT112", lambda s: s.policy(rule(s, to=s.orders.at(HttpPort(9100))))),
    "whole service": ("ZT101", lambda s: s.policy(rule(s, to=s.orders))),
    "no target": ("ZT131", lambda s: s.policy(rule(s, to=[]))),
    "no caller": ("ZT131", lambda s: s.policy(rule(s, []))),
    "no request": ("ZT131", lambda s: s.policy(rule(s, http=[]))),
    "no reason": ("ZT136", lambda s: s.policy(rule(s, because="  "))),
    "anyone and others": ("ZT137", lambda s: s.policy(rule(s, [Anyone(), s.frontend]))),
    "nobody left": ("ZT137", lambda s: s.policy(rule(s, AnyWorkload(but=[TrustDomain()])))),
    "two users": ("ZT137", lambda s: s.policy(rule(s, EndUser(s.auth), user=EndUser(s.auth)))),
    "user of every workload": ("ZT137", lambda s: s.policy(rule(s, EndUser(s.auth), to=s.shop.every(s.api)))),
    "user beside, of every workload": (
        "ZT137",
        lambda s: s.policy(rule(s, user=EndUser(s.auth), to=s.shop.every(s.api))),
    ),
    "http on tcp": ("ZT129", lambda s: s.policy(rule(s, to=loose(s.orders.at(s.store))))),
    "tcp on http": ("ZT129", lambda s: s.policy(allow_tcp(s.frontend, to=loose(s.orders.at(s.api)), because="c"))),
    "user on tcp": (
        "ZT129",
        lambda s: s.policy(allow_tcp(loose(EndUser(s.auth)), to=s.orders.at(s.store), because="c")),
    ),
    "server name at a sidecar": (
        "ZT134",
        lambda s: s.policy(allow_tcp(s.frontend, to=s.orders.at(s.store), server_names=["a.example"], because="c")),
    ),
    "address at a gateway": ("ZT303", lambda s: s.policy(rule(s, IpBlock("10.0.0.0/8"), to=s.gateway.at(s.api)))),
    "client at a sidecar": ("ZT304", lambda s: s.policy(rule(s, RemoteIpBlock("10.0.0.0/8")))),
    "client of unknown hops": (
        "ZT305",
        lambda s: s.policy(rule(s, RemoteIpBlock("10.0.0.0/8"), to=s.gateway.at(s.api))),
    ),
    "identity without mTLS": (
        "ZT306",
        lambda s: s.policy(deny(s.frontend, to=s.gateway.at(s.api), http=AnyRequest(), because="c")),
    ),
    "method": ("ZT122", http(methods=["get"])),
    "methods as a string": ("ZT101", http(methods=loose("GET"))),
    "path": ("ZT121", http(paths=["orders"])),
    "path with a query": ("ZT310", http(paths=["/a?b"])),
    "path with a bar": ("ZT310", http(paths=["/a|b"])),
    "path with a nul": ("ZT310", http(paths=["/a%00"])),
    "inner star": ("ZT307", http(paths=["/a/*/b"])),
    "prefix without slash": ("ZT312", http(paths=["/a*"])),
    "braces": ("ZT308", http(paths=["/a/{id}"])),
    "double star": ("ZT309", http(paths=["/a/{**}"])),
    "host": ("ZT120", http(hosts=["https://a.example"])),
    "host with a strange port": ("ZT120", http(hosts=["a.example:\u0663"])),
    "header name": ("ZT127", http(headers=[Header("a b", any_of=["c"])])),
    "header value": ("ZT127", http(headers=[Header("a", any_of=["c\n"])])),
    "header without values": ("ZT131", http(headers=[Header("a")])),
    "prefix of nothing": ("ZT127", http(headers=[Header("a", any_of=[Prefix("")])])),
    "nothing": ("ZT131", http()),
    "evaded host": ("ZT313", denied(hosts=["*.example.com"])),
    "grpc method": ("ZT133", lambda s: s.policy(rule(s, to=s.orders.at(s.calls), http=Grpc("a.B", methods=["c/d"])))),
    "http of grpc": ("ZT311", lambda s: s.policy(rule(s, to=s.orders.at(s.calls), http=Http(methods=["GET"])))),
    "address": ("ZT123", called(IpBlock("10.0.0.1/8"))),
    "identity": ("ZT117", called(Identity("cluster.local/ns/a/sa/b"))),
    "trust domain": ("ZT118", called(TrustDomain("A"))),
    "unknown trust domain": ("ZT119", called(TrustDomain("other.example"))),
    "external": ("ZT104", called(External("e", namespace="A", service_account="b"))),
    "account": ("ZT104", called(ServiceAccount("A", namespace="b"))),
    "exception": ("ZT123", called(Anyone(but=[IpBlock("x")]))),
    "exception of a wrong kind": ("ZT101", called(AnyWorkload(but=loose([IpBlock("10.0.0.1")])))),
    "issuer": ("ZT124", signed(issuer="a b")),
    "issuer with a surrogate": ("ZT124", signed(issuer="a\ud800")),
    "no keys": ("ZT128", signed(jwks_uri=None)),
    "keys over http": ("ZT125", signed(jwks_uri="http://auth.example.com/k")),
    "no audiences": ("ZT126", signed(audiences=[])),
    "any audience without a reason": ("ZT402", signed(audiences=AnyAudience(because=""))),
    "token header": ("ZT135", signed(from_headers=[TokenHeader("a", prefix="bearer ")])),
    "token parameter": ("ZT135", signed(from_params=["a b"])),
    "payload header": ("ZT127", signed(payload_header="a b")),
    "claim of a wrong kind": ("ZT116", signed(claims=[Claim("a", loose(int))])),
    "claim of no kind": ("ZT116", signed(claims=[Claim("a", loose(GenericAlias(list, (str, int))))])),
    "claim without a name": ("ZT132", signed(claims=[Claim("", str)])),
    "claim with a wrong name": ("ZT101", signed(claims=[Claim(loose(5), str), Claim("b", str)])),
    "issuer as a string": ("ZT111", lambda s: s.policy(rule(s, EndUser(loose("https://auth.example.com"))))),
    "audience": ("ZT115", user(audience="other")),
    "subject": ("ZT307", user(subject="u*")),
    "empty subject": ("ZT132", user(subject="")),
    "no subject": ("ZT131", user(subject=[])),
    "unknown claim": ("ZT113", lambda s: s.policy(rule(s, EndUser(s.auth, where=[Claim("x", str).is_in("a")])))),
    "unknown value": ("ZT114", lambda s: s.policy(rule(s, EndUser(s.auth, where=[s.role.is_in(loose("root"))])))),
    "no value": ("ZT131", lambda s: s.policy(rule(s, EndUser(s.auth, where=[s.role.is_in()])))),
    "dry run without an end": ("ZT402", lambda s: s.policy(rule(s, stage=loose(DryRun)()))),
    "defaults of a wrong kind": ("ZT101", lambda s: s.policy(mesh=loose("strict"))),
    "defaults twice": ("ZT202", _defaults),
    "rule twice": ("ZT501", lambda s: s.policy(rule(s, s.orders), rule(s, s.orders, because="again"))),
}
