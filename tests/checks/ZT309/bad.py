from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
documents = Service("documents", namespace=shop, service_account="documents", ports=[api])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, documents],
    rules=[
        allow(
            frontend,
            to=documents.at(api),
            http=Http(methods=["GET"], paths=["/customers/{*}/files/{**}"]),
            because="the shop lists and opens a customer's files",
        ),
    ],
)
