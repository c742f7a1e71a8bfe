"""An identity belongs to a trust domain that the mesh does not accept."""
# types: missed
from ztdsl import Http, HttpPort, Identity, Namespace, Policy, Service, allow

rates_ns = Namespace("rates")
api = HttpPort(8080)
rates = Service("rates", namespace=rates_ns, service_account="rates", ports=[api])
exchange = Identity(
    "spiffe://partner.example/ns/exchange/sa/feed",  # expect: ZT119 ""spiffe://partner.example/ns/exchange/sa/feed""
)

policy = Policy(
    "rates",
    owns=[rates_ns],
    services=[rates],
    rules=[
        allow(
            exchange,
            to=rates.at(api),
            http=Http(methods=["PUT"], paths=["/rates/{*}"]),
            because="the exchange publishes rates",
        ),
    ],
)
