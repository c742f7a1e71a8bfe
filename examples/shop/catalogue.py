"""What the three teams share: who runs where, on which ports, and whose tokens count."""

from datetime import date
from enum import StrEnum

from ztdsl import (
    Claim,
    External,
    Gateway,
    GrpcPort,
    HttpPort,
    Issuer,
    Namespace,
    Permissive,
    Service,
    TcpPort,
)

edge, web, orders_ns, payments_ns = (
    Namespace("istio-ingress"),
    Namespace("web"),
    Namespace("orders"),
    Namespace("payments"),
)

https = HttpPort(8443, service=443)
api = HttpPort(8080, service=80)
grpc = GrpcPort(9090)
metrics = HttpPort(9100)
postgres = TcpPort(5432)
nightly = TcpPort(
    7070,
    mtls=Permissive(because="SEC-142: the batch host has no sidecar", until=date(2027, 3, 31)),
)

ingress = Gateway(
    "istio-ingressgateway",
    namespace=edge,
    service_account="istio-ingressgateway",
    ports=[https],
    trusted_proxies=1,
)
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[api, metrics])
orders = Service("orders", namespace=orders_ns, service_account="orders", ports=[api, nightly, metrics])
orders_db = Service("orders-db", namespace=orders_ns, service_account="orders-db", ports=[postgres])
payments = Service(
    "payments",
    namespace=payments_ns,
    service_account="payments",
    ports=[grpc, metrics],
    labels={"app.kubernetes.io/name": "payments"},
)
prometheus = External("prometheus", namespace="monitoring", service_account="prometheus")


class Role(StrEnum):
    CUSTOMER = "customer"
    SUPPORT = "support"
    ADMIN = "admin"


roles = Claim(["realm_access", "roles"], list[Role])
tenant = Claim("tenant", str)
accounts = Issuer(
    "https://accounts.example.com/realms/shop",
    jwks_uri="https://accounts.example.com/realms/shop/certs",
    audiences=["shop-api"],
    claims=[roles, tenant],
    claim_headers={"x-tenant": tenant},
    forward=True,
)
