from ztdsl import AnyRequest, Gateway, HttpPort, Namespace, Policy, RemoteIpBlock, allow

edge = Namespace("istio-ingress")
https = HttpPort(8443, service=443)
ingress = Gateway(
    "istio-ingressgateway",
    namespace=edge,
    service_account="istio-ingressgateway",
    ports=[https],
    trusted_proxies=1,
)
office = RemoteIpBlock("198.51.100.0/24")

policy = Policy(
    "edge",
    owns=[edge],
    services=[ingress],
    rules=[allow(office, to=ingress.at(https), http=AnyRequest(), because="staging is for the office")],
)
