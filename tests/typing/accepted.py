"""Every construct of the language as it may be written: read by type checkers, never run."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import assert_type

from ztdsl import (
    AccessLog,
    AnyAudience,
    Anyone,
    AnyRequest,
    AnyWorkload,
    Build,
    Caller,
    Check,
    Claim,
    ClaimTest,
    Diff,
    DryRun,
    Effect,
    EndUser,
    Entries,
    Explanation,
    External,
    Gateway,
    Grpc,
    GrpcPort,
    Header,
    Http,
    HttpEndpoint,
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
    Present,
    RemoteIpBlock,
    Rule,
    Service,
    ServiceAccount,
    Suffix,
    TcpCaller,
    TcpEndpoint,
    TcpPort,
    TlsPort,
    TokenHeader,
    TrustDomain,
    allow,
    allow_tcp,
    audit,
    audit_log,
    audit_tcp,
    build_manifests,
    check_manifests,
    check_policy,
    compare_keys,
    deny,
    deny_tcp,
    diff_live,
    explain_code,
    explain_log,
    explain_service,
    init_repository,
    inspect_certificate,
    inspect_issuer,
    inspect_key_server,
    inspect_keys,
    log_all,
    log_denied,
    open_manifests,
    open_policy,
    read_settings,
    request_by_name,
    run_scenarios,
    simulate_lines,
    simulate_request,
    vendor_keys,
    verify_policy,
    write_manifests,
)
from ztdsl.api.testing import policy_under_test
from ztdsl.pytest_plugin import Ztc
from ztdsl.traffic.decision import Verdict


class Role(StrEnum):
    """The roles that the issuer asserts."""

    ADMIN = "admin"
    SUPPORT = "support"


# ---------------------------------------------------------------- workloads and ports

today = date(2026, 11, 24)
soon = Permissive(because="half of the pods have no sidecar", until=today)
edge = Namespace("istio-ingress")
shop = Namespace("shop", mtls=soon, default=Open(because="moving in", until=today))

api = HttpPort(8080)
outside = HttpPort(8443, service=443)
grpc = GrpcPort(9090, service=90)
database = TcpPort(5432, mtls=soon)
vault = TlsPort(8200)

orders = Service("orders", namespace=shop, service_account="orders", ports=[api, grpc, database, vault])
labelled = Service("labelled", namespace=shop, service_account="l", ports=(api,), labels={"app": "labelled", "v": "1"})
ingress = Gateway(
    "ingress", namespace=edge, service_account="ingress", ports=[outside, vault], labels={"istio": "ingress"}
)
counted = Gateway("counted", namespace=edge, service_account="counted", ports=[outside], trusted_proxies=1)
scheduler = External("scheduler", namespace="batch", service_account="scheduler")
foreign = External("foreign", namespace=shop, service_account="foreign", trust_domain="partner.example")

assert_type(orders.at(api), HttpEndpoint)
assert_type(orders.at(grpc), HttpEndpoint)
assert_type(orders.at(database), TcpEndpoint)
assert_type(orders.at(vault), TcpEndpoint)
assert_type(ingress.at(outside), HttpEndpoint)
assert_type(ingress.at(vault), TcpEndpoint)
assert_type(shop.every(api), HttpEndpoint)
assert_type(shop.every(database), TcpEndpoint)

# ---------------------------------------------------------------- end users

role = Claim("role", Role)
nested = Claim(["realm_access", "roles"], list[Role])
dotted = Claim(("https://example.com", "groups"), list[str])
tenant = Claim("tenant", str)
assert_type(role, Claim[Role])
assert_type(nested, Claim[Role])
assert_type(dotted, Claim[str])
assert_type(role.is_in(Role.ADMIN, Prefix("adm")), ClaimTest)

auth = Issuer(
    "https://auth.example.com",
    audiences=["orders-api", "orders-batch"],
    jwks_uri="https://auth.example.com/jwks.json",
    claims=[role, nested, dotted, tenant],
    from_headers=[TokenHeader("authorization", prefix="Bearer "), TokenHeader("x-token")],
    from_params=["token"],
    from_cookies=("session",),
    forward=True,
    payload_header="x-claims",
    claim_headers={"x-tenant": tenant},
    space_delimited=[tenant],
)
careless = Issuer("https://old.example.com", audiences=AnyAudience(because="it sets none"), jwks_file="keys.json")

tests = [
    role.is_in(Role.ADMIN, Role.SUPPORT),
    nested.has_all(Role.ADMIN, Role.SUPPORT),
    dotted.is_not_in("guests", Suffix("-test")),
    tenant.is_present(),
]
staff = EndUser(auth, audience="orders-api", subject="someone", presenter="app", where=tests)
several = EndUser(auth, audience=["orders-api"], subject=("a", "b"), presenter=["app", "phone"], where=tuple(tests))
anybody = EndUser(issuer=careless)

# ---------------------------------------------------------------- callers

tcp_callers: list[TcpCaller] = [
    orders,
    ingress,
    scheduler,
    ServiceAccount("worker", namespace="jobs"),
    ServiceAccount("worker", namespace=shop),
    shop,
    Identity("spiffe://partner.example/ns/a/sa/b"),
    TrustDomain(),
    TrustDomain("partner.example"),
    AnyWorkload(),
    AnyWorkload(but=[shop, foreign]),
    Anyone(),
    Anyone(but=(IpBlock("10.0.0.0/8"), RemoteIpBlock("203.0.113.7"), orders)),
    IpBlock("10.20.0.0/24"),
    RemoteIpBlock("2001:db8::/32"),
]
callers: list[Caller] = [*tcp_callers, staff, several, anybody]

# ---------------------------------------------------------------- requests

beta = Header("x-channel", any_of=["beta", Prefix("beta-"), Suffix("-beta"), Present()])
stable = Header("x-channel", none_of=("beta",))
everything = Http(
    methods=["GET", "HEAD"],
    paths=("/orders", "/orders/*", "*.css", "/orders/{*}/items"),
    hosts=["shop.example.com", "shop.example.com:8443", "*.example.com"],
    headers=[beta, stable],
    not_methods=["DELETE"],
    not_paths=["/orders/internal"],
    not_hosts=("old.example.com",),
)
calls = Grpc("shop.v1.Orders", methods=["Get", "List"], headers=[beta])
every_call = Grpc("shop.v1.Orders")

# ---------------------------------------------------------------- rules

trial = DryRun(until=today)
rules: list[Rule] = [
    allow(orders, to=labelled.at(api), http=AnyRequest(), because="one caller"),
    allow([orders, staff], to=[labelled.at(api), orders.at(grpc)], http=[everything, calls], because="lists"),
    allow((orders, ingress), to=(labelled.at(api),), http=(every_call,), because="tuples"),
    allow(callers, to=shop.every(api), http=everything, because="a typed list"),
    allow(ingress, user=staff, to=orders.at(api), http=everything, because="both identities", stage=trial),
    deny(Anyone(), user=staff, to=orders.at(api), http=AnyRequest(), because="a trial", stage=trial),
    audit(Anyone(), user=staff, to=orders.at(api), http=AnyRequest(), because="look"),
    allow_tcp(tcp_callers, to=orders.at(database), because="a typed list", stage=trial),
    allow_tcp(orders, to=[ingress.at(vault)], server_names=["vault.example.com"], because="by server name"),
    deny_tcp([orders, shop], to=shop.every(database), server_names=(), because="never", stage=trial),
    audit_tcp(AnyWorkload(), to=orders.at(database), server_names=("a.example.com",), because="look"),
]
assert_type(rules[0].effect, Effect)
defaults = MeshDefaults(mtls=soon, default=Open(because="moving in", until=today))
logged: list[Namespace | Service] = [shop, orders]
logs: list[AccessLog] = [
    log_denied(defaults, because="who was denied"),
    log_denied([shop, orders], because="a list", provider="security"),
    log_all(logged, because="a typed list"),
    log_all((ingress,), because="a tuple"),
    AccessLog(Entries.ALL, shop, because="by hand"),
]
assert_type(logs[0].entries, Entries)
assert_type(log_all(shop, because="a"), AccessLog)


def open_to(*names: Service) -> list[Rule]:
    """Rules are values: a function may return them."""
    return [allow(name, to=orders.at(api), http=everything, because=f"{name.name} reads orders") for name in names]


# ---------------------------------------------------------------- policies

web_policy = Policy("web", owns=[edge], services=[ingress, counted], owner="team-web")
policy = Policy(
    "everything",
    owns=(shop, ingress),
    services=(orders, labelled),
    rules=[*rules, *open_to(labelled)],
    parts=[web_policy],
    logs=logs,
    mesh=defaults,
    owner="platform",
)
empty = Policy("empty", mesh=MeshDefaults(), parts=tuple[Policy]())

# ---------------------------------------------------------------- the verbs of the command line

assert_type(build_manifests(policy, today=today), Build)
assert_type(check_policy("policies.py:policy", mesh="production"), Check)
assert_type(explain_service(Path("policies.py"), "shop/orders:8080"), Explanation)
assert_type(explain_code("ZT112"), str)
read_settings("policies.py", config=Path("ztc.toml"))
init_repository(Path("policies"))
write_manifests(build_manifests(policy), Path("manifests"))
verify_policy(policy, today=today)
check_manifests(["manifests"], workloads="workloads.yaml")

assert_type(diff_live(policy, live=["exported"], today=today), Diff)

opened = open_policy(policy)
manifests = open_manifests(["manifests", "-"], workloads="workloads.yaml")
if opened.subject is not None:
    request = request_by_name(
        opened.subject, "orders:8080", caller="web/frontend", http="GET /orders", token={"sub": "a"}
    )
    assert_type(simulate_request(opened.subject, request).text(), str)
    run_scenarios(opened.subject, [Path("scenarios")], now=0.0, only="orders")
    for verdict, line in simulate_lines(opened.subject, [b"{}"]):
        assert_type(line, str)
        assert_type(verdict, Verdict)
    audit_log(opened.subject, [b"{}"], window=timedelta(days=7)).render("csv")
    explain_log(opened.subject, [b"{}"], workload="shop/orders")

inspect_certificate(b"", policy, ca=["root-cert.pem"], today=today)
inspect_keys('{"keys": []}')
inspect_issuer("policies.py", "https://auth.example.com", may_fetch=False)
inspect_key_server("https://auth.example.com/jwks.json", refresh=timedelta(minutes=20))
compare_keys('{"keys": []}', '{"keys": []}', token_lifetime=timedelta(hours=1))
vendor_keys("policies.py", "https://auth.example.com", kept=timedelta(days=90), today=today)

under_test = policy_under_test(policy)
assert under_test.allows(orders, "GET /orders", to=orders.at(api), token={"sub": "a"}, headers={"x-channel": "beta"})
assert under_test.refuses(None, None, to="orders:5432", source_ip="10.0.0.1", plaintext=True)


def test_in_a_platform_repository(ztc: Ztc) -> None:
    """The plugin's fixture is typed."""
    assert ztc.policy("policies.py", mesh="production").allows("frontend", "GET /", to="orders")
    assert ztc.manifests("manifests", workloads="workloads.yaml").refuses("frontend", "GET /", to="orders")
