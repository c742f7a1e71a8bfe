from ztdsl import Anyone, Http, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
catalog = Service("catalog", namespace=shop, service_account="catalog", ports=[api])

policy = Policy(
    "shop",
    owns=[shop],
    services=[catalog],
    rules=[
        allow(
            Anyone(),
            to=catalog.at(api),
            http=Http(methods=["GET"], not_paths=["/internal", "/internal/*"]),
            because="the catalog is public, its statistics are not",
        ),
    ],
)
