"""A host has the port 443, which browsers leave out."""
# types: missed
from ztdsl import Anyone, Gateway, Http, HttpPort, Namespace, Policy, allow

edge = Namespace("istio-ingress")
https = HttpPort(8443, service=443)
ingress = Gateway("istio-ingressgateway", namespace=edge, service_account="istio-ingressgateway", ports=[https])

policy = Policy(
    "edge",
    owns=[edge],
    services=[ingress],
    rules=[
        allow(
            Anyone(),
            to=ingress.at(https),
            http=Http(hosts=["shop.example.com:443"]),  # expect: ZT120 ""shop.example.com:443""
            because="the shop is public",
        ),
    ],
)
