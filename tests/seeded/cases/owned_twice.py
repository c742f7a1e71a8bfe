"""Two parts of a policy own the same namespace."""
# types: missed
from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
basket = Service("basket", namespace=shop, service_account="basket")

team_orders = Policy(
    "orders",
    owns=[shop],
    services=[orders, basket],
    rules=[allow(basket, to=orders.at(api), http=AnyRequest(), because="a basket becomes an order")],
)
team_basket = Policy(
    "basket",
    owns=[shop],  # expect: ZT202 "shop"
)

policy = Policy("shop", parts=[team_orders, team_basket])
