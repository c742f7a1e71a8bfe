"""A small shop with every kind of declaration, random rules about it, and random calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, cast

from hypothesis import strategies as st

from ztdsl import (
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
    Namespace,
    Open,
    Policy,
    Prefix,
    Present,
    RemoteIpBlock,
    Rule,
    Service,
    ServiceAccount,
    Suffix,
    TcpPort,
    TlsPort,
    TrustDomain,
    allow,
    allow_tcp,
    audit,
    deny,
    deny_tcp,
)
from ztdsl.dsl.declaration import LEFT_OUT
from ztdsl.dsl.ports import Port
from ztdsl.traffic.mesh import Mesh

TODAY = date(2026, 11, 24)
PLAIN = Mesh(federated_trust_domains=("partner.example",))
RENAMED = Mesh(
    trust_domain="prod.example",
    trust_domain_aliases=("old.example",),
    federated_trust_domains=("partner.example",),
)
MESHES = (PLAIN, RENAMED)


class Role(StrEnum):
    """The values of a claim."""

    ADMIN = "admin"
    SUPPORT = "support"


shop, web, edge = Namespace("shop"), Namespace("web"), Namespace("istio-ingress")
lab = Namespace("lab", default=Open(because="trials", until=date(2027, 1, 31)))

api, calls = HttpPort(8080, service=80), GrpcPort(9000)
store, vault = TcpPort(9090), TlsPort(9443)
https, passthrough = HttpPort(8443, service=443), TlsPort(8444)

orders = Service("orders", namespace=shop, service_account="orders", ports=[api, calls, store])
ledger = Service("ledger", namespace=shop, service_account="ledger", ports=[api, vault])
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[api])
trial = Service("trial", namespace=lab, service_account="trial", ports=[api, store])
gateway = Gateway("gateway", namespace=edge, service_account="gateway", ports=[https, passthrough], trusted_proxies=0)
WORKLOADS: tuple[Service | Gateway, ...] = (orders, ledger, frontend, trial, gateway)

role, scope, dotted = Claim("role", Role), Claim("scope", str), Claim("shop.example/tier", str)
groups, nested = Claim("groups", list[str]), Claim(["realm", "roles"], list[str])
auth = Issuer(
    "https://auth.example.com/",
    jwks_uri="https://auth.example.com/jwks.json",
    audiences=["shop", "ledger"],
    claims=[role, scope, dotted, groups, nested],
)
partner_auth = Issuer("partner", jwks_uri="https://partner.example/jwks.json", audiences=["shop"], claims=[role])

_PATHS = (
    ["/orders"],
    ["/orders", "/orders/*"],
    ["*.css"],
    ["/orders/{*}/items"],
    ["/files/{*}", "/files/{*}/{**}"],
    ["/", "/a%20b"],
)
_HOSTS = (["shop.example.com"], ["shop.example.com:8443", "api.example.org"], ["*.example.com"])
_REFUSED = (["api.example.org"],)
_TESTS = (
    role.is_in(Role.ADMIN),
    role.is_not_in(Role.SUPPORT),
    scope.has_all("read", "write"),
    scope.is_in("read"),
    dotted.is_in(Prefix("go")),
    dotted.is_present(),
    groups.is_in("dev", Suffix("-ops")),
    groups.has_all("dev", "ops"),
    nested.is_not_in("banned"),
    nested.is_in("a"),
)


@dataclass(frozen=True)
class Call:
    """One request, or one connection to a port that is not HTTP."""

    to: Service | Gateway
    port: Port
    peer: tuple[str, str, str] | None
    source_ip: str
    client_ip: str
    token: Mapping[str, Any] | None
    method: str
    path: str
    host: str
    headers: tuple[tuple[str, str], ...]
    server_name: str


def _some(values: Sequence[Any], most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique_by=id)


_PATTERNS = ("a", "b", Prefix("a"), Suffix("b"), Present())
_headers = st.builds(
    Header,
    st.sampled_from(("x-team", "X-Env")),
    any_of=st.one_of(st.just(LEFT_OUT), _some(_PATTERNS)),
    none_of=_some(_PATTERNS, 2),
) | st.builds(Header, st.sampled_from(("x-team", "X-Env")), any_of=_some(_PATTERNS))


def _none_or(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.just(LEFT_OUT), strategy)


_http = st.builds(
    Http,
    methods=_some(("GET", "POST", "DELETE")),
    paths=_none_or(st.sampled_from(_PATHS)),
    hosts=_none_or(st.sampled_from(_HOSTS)),
    headers=_none_or(st.lists(_headers, min_size=1, max_size=2)),
    not_paths=_none_or(st.sampled_from(_PATHS)),
) | st.builds(
    Http,
    hosts=_none_or(st.sampled_from(_HOSTS)),
    paths=st.sampled_from(_PATHS),
    not_methods=_none_or(_some(("GET", "POST"))),
    not_hosts=_none_or(st.sampled_from(_HOSTS[:1] + _REFUSED)),
)
_grpc = st.builds(
    Grpc,
    st.just("shop.v1.Orders"),
    methods=_none_or(_some(("Get", "List"))),
    headers=_none_or(_headers.map(lambda h: [h])),
)
_requests = st.one_of(st.builds(AnyRequest), _http, st.lists(_http, min_size=1, max_size=3))
_calls = st.one_of(st.builds(AnyRequest), _grpc, st.lists(_grpc, min_size=1, max_size=2))

_users = st.builds(
    EndUser,
    st.just(auth),
    audience=st.sampled_from((None, "ledger", ["shop", "ledger"])),
    subject=st.sampled_from((None, None, "u1", ["u1", "u2"], "tenant/u1", ["u1", "tenant/u2"])),
    presenter=st.sampled_from((None, None, "portal")),
    where=_none_or(_some(_TESTS)),
) | st.builds(EndUser, st.just(partner_auth), where=_none_or(st.just([role.is_in(Role.ADMIN)])))

scheduler = External("scheduler", namespace="batch", service_account="scheduler")
exchange = External("exchange", namespace="batch", service_account="exchange", trust_domain="partner.example")
PEERS = (
    frontend,
    gateway,
    orders,
    scheduler,
    exchange,
    ServiceAccount("ledger", namespace=shop),
    web,
    Identity("spiffe://partner.example/ns/web/sa/frontend"),
    TrustDomain(),
    TrustDomain("partner.example"),
)
_peers = st.sampled_from(PEERS)
_source_blocks = st.sampled_from((IpBlock("10.0.0.0/8"), IpBlock("10.1.2.3"), IpBlock("2001:db8::/32")))
_client_blocks = st.sampled_from((RemoteIpBlock("203.0.113.0/24"), RemoteIpBlock("2001:db8::7")))
_anyone = st.builds(Anyone)


def _callers(blocks: st.SearchStrategy[Any], *, has_users: bool, is_identified: bool) -> st.SearchStrategy[list[Any]]:
    """Callers that do not contradict each other and that the callee's proxy can tell apart."""
    peers = [_peers, _peers, _peers, st.builds(AnyWorkload, but=_none_or(_some(PEERS)))] if is_identified else []
    left_out = st.one_of(_peers, blocks) if is_identified else blocks
    but = st.builds(Anyone, but=st.lists(left_out, min_size=1, max_size=2))
    several = st.lists(st.one_of(*peers, blocks, but, *([_users] * 2 if has_users else [])), min_size=1, max_size=3)
    return st.one_of(several, several, _anyone.map(lambda one: [one]))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """One rule that means what it says, about one or two endpoints of a kind."""
    kind = draw(st.sampled_from(("http", "http", "http", "grpc", "tcp", "gateway", "passthrough")))
    stage = draw(st.sampled_from((None, None, None, DryRun(until=date(2027, 1, 31)))))
    is_allow = draw(st.sampled_from((True, True, True, False)))
    is_gateway = kind in {"gateway", "passthrough"}
    blocks = _client_blocks if is_gateway else _source_blocks
    is_every = kind in {"http", "tcp"} and draw(st.integers(0, 4)) == 0
    has_users = kind in {"http", "grpc", "gateway"} and not is_every
    callers: Any = draw(_callers(blocks, has_users=has_users, is_identified=not is_gateway or is_allow))
    if len(callers) == 1:
        (callers,) = callers
    user: Any = None
    is_alone = not isinstance(callers, EndUser | list)
    if has_users and is_alone and draw(st.booleans()):
        user = draw(_users)
    if kind in {"tcp", "passthrough"}:
        to: Any = passthrough if is_gateway else store
        target = (
            gateway.at(to)
            if is_gateway
            else shop.every(store)
            if is_every
            else draw(st.sampled_from((orders, trial))).at(to)
        )
        names = draw(st.sampled_from((None, ["db.example.com"], ["*.example.com"]))) if is_gateway else None
        asked = {} if names is None else {"server_names": names}
        make: Any = allow_tcp if is_allow else deny_tcp
        made: Rule = make(callers, to=target, stage=stage, because="connections", **asked)
        return made
    targets: Any
    if is_every:
        targets = draw(st.sampled_from((shop, lab, web))).every(api)
    elif kind == "http":
        targets = [each.at(api) for each in draw(_some((orders, ledger, frontend, trial), 2))]
    else:
        targets = gateway.at(https) if is_gateway else [orders.at(calls)]
    http = draw(_calls if kind == "grpc" else _requests)
    if is_allow and not draw(st.integers(0, 9)):
        audited: Rule = audit(callers, user=user, to=targets, http=http, because="audited")
        return audited
    make = allow if is_allow else deny
    return cast("Rule", make(callers, user=user, to=targets, http=http, stage=stage, because="requests"))


FOCUSES = ("users", "peers", "requests", "all")


@st.composite
def focused(draw: st.DrawFn, focus: str) -> Rule:
    """An enforced rule about one port whose other parts are plain; `all` is any rule."""
    if focus == "all":
        return draw(rules())
    callers: Any = Anyone()
    http: Any = AnyRequest()
    if focus == "users":
        callers = draw(st.lists(st.one_of(_users, _users, _users, st.just(frontend)), min_size=1, max_size=3))
    elif focus == "peers":
        callers = draw(_callers(_source_blocks, has_users=False, is_identified=True))
    else:
        http = draw(_requests)
    user = draw(_users) if focus == "peers" and draw(st.booleans()) else None
    make: Any = draw(st.sampled_from((allow, allow, allow, deny)))
    return cast("Rule", make(callers, user=user, to=orders.at(api), http=http, because="focused"))


def policy_of(some: Sequence[Rule]) -> Policy:
    """The policy of the shop with these rules."""
    return Policy("shop", owns=[shop, web, edge, lab], services=list(WORKLOADS), rules=list(some), owner="team-shop")


_claims = st.fixed_dictionaries(
    {
        "iss": st.sampled_from((auth.issuer, auth.issuer, partner_auth.issuer)),
        "aud": st.sampled_from((["shop"], ["shop", "ledger"], "shop")),
    },
    optional={
        "sub": st.sampled_from(("u1", "u1", "u2", "tenant/u1", "tenant/u2", "")),
        "azp": st.sampled_from(("portal", "other")),
        "role": st.sampled_from(("admin", "support", 7, ["admin", "x"])),
        "scope": st.sampled_from(("read", "read write", "write  read", "readwrite", ["read write"])),
        "shop.example/tier": st.sampled_from(("gold", "go", "silver", "")),
        "shop": st.just({"example/tier": "gold"}),
        "groups": st.sampled_from((["dev"], ["dev", "ops"], ["net-ops"], "dev ops", "dev", [], [1])),
        "realm": st.sampled_from(({"roles": ["a"]}, {"roles": ["a", "banned"]}, {"roles": "banned"}, {}, "a")),
    },
)


# Strategies are made once: making them for each call would cost more than all that is tested.
_IDENTITIES = (
    ("web", "frontend"),
    ("istio-ingress", "gateway"),
    ("shop", "orders"),
    ("shop", "ledger"),
    ("batch", "scheduler"),
    ("batch", "exchange"),
    ("web", "other"),
    ("webs", "frontend"),
)
_workloads = st.sampled_from(WORKLOADS)
_ports = {each.service_account: st.sampled_from(list(each.ports)) for each in WORKLOADS}
_source_ips = st.sampled_from(("10.1.2.3", "10.9.9.9", "192.0.2.1", "2001:db8::7"))
_client_ips = st.sampled_from(("203.0.113.9", "198.51.100.1", "2001:db8::7"))
_tokens = st.none() | _claims | _claims
_methods = st.sampled_from(("GET", "GET", "POST", "DELETE", "PATCH"))
_grpc_paths = st.sampled_from(
    ("/shop.v1.Orders/Get", "/shop.v1.Orders/List", "/shop.v1.Orders/Put", "/shop.v1.OrdersX/Get")
)
_http_paths = st.sampled_from(
    (
        "/orders",
        "/orders",
        "/orders/",
        "/orders/7",
        "/orders/7/items",
        "/orders//items",
        "/orders/a.css",
        "/x.css",
        "/orders?f=x.css",
        "/ORDERS",
        "/files/a",
        "/files/a/",
        "/files/a/b/c",
        "/files/a/b[c]",
        "/files//",
        "/",
        "/a%20b",
        "/ordersX",
    )
)
_hosts = st.sampled_from(
    (
        "shop.example.com",
        "SHOP.example.com:80",
        "shop.example.com:8443",
        "x.example.com",
        "x.example.com:443",
        "x.example.com:9999",
        "example.com",
        "api.example.org:1",
        "shop.example.com.",
        "api.example.org",
    )
)
_line = st.tuples(st.sampled_from(("x-team", "X-TEAM", "x-env")), st.sampled_from(("a", "b", "ab", "ba", "")))
_lines = st.lists(_line, max_size=3)
_server_names = st.sampled_from(("", "db.example.com", "example.com", "a.db.example.com"))


@cache
def _callers_in(domains: tuple[str, ...]) -> st.SearchStrategy[tuple[str, str, str] | None]:
    """Who calls in a mesh of these trust domains; nobody in a third of all cases."""
    known = [(each, *who) for each in (*domains, *domains, "partner.example") for who in _IDENTITIES]
    peer = st.sampled_from(known)
    return st.none() | peer | peer


@cache
def call(mesh: Mesh) -> st.SearchStrategy[Call]:
    """One request or connection, near enough to what rules are about to be matched now and then."""
    return _call(_callers_in(tuple(mesh.trust_domains)))


@st.composite
def _call(draw: st.DrawFn, peers: st.SearchStrategy[tuple[str, str, str] | None]) -> Call:
    to = draw(_workloads)
    port = draw(_ports[to.service_account])
    is_grpc = port is calls
    return Call(
        to,
        port,
        draw(peers),
        draw(_source_ips),
        draw(_client_ips),
        draw(_tokens),
        "POST" if is_grpc else draw(_methods),
        draw(_grpc_paths if is_grpc else _http_paths),
        draw(_hosts),
        tuple(draw(_lines)),
        draw(_server_names),
    )
