"""The port is declared a second time for the rule instead of being imported."""
# types: missed
from ztdsl import Grpc, GrpcPort, Namespace, Policy, Service, allow

bank = Namespace("bank")
ledger = Service("ledger", namespace=bank, service_account="ledger", ports=[GrpcPort(9090)])
teller = Service("teller", namespace=bank, service_account="teller")
grpc = GrpcPort(9090)

policy = Policy(
    "bank",
    owns=[bank],
    services=[ledger, teller],
    rules=[
        allow(
            teller,
            to=ledger.at(grpc),  # expect: ZT112 "ledger.at(grpc)"
            http=Grpc("bank.v1.Ledger", methods=["Post", "Balance"]),
            because="tellers book and look up",
        ),
    ],
)
