"""A policy that uses every declaration once, with one argument of one of them exchanged."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from functools import partial
from typing import Any

import ztdsl as z
from ztdsl.dsl.declaration import LEFT_OUT
from ztdsl.traffic.mesh import Mesh

MESH = Mesh(federated_trust_domains=("partner.example",))
Make = Callable[..., Any]
UNTIL = date(2027, 1, 31)


def policy(exchanged: Callable[[str, dict[str, Any]], dict[str, Any]]) -> z.Policy:
    """The policy; `exchanged` gets the name of each call and its arguments, and returns those to use."""

    def make(function: Make, call: str = "", /, **arguments: Any) -> Any:
        return function(**exchanged(call or function.__name__, arguments))

    until = UNTIL
    shop = make(
        z.Namespace,
        name="shop",
        mtls=make(z.Permissive, because="a", until=until),
        default=make(z.Open, because="a", until=until),
    )
    edge = z.Namespace("istio-ingress")
    api = make(z.HttpPort, container=8080, service=80, mtls=None)
    rpc, tcp, tls = make(z.GrpcPort, container=9000), make(z.TcpPort, container=9090), make(z.TlsPort, container=8444)
    metrics = z.HttpPort(9100)
    orders = make(
        z.Service,
        name="orders",
        namespace=shop,
        service_account="orders",
        ports=[api, rpc, tcp, metrics],
        labels={"app": "orders"},
    )
    gateway = make(
        z.Gateway,
        name="gateway",
        namespace=edge,
        service_account="gateway",
        ports=[z_https := z.HttpPort(8443), tls],
        labels={"app": "gateway"},
        trusted_proxies=1,
    )
    claim = make(z.Claim, name="role", type=str)
    nested = z.Claim(["realm", "roles"], list[str])
    issuer = make(
        z.Issuer,
        issuer="https://auth.example.com",
        audiences=["shop"],
        jwks_uri="https://auth.example.com/jwks.json",
        claims=[claim, nested],
        from_headers=[make(z.TokenHeader, name="x-token", prefix="Bearer ")],
        from_params=["token"],
        from_cookies=["token"],
        forward=True,
        payload_header="x-payload",
        claim_headers={"x-role": claim},
        space_delimited=[claim],
    )
    other = z.Issuer(
        "https://other.example.com",
        audiences=make(z.AnyAudience, because="a"),
        jwks_uri="https://other.example.com/jwks.json",
    )
    tests = [make(z.ClaimTest, claim=claim, kind="any", values=("a",)), claim.is_in(make(z.Prefix, text="a"))]
    user = make(z.EndUser, issuer=issuer, audience="shop", subject=["u"], presenter="p", where=tests)
    header = make(z.Header, name="x-team", any_of=[make(z.Suffix, text="a")], none_of=[make(z.Present)])
    http = make(
        z.Http,
        methods=["GET"],
        paths=["/a"],
        hosts=["shop.example.com"],
        headers=[header],
        not_paths=["/b", "/b/*"],
        not_hosts=["api.example.com"],
    )
    grpc = make(z.Grpc, service="shop.v1.Orders", methods=["Get"], headers=[header])
    peers = [
        orders,
        make(z.External, name="e", namespace="batch", service_account="e", trust_domain="partner.example"),
        make(z.ServiceAccount, name="s", namespace="batch"),
        make(z.Identity, uri="spiffe://partner.example/ns/a/sa/b"),
        make(z.TrustDomain, name="partner.example"),
        make(z.AnyWorkload, but=[gateway]),
        make(z.Anyone, but=[make(z.IpBlock, cidr="10.0.0.0/8")]),
    ]
    client = make(z.RemoteIpBlock, cidr="203.0.113.0/24")
    end = make(z.DryRun, until=until)
    at = make(z.HttpEndpoint, target=orders, port=api)
    everywhere = make(partial(z.Namespace.every, shop), "every", port=metrics)
    rules = [
        make(z.allow, callers=peers, to=at, http=[http], because="a", user=user, stage=end),
        z.allow(user, to=at, http=http, because="b"),
        make(
            z.deny,
            callers=z.Anyone(),
            to=[make(partial(z.Service.at, orders), "at", port=rpc)],
            http=[grpc],
            because="a",
        ),
        make(z.audit, callers=[user, z.EndUser(other)], to=[at], http=make(z.AnyRequest), because="a"),
        make(
            z.allow_tcp, callers=[orders], to=gateway.at(tls), server_names=["db.example.com"], because="a", stage=None
        ),
        make(z.deny_tcp, callers=z.IpBlock("192.0.2.1"), to=orders.at(tcp), because="a"),
        make(z.audit_tcp, callers=orders, to=make(z.TcpEndpoint, target=orders, port=tcp), because="a"),
        make(
            z.Rule,
            effect=z.Effect.ALLOW,
            callers=[client],
            to=gateway.at(z_https),
            because="a",
            is_tcp=False,
            http=z.AnyRequest(),
            user=None,
            server_names=LEFT_OUT,
            stage=None,
        ),
        z.allow(orders, to=everywhere, http=z.AnyRequest(), because="a"),
    ]
    defaults = make(z.MeshDefaults, mtls=None, default=None)
    logs = [
        make(z.log_denied, of=[shop, defaults], because="a", provider="ztc"),
        make(z.log_all, of=orders, because="a", provider="ztc"),
        make(z.AccessLog, entries=z.Entries.ALL, of=(orders,), because="a", provider="other"),
    ]
    part = z.Policy("edge", owns=[edge], services=[gateway], rules=[r for r in rules if _is_at(r, gateway)])
    root: z.Policy = make(
        z.Policy,
        name="shop",
        owns=[shop],
        services=[orders],
        rules=[r for r in rules if not _is_at(r, gateway)],
        parts=[part],
        logs=logs,
        mesh=defaults,
        owner="team",
    )
    return root


def _is_at(rule: Any, workload: Any) -> bool:
    to = rule.to if isinstance(rule.to, tuple) else (rule.to,)
    return any(getattr(each, "target", None) is workload for each in to)


def unchanged(_name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments as they are."""
    return arguments


def arguments() -> list[tuple[str, str]]:
    """Every call with every argument that it takes."""
    known: dict[tuple[str, str], None] = {}

    def note(name: str, given: dict[str, Any]) -> dict[str, Any]:
        for argument in parameters(name):
            known[name, argument] = None
        return given

    policy(note)
    return list(known)


def parameters(name: str) -> dict[str, inspect.Parameter]:
    """What a call takes, by name."""
    methods: dict[str, Any] = {"every": z.Namespace.every, "at": z.Service.at}
    function = methods.get(name) or getattr(z, name)
    is_class = isinstance(function, type)
    found = inspect.signature(function.__init__ if is_class else function).parameters
    return {key: each for key, each in found.items() if key != "self"}


def annotation(name: str, argument: str) -> str:
    """What an argument is declared to take."""
    made: Any = getattr(z, name, None)
    if is_dataclass(made):
        return next(str(field.type) for field in fields(made) if field.name == argument)
    return str(parameters(name)[argument].annotation)
