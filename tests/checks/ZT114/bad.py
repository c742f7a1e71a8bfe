from enum import StrEnum

from ztdsl import AnyRequest, Claim, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow


class Role(StrEnum):
    ADMIN = "admin"
    SUPPORT = "support"


shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
role = Claim("role", Role)
keys = "https://auth.example.com/jwks.json"
auth = Issuer("https://auth.example.com", jwks_uri=keys, audiences=["orders-api"], claims=[role])
staff = EndUser(auth, where=[role.is_in(Role.ADMIN, "suport")])
manage = allow(staff, to=orders.at(api), http=AnyRequest(), because="staff manage orders")

policy = Policy("shop-orders", owns=[shop], services=[orders], rules=[manage])
