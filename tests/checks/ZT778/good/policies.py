from ztdsl import AnyRequest, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
login = Issuer("https://login.example.com", audiences=["orders-api"], jwks_file="keys/login.json")
customer = EndUser(login)

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(customer, to=orders.at(api), http=AnyRequest(), because="customers see their orders")],
)
