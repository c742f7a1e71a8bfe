from ztdsl import Anyone, Gateway, Http, HttpPort, Namespace, Policy, allow

edge = Namespace("istio-ingress")
https = HttpPort(8443, service=443)
ingress = Gateway("ingress", namespace=edge, service_account="ingress", ports=[https])

policy = Policy(
    "edge",
    owns=[edge],
    services=[ingress],
    rules=[
        allow(Anyone(), to=ingress.at(https), http=Http(hosts=["shop.example.com"]), because="the shop is open to all"),
    ],
)
