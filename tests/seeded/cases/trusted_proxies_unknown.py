"""A gateway tests client addresses and is not told how many proxies stand before it."""
# types: missed
from ztdsl import AnyRequest, Gateway, HttpPort, Namespace, Policy, RemoteIpBlock, allow

edge = Namespace("istio-ingress")
https = HttpPort(8443)
ingress = Gateway("istio-ingressgateway", namespace=edge, service_account="istio-ingressgateway", ports=[https])
offices = [RemoteIpBlock("203.0.113.0/25"), RemoteIpBlock("198.51.100.7")]

policy = Policy(
    "edge",
    owns=[edge],
    services=[ingress],
    rules=[
        allow(
            offices[:1],  # expect: ZT305 "offices[:1]"
            to=ingress.at(https),
            http=AnyRequest(),
            because="WEB-12: the back office is reached from the office network",
        ),
    ],
)
