"""A gateway is to compare the address that connects, which is the load balancer's."""
# types: missed
from ztdsl import AnyRequest, Gateway, HttpPort, IpBlock, Namespace, Policy, allow

edge = Namespace("istio-ingress")
https = HttpPort(8443)
ingress = Gateway(
    "istio-ingressgateway",
    namespace=edge,
    service_account="istio-ingressgateway",
    ports=[https],
    trusted_proxies=1,
)
office = IpBlock("203.0.113.0/24")

policy = Policy(
    "edge",
    owns=[edge],
    services=[ingress],
    rules=[
        allow(
            office,  # expect: ZT303 "office"
            to=ingress.at(https),
            http=AnyRequest(),
            because="WEB-12: the back office is reached from the office network",
        ),
    ],
)
