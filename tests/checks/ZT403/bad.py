from datetime import date

from ztdsl import Anyone, Gateway, Http, HttpPort, Namespace, Permissive, Policy, allow

edge = Namespace("istio-ingress")
public = Permissive(because="visitors have no mesh certificate", until=date(2027, 3, 31))
https = HttpPort(8443, service=443, mtls=public)
ingress = Gateway("ingress", namespace=edge, service_account="ingress", ports=[https])

policy = Policy(
    "edge",
    owns=[edge],
    services=[ingress],
    rules=[
        allow(
            Anyone(), to=ingress.at(https), http=Http(hosts=["shop.example.com"]), because="the shop is open to all"
        ),
    ],
)
