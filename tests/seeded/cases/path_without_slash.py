"""A path does not begin with a slash."""
# types: missed
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
basket = Service("basket", namespace=shop, service_account="basket", ports=[api])
contents = Http(methods=["GET", "PUT"], paths=["basket"])  # expect: ZT121 ""basket""

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, basket],
    rules=[allow(frontend, to=basket.at(api), http=contents, because="the shop fills the basket")],
)
