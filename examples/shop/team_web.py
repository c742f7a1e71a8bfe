from catalogue import api, edge, frontend, https, ingress, metrics, prometheus, web

from ztdsl import Anyone, Http, Policy, RemoteIpBlock, allow

policy = Policy(
    "shop-web",
    owner="team-web",
    owns=[edge, web],
    services=[ingress, frontend],
    rules=[
        allow(
            Anyone(),
            to=ingress.at(https),
            http=Http(hosts=["shop.example.com"]),
            because="the shop is open to the internet",
        ),
        allow(
            RemoteIpBlock("203.0.113.0/24"),
            to=ingress.at(https),
            http=Http(hosts=["backoffice.example.com"]),
            because="WEB-12: the back office is reached from the office network",
        ),
        allow(
            ingress,
            to=frontend.at(api),
            http=Http(methods=["GET", "HEAD", "POST"]),
            because="the gateway passes visitors on",
        ),
        allow(
            prometheus,
            to=web.every(metrics),
            http=Http(methods=["GET"], paths=["/metrics"]),
            because="dashboards and alerts",
        ),
    ],
)
