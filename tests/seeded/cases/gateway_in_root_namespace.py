"""A gateway runs in the root namespace, whose policies apply everywhere."""
# types: missed
from ztdsl import Anyone, Gateway, Http, HttpPort, Namespace, Policy, allow

system = Namespace("istio-system")
https = HttpPort(8443)
ingress = Gateway(
    "istio-ingressgateway",
    namespace=system,
    service_account="istio-ingressgateway-service-account",
    ports=[https],
)

policy = Policy(
    "edge",
    owns=[system],  # expect: ZT203 "system"
    services=[ingress],
    rules=[
        allow(Anyone(), to=ingress.at(https), http=Http(hosts=["shop.example.com"]), because="the shop is open"),
    ],
)
