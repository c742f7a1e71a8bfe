from ztdsl import Anyone, AnyRequest, Gateway, HttpPort, MeshDefaults, Namespace, Policy, allow

edge = Namespace("istio-ingress")
https = HttpPort(8443, service=443)
ingress = Gateway("istio-ingressgateway", namespace=edge, service_account="istio-ingressgateway", ports=[https])

policy = Policy(
    "edge",
    owns=[edge],
    services=[ingress],
    mesh=MeshDefaults(),
    rules=[allow(Anyone(), to=ingress.at(https), http=AnyRequest(), because="the shop is public")],
)
