"""A claim of roles is compared with a tier."""
# types: caught
from enum import StrEnum

from ztdsl import AnyRequest, Claim, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow


class Role(StrEnum):
    MEMBER = "member"
    OWNER = "owner"


class Tier(StrEnum):
    FREE = "free"
    GOLD = "gold"


media = Namespace("media")
api = HttpPort(8080)
player = Service("player", namespace=media, service_account="player", ports=[api])

role, tier = Claim("role", Role), Claim("tier", Tier)
login = Issuer(
    "https://login.example.org",
    jwks_uri="https://login.example.org/keys",
    audiences=["player"],
    claims=[role, tier],
)
paying = EndUser(login, where=[role.is_in(Tier.GOLD)])  # expect: ZT114 "Tier.GOLD"

policy = Policy(
    "media",
    owns=[media],
    services=[player],
    rules=[allow(paying, to=player.at(api), http=AnyRequest(), because="paying members may watch")],
)
