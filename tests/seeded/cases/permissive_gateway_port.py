"""A gateway's port is made permissive, where only its Gateway resource decides about TLS."""
# types: missed
from datetime import date

from ztdsl import Anyone, Gateway, Http, HttpPort, Namespace, Permissive, Policy, allow

edge = Namespace("istio-ingress")
open_to_visitors = Permissive(because="visitors have no certificate of the mesh", until=date(2027, 3, 31))
https = HttpPort(
    8443,
    service=443,
    mtls=open_to_visitors,  # expect: ZT403 "open_to_visitors"
)
ingress = Gateway("istio-ingressgateway", namespace=edge, service_account="istio-ingressgateway", ports=[https])

policy = Policy(
    "edge",
    owns=[edge],
    services=[ingress],
    rules=[allow(Anyone(), to=ingress.at(https), http=Http(methods=["GET"]), because="pages are public")],
)
