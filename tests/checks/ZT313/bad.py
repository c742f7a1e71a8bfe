from ztdsl import Anyone, Gateway, Http, HttpPort, Namespace, Policy, deny

edge = Namespace("istio-ingress")
https = HttpPort(8443, service=443)
ingress = Gateway("istio-ingressgateway", namespace=edge, service_account="istio-ingressgateway", ports=[https])

policy = Policy(
    "edge",
    owns=[edge],
    services=[ingress],
    rules=[
        deny(
            Anyone(),
            to=ingress.at(https),
            http=Http(hosts=["*.internal.example.com"]),
            because="internal hosts are not for the Internet",
        ),
    ],
)
