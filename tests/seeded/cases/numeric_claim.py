"""A claim is declared as a number, which Istio can never match."""
# types: caught
from ztdsl import AnyRequest, Claim, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

games = Namespace("games")
api = HttpPort(8080)
lobby = Service("lobby", namespace=games, service_account="lobby", ports=[api])
level = Claim("level", int)  # expect: ZT116 "int"
auth = Issuer(
    "https://auth.example.com",
    jwks_uri="https://auth.example.com/jwks.json",
    audiences=["games"],
    claims=[level],
)
player = EndUser(auth, where=[level.is_present()])

policy = Policy(
    "games",
    owns=[games],
    services=[lobby],
    rules=[allow(player, to=lobby.at(api), http=AnyRequest(), because="players with a level may enter")],
)
