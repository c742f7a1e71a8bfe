"""A trust domain is written like an identity."""
# types: missed
from ztdsl import Http, HttpPort, Namespace, Policy, Service, TrustDomain, allow

status_ns = Namespace("status")
api = HttpPort(8080)
status = Service("status", namespace=status_ns, service_account="status", ports=[api])
partner = TrustDomain("spiffe://partner.example")  # expect: ZT118 ""spiffe://partner.example""

policy = Policy(
    "status",
    owns=[status_ns],
    services=[status],
    rules=[
        allow(
            partner,
            to=status.at(api),
            http=Http(methods=["GET"], paths=["/status"]),
            because="partners may ask whether we are open",
        ),
    ],
)
