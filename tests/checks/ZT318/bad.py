from ztdsl import AnyRequest, EndUser, Header, Http, HttpPort, Issuer, Namespace, Policy, Present, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
frontend = Service("frontend", namespace=shop, service_account="frontend", ports=[api])
auth = Issuer("https://auth.example.com", jwks_uri="https://auth.example.com/jwks.json", audiences=["orders-api"])

anonymous = Http(methods=["GET"], headers=[Header("authorization", none_of=[Present()])])

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders, frontend],
    rules=[
        allow(EndUser(auth), to=orders.at(api), http=AnyRequest(), because="users see their orders"),
        allow(frontend, to=orders.at(api), http=anonymous, because="the shop asks for itself, without a user"),
    ],
)
