from ztdsl import Anyone, AnyRequest, Gateway, HttpPort, Namespace, Policy, allow

system = Namespace("istio-system")
https = HttpPort(8443, service=443)
ingress = Gateway("istio-ingressgateway", namespace=system, service_account="istio-ingressgateway", ports=[https])

policy = Policy(
    "edge",
    owns=[system],
    services=[ingress],
    rules=[allow(Anyone(), to=ingress.at(https), http=AnyRequest(), because="the shop is public")],
)
