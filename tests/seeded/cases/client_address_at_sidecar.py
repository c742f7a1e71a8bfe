"""A sidecar is to trust a client address that any caller can forge."""
# types: missed
from ztdsl import AnyRequest, HttpPort, Namespace, Policy, RemoteIpBlock, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
backoffice = Service("backoffice", namespace=shop, service_account="backoffice", ports=[api])

policy = Policy(
    "shop",
    owns=[shop],
    services=[backoffice],
    rules=[
        allow(
            RemoteIpBlock("203.0.113.0/24"),  # expect: ZT304 "RemoteIpBlock("203.0.113.0/24")"
            to=backoffice.at(api),
            http=AnyRequest(),
            because="WEB-12: the back office is reached from the office network",
        ),
    ],
)
