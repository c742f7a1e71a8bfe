"""A server name is an address, and clients send no server name for those."""
# types: missed
from ztdsl import Anyone, Gateway, Namespace, Policy, TlsPort, allow_tcp

edge = Namespace("istio-ingress")
passthrough = TlsPort(8443, service=443)
ingress = Gateway("istio-ingressgateway", namespace=edge, service_account="istio-ingressgateway", ports=[passthrough])

policy = Policy(
    "edge",
    owns=[edge],
    services=[ingress],
    rules=[
        allow_tcp(
            Anyone(),
            to=ingress.at(passthrough),
            server_names=["ledger.example.com", "203.0.113.7"],  # expect: ZT134 ""203.0.113.7""
            because="the ledger ends TLS itself",
        ),
    ],
)
