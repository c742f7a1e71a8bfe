"""End users are to connect to a TCP port, where nobody reads their tokens."""
# types: caught
from ztdsl import EndUser, Issuer, Namespace, Policy, Service, TcpPort, allow_tcp

chat = Namespace("chat")
socket = TcpPort(7000)
relay = Service("relay", namespace=chat, service_account="relay", ports=[socket])
auth = Issuer("https://auth.example.com", jwks_uri="https://auth.example.com/jwks.json", audiences=["chat"])
member = EndUser(auth)

policy = Policy(
    "chat",
    owns=[chat],
    services=[relay],
    rules=[
        allow_tcp(member, to=relay.at(socket), because="members talk to each other"),  # expect: ZT129 "member"
    ],
)
