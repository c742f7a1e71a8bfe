"""The metrics port is not among the ports of the service."""
# types: missed
from ztdsl import External, Http, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api, metrics = HttpPort(8080), HttpPort(9100)
frontend = Service("frontend", namespace=shop, service_account="frontend", ports=[api, metrics])
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
prometheus = External("prometheus", namespace="monitoring", service_account="prometheus")

scrape = Http(methods=["GET"], paths=["/metrics"])

policy = Policy(
    "shop",
    owns=[shop],
    services=[frontend, orders],
    rules=[
        allow(frontend, to=orders.at(api), http=Http(paths=["/orders"]), because="the shop lists orders"),
        allow(prometheus, to=frontend.at(metrics), http=scrape, because="dashboards"),
        allow(prometheus, to=orders.at(metrics), http=scrape, because="dashboards"),  # expect: ZT112 "orders.at(metrics)"
    ],
)
