from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

monitoring, shop = Namespace("monitoring"), Namespace("shop")
metrics = HttpPort(9100)
prometheus = Service("prometheus", namespace=monitoring, service_account="prometheus")
orders = Service("orders", namespace=shop, service_account="orders", ports=[metrics])
scrape = allow(prometheus, to=orders.at(metrics), http=Http(paths=["/metrics"]), because="dashboards")

policy = Policy("shop-orders", owns=[monitoring, shop], services=[prometheus, orders], rules=[scrape])
