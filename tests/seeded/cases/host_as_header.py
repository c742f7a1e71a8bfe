"""The host is tested as a header, although it has a field of its own."""
# types: missed
from ztdsl import Anyone, Gateway, Header, Http, HttpPort, Namespace, Policy, allow

edge = Namespace("istio-ingress")
https = HttpPort(8443, service=443)
ingress = Gateway("istio-ingressgateway", namespace=edge, service_account="istio-ingressgateway", ports=[https])
shop_pages = Http(
    methods=["GET"],
    headers=[Header("Host", any_of=["shop.example.com"])],  # expect: ZT127 ""Host""
)

policy = Policy(
    "edge",
    owns=[edge],
    services=[ingress],
    rules=[allow(Anyone(), to=ingress.at(https), http=shop_pages, because="the shop is public")],
)
