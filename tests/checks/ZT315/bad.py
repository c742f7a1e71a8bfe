from ztdsl import Namespace, Policy, Service, TlsPort, allow_tcp

web, ledger = Namespace("web"), Namespace("ledger")
https = TlsPort(8443)
frontend = Service("frontend", namespace=web, service_account="frontend")
book = Service("book", namespace=ledger, service_account="book", ports=[https])

policy = Policy(
    "ledger",
    owns=[web, ledger],
    services=[frontend, book],
    rules=[
        allow_tcp(
            frontend,
            to=book.at(https),
            server_names=["book.ledger.svc.cluster.local"],
            because="checkout books payments",
        ),
    ],
)
