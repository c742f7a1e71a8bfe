"""A sidecar is asked for the server name, which Istio has replaced by its own."""
# types: missed
from ztdsl import Namespace, Policy, Service, TlsPort, allow_tcp

vault_ns = Namespace("vault")
tls = TlsPort(8200)
vault = Service("vault", namespace=vault_ns, service_account="vault", ports=[tls])
signer = Service("signer", namespace=vault_ns, service_account="signer")

policy = Policy(
    "vault",
    owns=[vault_ns],
    services=[vault, signer],
    rules=[
        allow_tcp(
            signer,
            to=vault.at(tls),
            server_names=["vault.example.com"],  # expect: ZT315 "["vault.example.com"]"
            because="the signer fetches its key",
        ),
    ],
)
