"""Metrics are scraped from a port of the proxy, which policies do not reach."""
# types: missed
from ztdsl import External, Http, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
metrics = HttpPort(15020)  # expect: ZT107 "15020"
orders = Service("orders", namespace=shop, service_account="orders", ports=[metrics])
basket = Service("basket", namespace=shop, service_account="basket", ports=[metrics])
prometheus = External("prometheus", namespace="monitoring", service_account="prometheus")

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders, basket],
    rules=[
        allow(
            prometheus,
            to=shop.every(metrics),
            http=Http(methods=["GET"], paths=["/stats/prometheus"]),
            because="dashboards and alerts",
        ),
    ],
)
