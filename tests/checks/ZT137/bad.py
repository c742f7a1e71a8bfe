from ztdsl import Anyone, Http, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
catalog = Service("catalog", namespace=shop, service_account="catalog", ports=[api])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, catalog],
    rules=[
        allow(
            [frontend, Anyone()],
            to=catalog.at(api),
            http=Http(methods=["GET"], paths=["/products", "/products/*"]),
            because="the catalog is public",
        ),
    ],
)
