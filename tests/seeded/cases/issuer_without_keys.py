"""An issuer says nowhere how its tokens are verified."""
# types: missed
from ztdsl import AnyRequest, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

travel = Namespace("travel")
api = HttpPort(8080)
bookings = Service("bookings", namespace=travel, service_account="bookings", ports=[api])
login = Issuer("https://login.example.org", audiences=["bookings"])  # expect: ZT128 "Issuer("https://login.example.org", audiences=["bookings"])"
traveller = EndUser(login, audience="bookings")

policy = Policy(
    "travel",
    owns=[travel],
    services=[bookings],
    rules=[allow(traveller, to=bookings.at(api), http=AnyRequest(), because="travellers change their bookings")],
)
