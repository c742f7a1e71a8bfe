"""Who may call whom: everything that is not allowed here is refused."""

from ztdsl import Gateway, Http, HttpPort, Namespace, Policy, Service, allow

# Strict mutual TLS and default-deny are what a namespace gets; they need no words.
edge = Namespace("istio-ingress")
web = Namespace("web")
shop = Namespace("shop")

http = HttpPort(8080)

ingress = Gateway("istio-ingressgateway", namespace=edge, service_account="istio-ingressgateway")
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[http])
orders = Service("orders", namespace=shop, service_account="orders", ports=[http])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, orders],
    rules=[
        allow(
            ingress,
            to=frontend.at(http),
            http=Http(methods=["GET", "POST"]),
            because="customers reach the shop through the ingress gateway",
        ),
        allow(
            frontend,
            to=orders.at(http),
            http=Http(methods=["GET", "POST"], paths=["/orders", "/orders/*"]),
            because="the frontend lists and places orders",
        ),
    ],
)
