"""A list of callers says any workload, so the service beside it says nothing."""
# types: missed
from ztdsl import AnyWorkload, Http, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=shop, service_account="frontend")
catalog = Service("catalog", namespace=shop, service_account="catalog", ports=[api])

policy = Policy(
    "shop",
    owns=[shop],
    services=[frontend, catalog],
    rules=[
        allow(
            [
                frontend,
                AnyWorkload(),  # expect: ZT137 "AnyWorkload()"
            ],
            to=catalog.at(api),
            http=Http(methods=["GET"]),
            because="the catalog is read by everything in the mesh",
        ),
    ],
)
