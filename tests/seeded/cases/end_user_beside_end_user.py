"""A rule names one end user as the caller and another beside it."""
# types: missed
from ztdsl import AnyRequest, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
auth = Issuer(
    "https://auth.example.com",
    jwks_uri="https://auth.example.com/jwks.json",
    audiences=["orders-api", "support-desk"],
)
customer = EndUser(auth, audience="orders-api")
support = EndUser(auth, audience="support-desk")

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[
        allow(
            customer,  # expect: ZT137 "customer"
            user=support,
            to=orders.at(api),
            http=AnyRequest(),
            because="customers and support see orders",
        ),
    ],
)
