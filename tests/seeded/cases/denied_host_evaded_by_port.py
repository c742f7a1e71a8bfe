"""A denied host pattern is evaded by naming a port in the request."""
# types: missed
from ztdsl import Anyone, Gateway, Http, HttpPort, Namespace, Policy, allow, deny

edge = Namespace("istio-ingress")
https = HttpPort(8443, service=443)
ingress = Gateway("istio-ingressgateway", namespace=edge, service_account="istio-ingressgateway", ports=[https])

policy = Policy(
    "edge",
    owns=[edge],
    services=[ingress],
    rules=[
        allow(Anyone(), to=ingress.at(https), http=Http(methods=["GET"]), because="pages are public"),
        deny(
            Anyone(),
            to=ingress.at(https),
            http=Http(hosts=["*.internal.example.com"]),  # expect: ZT313 ""*.internal.example.com""
            because="internal pages stay inside",
        ),
    ],
)
