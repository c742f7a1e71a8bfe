"""A path has a variable as web frameworks write it, with a colon."""
# types: missed
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
users = Service("users", namespace=shop, service_account="users", ports=[api])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, users],
    rules=[
        allow(
            frontend,
            to=users.at(api),
            http=Http(methods=["GET"], paths=["/users/:id"]),  # expect: ZT308 ""/users/:id""
            because="the shop shows a user's own page",
        ),
    ],
)
