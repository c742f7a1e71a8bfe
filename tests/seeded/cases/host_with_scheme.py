"""A host is written as an address of a web page."""
# types: missed
from ztdsl import Anyone, Gateway, Http, HttpPort, Namespace, Policy, allow

edge = Namespace("istio-ingress")
https = HttpPort(8443, service=443)
ingress = Gateway("istio-ingressgateway", namespace=edge, service_account="istio-ingressgateway", ports=[https])
page = Http(hosts=["https://shop.example.com"])  # expect: ZT120 ""https://shop.example.com""

policy = Policy(
    "edge",
    owns=[edge],
    services=[ingress],
    rules=[allow(Anyone(), to=ingress.at(https), http=page, because="the shop is open to the internet")],
)
