from ztdsl import Http, Namespace, Policy, Service, TcpPort, allow

web, shop = Namespace("web"), Namespace("shop")
redis = TcpPort(6379)
frontend = Service("frontend", namespace=web, service_account="frontend")
sessions = Service("sessions", namespace=shop, service_account="sessions", ports=[redis])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, sessions],
    rules=[
        allow(
            frontend,
            to=sessions.at(redis),
            http=Http(methods=["GET"]),
            because="the shop reads sessions",
        ),
    ],
)
