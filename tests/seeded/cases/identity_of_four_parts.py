"""An identity lacks the `sa` before the service account."""
# types: missed
from ztdsl import AnyRequest, HttpPort, Identity, Namespace, Policy, Service, allow

billing_ns = Namespace("billing")
api = HttpPort(8080)
billing = Service("billing", namespace=billing_ns, service_account="billing", ports=[api])

policy = Policy(
    "billing",
    owns=[billing_ns],
    services=[billing],
    rules=[
        allow(
            Identity("spiffe://cluster.local/ns/shop/orders"),  # expect: ZT117 ""spiffe://cluster.local/ns/shop/orders""
            to=billing.at(api),
            http=AnyRequest(),
            because="orders are billed",
        ),
    ],
)
