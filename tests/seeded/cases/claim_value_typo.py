"""A role is written as a string and misspelt."""
# types: caught
from enum import StrEnum

from ztdsl import Claim, EndUser, Gateway, Http, HttpPort, Issuer, Namespace, Policy, Service, allow


class Role(StrEnum):
    ADMIN = "admin"
    SUPPORT = "support"


edge, shop = Namespace("istio-ingress"), Namespace("shop")
api = HttpPort(8080)
ingress = Gateway("istio-ingressgateway", namespace=edge, service_account="istio-ingressgateway")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

role = Claim("role", Role)
auth = Issuer(
    "https://auth.example.com",
    jwks_uri="https://auth.example.com/jwks.json",
    audiences=["orders-api"],
    claims=[role],
)
staff = EndUser(auth, where=[role.is_in("admin", "suport")])  # expect: ZT114 ""suport""

policy = Policy(
    "shop",
    owns=[edge, shop],
    services=[ingress, orders],
    rules=[
        allow(ingress, user=staff, to=orders.at(api), http=Http(methods=["GET"]), because="staff read orders"),
    ],
)
