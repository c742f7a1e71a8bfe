from ztdsl import Namespace, Policy, Service, TcpPort, allow_tcp

web, shop = Namespace("web"), Namespace("shop")
redis = TcpPort(6379)
frontend = Service("frontend", namespace=web, service_account="frontend")
sessions = Service("sessions", namespace=shop, service_account="sessions", ports=[redis])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, sessions],
    rules=[
        allow_tcp(
            frontend,
            to=sessions.at(redis),
            because="the shop reads and writes sessions",
        ),
    ],
)
