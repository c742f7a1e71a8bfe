"""A denied host names its port, and a request escapes the denial by leaving the port out."""
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
            http=Http(hosts=["admin.example.com:8443"]),  # expect: ZT313 ""admin.example.com:8443""
            because="the console stays inside",
        ),
    ],
)
