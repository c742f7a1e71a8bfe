"""An end user names the issuer by its address instead of its declaration."""
# types: caught
from ztdsl import AnyRequest, EndUser, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
customer = EndUser("https://auth.example.com", subject="customer-7")  # expect: ZT111 ""https://auth.example.com""

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(customer, to=orders.at(api), http=AnyRequest(), because="customers see their orders")],
)
