"""One mistake a line: the comment names the type checkers that must refuse the line."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import ztdsl
from ztdsl import (
    AccessLog,
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
    audit,
    audit_tcp,
    deny,
    deny_tcp,
    log_all,
    log_denied,
)


class Role(StrEnum):
    """What the issuer asserts."""

    ADMIN = "admin"
    SUPPORT = "support"


class Tier(StrEnum):
    """Another enumeration."""

    GOLD = "gold"


# What follows leans on these, which are right.
shop = Namespace("shop")
api, grpc, database, tls = HttpPort(8080), GrpcPort(9090), TcpPort(5432), TlsPort(8200)
web = Service("web", namespace=shop, service_account="web")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api, grpc, database, tls])
ingress = Gateway("ingress", namespace=shop, service_account="ingress", ports=[api])
role, roles, text = Claim("role", Role), Claim(["realm", "roles"], list[Role]), Claim("text", str)
auth = Issuer("https://auth.example.com", audiences=["a"], jwks_uri="https://auth.example.com/keys", claims=[role])
staff = EndUser(auth)
read = Http(methods=["GET"])
rule = allow(web, to=orders.at(api), http=read, because="good")

# names
repr(ztdsl.NameSpace)  # error: mypy pyright

# namespaces, services, gateways
Namespace()  # error: mypy pyright
Namespace(None)  # error: mypy pyright
Namespace(["shop"])  # error: mypy pyright
Namespace("shop", "strict")  # error: mypy pyright
Namespace("shop", mtls="permissive")  # error: mypy pyright
Namespace("shop", mtls=Open(because="x", until=date(2027, 1, 1)))  # error: mypy pyright
Namespace("shop", default=True)  # error: mypy pyright
Namespace("shop", labels={"a": "b"})  # error: mypy pyright
Service("orders", namespace="shop", service_account="orders")  # error: mypy pyright
Service("orders", namespace=None, service_account="orders")  # error: mypy pyright
Service("orders", service_account="orders")  # error: mypy pyright
Service("orders", namespace=shop)  # error: mypy pyright
Service("orders", shop, "orders")  # error: mypy pyright
Service("orders", namespace=Namespace, service_account="orders")  # error: mypy pyright
Service("orders", namespace=shop, service_account="orders", ports=[8080])  # error: mypy pyright
Service("orders", namespace=shop, service_account="orders", ports=api)  # error: mypy pyright
Service("orders", namespace=shop, service_account="orders", ports={api})  # error: mypy pyright
Service("orders", namespace=shop, service_account="orders", port=[api])  # error: mypy pyright
Service("orders", namespace=shop, service_account="orders", labels={"version": 1})  # error: mypy pyright
Service("orders", namespace=shop, service_account="orders", labels=["app=orders"])  # error: mypy pyright
Service("orders", namespace=shop, service_account="orders", trusted_proxies=1)  # error: mypy pyright
Gateway("ingress", namespace=shop, service_account="ingress", trusted_proxies="1")  # error: mypy pyright
External("scheduler", namespace="batch")  # error: mypy pyright
External("scheduler", namespace="batch", service_account="s", ports=[api])  # error: mypy pyright
ServiceAccount("worker")  # error: mypy pyright
MeshDefaults("istio-system")  # error: mypy pyright
MeshDefaults(mtls=None, default="open")  # error: mypy pyright
orders.ports = [api]  # error: mypy pyright
orders.name += "-v2"  # error: mypy pyright

# ports and endpoints
HttpPort()  # error: mypy pyright
HttpPort("8080")  # error: mypy pyright
HttpPort(8080, 80)  # error: mypy pyright
HttpPort(8080, protocol="http")  # error: mypy pyright
TcpPort(7070, mtls="PERMISSIVE")  # error: mypy pyright
orders.at(8080)  # error: mypy pyright
orders.at("api")  # error: mypy pyright
orders.at()  # error: mypy pyright
orders.at(api, grpc)  # error: mypy pyright
orders.on(api)  # error: mypy pyright
shop.every(9100)  # error: mypy pyright
shop.at(api)  # error: mypy pyright
External("x", namespace="x", service_account="x").at(api)  # error: mypy pyright

# weakenings
Permissive()  # error: mypy pyright
Permissive(because="x")  # error: mypy pyright
Permissive(until=date(2027, 1, 1))  # error: mypy pyright
Permissive("x", date(2027, 1, 1))  # error: mypy pyright
Permissive(because="x", until="2027-01-01")  # error: mypy pyright
Permissive(because="x", until=None)  # error: mypy pyright
Open(because="x", until=2027)  # error: mypy pyright
DryRun()  # error: mypy pyright
DryRun(because="x", until=date(2027, 1, 1))  # error: mypy pyright

# issuers, claims, end users
Issuer("https://auth.example.com", jwks_uri="https://auth.example.com/keys")  # error: mypy pyright
Issuer("https://auth.example.com", audiences="a")  # error: mypy pyright
Issuer("https://auth.example.com", audiences=None)  # error: mypy pyright
Issuer("https://auth.example.com", audiences=AnyAudience())  # error: mypy pyright
Issuer("https://auth.example.com", audiences=AnyAudience)  # error: mypy pyright
Issuer("https://auth.example.com", audiences=["a"], claims=["role"])  # error: mypy pyright
Issuer("https://auth.example.com", audiences=["a"], claims=role)  # error: mypy pyright
Issuer("https://auth.example.com", audiences=["a"], from_headers=["x-token"])  # error: mypy pyright
Issuer("https://auth.example.com", audiences=["a"], from_params="token")  # error: mypy pyright
Issuer("https://auth.example.com", audiences=["a"], from_cookies="token")  # error: mypy pyright
Issuer("https://auth.example.com", audiences=["a"], forward="yes")  # error: mypy pyright
Issuer("https://auth.example.com", audiences=["a"], claim_headers={"x-role": "role"})  # error: mypy pyright
Issuer("https://auth.example.com", audiences=["a"], space_delimited=["scope"])  # error: mypy pyright
Issuer(issuer=None, audiences=["a"])  # error: mypy pyright
TokenHeader()  # error: mypy pyright
TokenHeader("x-token", "Bearer ")  # error: mypy pyright
Claim("role")  # error: mypy pyright
Claim("age", int)  # error: mypy pyright
Claim("verified", bool)  # error: mypy pyright
Claim("ages", list[int])  # error: mypy pyright
Claim(7, str)  # error: mypy pyright
Claim("role", "admin")  # error: mypy pyright
Claim("role", Role.ADMIN)  # error: mypy pyright
role.is_in("admin")  # error: mypy pyright
role.is_in(Tier.GOLD)  # error: mypy pyright
role.is_in([Role.ADMIN, Role.SUPPORT])  # error: mypy pyright
role.is_in(Role)  # error: mypy pyright
roles.has_all("admin")  # error: mypy pyright
roles.is_not_in(Tier.GOLD)  # error: mypy pyright
text.is_in(7)  # error: mypy pyright
text.is_in(Prefix(7))  # error: mypy pyright
text.is_present("x")  # error: mypy pyright
repr(role == Role.ADMIN)  # error: mypy pyright
EndUser()  # error: mypy pyright
EndUser("https://auth.example.com")  # error: mypy pyright
EndUser(Issuer)  # error: mypy pyright
EndUser(auth, "a")  # error: mypy pyright
EndUser(auth, subject=7)  # error: mypy pyright
EndUser(auth, where=role.is_in(Role.ADMIN))  # error: mypy pyright
EndUser(auth, where=[role])  # error: mypy pyright
EndUser(auth, where=[role.is_in])  # error: mypy pyright
EndUser(auth, where={"role": "admin"})  # error: mypy pyright
EndUser(auth, role=Role.ADMIN)  # error: mypy pyright

# callers
IpBlock(10)  # error: mypy pyright
IpBlock(["10.0.0.0/8"])  # error: mypy pyright
RemoteIpBlock()  # error: mypy pyright
TrustDomain(7)  # error: mypy pyright
Anyone([web])  # error: mypy pyright
Anyone(but=web)  # error: mypy pyright
Anyone(but=[staff])  # error: mypy pyright
Anyone(but=[AnyWorkload()])  # error: mypy pyright
AnyWorkload(but=[IpBlock("10.0.0.0/8")])  # error: mypy pyright
AnyWorkload(but=["web"])  # error: mypy pyright

# requests
Http(["GET"])  # error: mypy pyright
Http(methods="GET")  # error: mypy pyright
Http(paths="/orders")  # error: mypy pyright
Http(hosts="shop.example.com")  # error: mypy pyright
Http(methods={"GET"})  # error: mypy pyright
Http(not_methods="GET")  # error: mypy pyright
Http(not_paths="/orders")  # error: mypy pyright
Http(not_hosts="shop.example.com")  # error: mypy pyright
Http(methods=[7])  # error: mypy pyright
Http(paths=[Prefix("/orders")])  # error: mypy pyright
Http(path=["/orders"])  # error: mypy pyright
Http(headers={"x-channel": "beta"})  # error: mypy pyright
Http(headers=["x-channel"])  # error: mypy pyright
Http(ports=[8080])  # error: mypy pyright
Header("x-channel", "beta")  # error: mypy pyright
Header("x-channel", any_of="beta")  # error: mypy pyright
Header("x-channel", none_of="beta")  # error: mypy pyright
Header("x-channel", any_of=[7])  # error: mypy pyright
Grpc()  # error: mypy pyright
Grpc("shop.v1.Orders", "Get")  # error: mypy pyright
Grpc("shop.v1.Orders", methods="Get")  # error: mypy pyright
Grpc("shop.v1.Orders", paths=["/x"])  # error: mypy pyright
AnyRequest(methods=["GET"])  # error: mypy pyright

# rules
allow(web, to=orders.at(api), http=read)  # error: mypy pyright
allow(web, to=orders.at(api), because="x")  # error: mypy pyright
allow(web, http=read, because="x")  # error: mypy pyright
allow(to=orders.at(api), http=read, because="x")  # error: mypy pyright
allow(web, orders.at(api), read, "x")  # error: mypy pyright
allow(web, to=orders.at(api), http=read, because=None)  # error: mypy pyright
allow(web, to=orders.at(api), http=None, because="x")  # error: mypy pyright
allow(web, to=orders.at(api), http=AnyRequest, because="x")  # error: mypy pyright
allow(web, to=orders.at(api), http=[AnyRequest()], because="x")  # error: mypy pyright
allow(web, to=orders.at(api), http="GET /orders", because="x")  # error: mypy pyright
allow(web, to=orders, http=read, because="x")  # error: mypy pyright
allow(web, to=shop, http=read, because="x")  # error: mypy pyright
allow(web, to=api, http=read, because="x")  # error: mypy pyright
allow(web, to=orders.at, http=read, because="x")  # error: mypy pyright
allow(web, to=orders.at(database), http=read, because="x")  # error: mypy pyright
allow(web, to=orders.at(tls), http=read, because="x")  # error: mypy pyright
allow(web, to=[orders.at(api), orders.at(database)], http=read, because="x")  # error: mypy pyright
allow("web", to=orders.at(api), http=read, because="x")  # error: mypy pyright
allow(None, to=orders.at(api), http=read, because="x")  # error: mypy pyright
allow(Service, to=orders.at(api), http=read, because="x")  # error: mypy pyright
allow({web}, to=orders.at(api), http=read, because="x")  # error: mypy pyright
allow([web, "spiffe://a/ns/b/sa/c"], to=orders.at(api), http=read, because="x")  # error: mypy pyright
allow([[web]], to=orders.at(api), http=read, because="x")  # error: mypy pyright
allow(auth, to=orders.at(api), http=read, because="x")  # error: mypy pyright
allow(web.at(api), to=orders.at(api), http=read, because="x")  # error: mypy pyright
allow(web, user=auth, to=orders.at(api), http=read, because="x")  # error: mypy pyright
allow(web, user=[staff], to=orders.at(api), http=read, because="x")  # error: mypy pyright
allow(web, to=orders.at(api), http=read, because="x", stage=True)  # error: mypy pyright
allow(web, to=orders.at(api), http=read, because="x", stage=DryRun)  # error: mypy pyright
allow(web, to=orders.at(api), http=read, because="x", server_names=["a"])  # error: mypy pyright
allow(web, to=orders.at(api), http=read, reason="x")  # error: mypy pyright
deny(web, to=orders.at(database), http=read, because="x")  # error: mypy pyright
deny(web, to=orders.at(api), http=read)  # error: mypy pyright
audit(web, to=orders.at(database), http=read, because="x")  # error: mypy pyright
audit(web, to=orders.at(api), http=read, because="x", stage=DryRun(until=date(2027, 1, 1)))  # error: mypy pyright
allow_tcp(web, to=orders.at(api), because="x")  # error: mypy pyright
allow_tcp(web, to=orders.at(grpc), because="x")  # error: mypy pyright
allow_tcp(web, to=orders.at(database))  # error: mypy pyright
allow_tcp(web, to=orders.at(database), http=AnyRequest(), because="x")  # error: mypy pyright
allow_tcp(staff, to=orders.at(database), because="x")  # error: mypy pyright
allow_tcp([web, staff], to=orders.at(database), because="x")  # error: mypy pyright
allow_tcp(web, user=staff, to=orders.at(database), because="x")  # error: mypy pyright
allow_tcp(web, to=orders.at(tls), server_names="a.example.com", because="x")  # error: mypy pyright
deny_tcp(web, to=orders.at(api), because="x")  # error: mypy pyright
deny_tcp(staff, to=orders.at(database), because="x")  # error: mypy pyright
audit_tcp(web, to=orders.at(api), because="x")  # error: mypy pyright
audit_tcp(web, to=orders.at(database), because="x", stage=DryRun(until=date(2027, 1, 1)))  # error: mypy pyright

# policies
Policy()  # error: mypy pyright
Policy("shop", [shop])  # error: mypy pyright
Policy("shop", owns=shop)  # error: mypy pyright
Policy("shop", owns=["shop"])  # error: mypy pyright
Policy("shop", owns=[External("x", namespace="x", service_account="x")])  # error: mypy pyright
Policy("shop", services=[shop])  # error: mypy pyright
Policy("shop", services=[External("x", namespace="x", service_account="x")])  # error: mypy pyright
Policy("shop", rules=rule)  # error: mypy pyright
Policy("shop", rules=[[rule]])  # error: mypy pyright
Policy("shop", rules=[lambda: rule])  # error: mypy pyright
Policy("shop", parts=["web"])  # error: mypy pyright
Policy("shop", logs=log_all(shop, because="x"))  # error: mypy pyright
Policy("shop", logs=[rule])  # error: mypy pyright
Policy("shop", rules=[log_all(shop, because="x")])  # error: mypy pyright

# access logs
log_all(shop)  # error: mypy pyright
log_all(because="x")  # error: mypy pyright
log_all("shop", because="x")  # error: mypy pyright
log_all([shop, api], because="x")  # error: mypy pyright
log_all(orders.at(api), because="x")  # error: mypy pyright
log_denied(External("x", namespace="x", service_account="x"), because="x")  # error: mypy pyright
log_denied(shop, because="x", provider=None)  # error: mypy pyright
log_denied(shop, "ztc", because="x")  # error: mypy pyright
AccessLog("denied", shop, because="x")  # error: mypy pyright
Policy("shop", parts=Policy("web"))  # error: mypy pyright
Policy("shop", mesh=True)  # error: mypy pyright
Policy("shop", mesh=MeshDefaults)  # error: mypy pyright
Policy("shop", owner=["team"])  # error: mypy pyright
Policy("shop").rules.append(rule)  # error: mypy pyright
