from ztdsl import Http, HttpPort, Namespace, Policy, RemoteIpBlock, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
reports = Service("reports", namespace=shop, service_account="reports", ports=[api])

policy = Policy(
    "shop",
    owns=[shop],
    services=[reports],
    rules=[
        allow(
            RemoteIpBlock("198.51.100.0/24"),
            to=reports.at(api),
            http=Http(methods=["GET"], paths=["/reports", "/reports/*"]),
            because="reports are for the office",
        ),
    ],
)
