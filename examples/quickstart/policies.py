from enum import StrEnum

from ztdsl import Anyone, AnyRequest, Claim, EndUser, Gateway, Http, HttpPort, Issuer, Namespace, Policy, Service, allow


class Role(StrEnum):
    ADMIN = "admin"
    SUPPORT = "support"


edge, web, shop = Namespace("istio-ingress"), Namespace("web"), Namespace("shop")
https, api = HttpPort(8443, service=443), HttpPort(8080)

ingress = Gateway("istio-ingressgateway", namespace=edge, service_account="istio-ingressgateway", ports=[https])
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[api])
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

role = Claim("role", Role)
auth = Issuer(
    "https://auth.example.com",
    jwks_uri="https://auth.example.com/jwks.json",
    audiences=["orders-api"],
    claims=[role],
)
staff = EndUser(auth, where=[role.is_in(Role.ADMIN, Role.SUPPORT)])

page = Http(hosts=["shop.example.com"])
listing = Http(methods=["GET", "POST"], paths=["/orders", "/orders/*"])

policy = Policy(
    "quickstart",
    owns=[edge, web, shop],
    services=[ingress, frontend, orders],
    rules=[
        allow(Anyone(), to=ingress.at(https), http=page, because="the shop is open to the internet"),
        allow(ingress, to=frontend.at(api), http=page, because="the gateway passes visitors on"),
        allow(frontend, to=orders.at(api), http=listing, because="the shop lists and places orders"),
        allow(ingress, user=staff, to=orders.at(api), http=AnyRequest(), because="staff look after orders"),
    ],
)
