"""A rule leaves out which requests it is about."""
# types: caught
from ztdsl import HttpPort, Namespace, Policy, Service, allow

fleet = Namespace("fleet")
api = HttpPort(8080)
dispatch = Service("dispatch", namespace=fleet, service_account="dispatch")
trucks = Service("trucks", namespace=fleet, service_account="trucks", ports=[api])
why = "dispatch follows the trucks"

policy = Policy(
    "fleet",
    owns=[fleet],
    services=[dispatch, trucks],
    rules=[
        allow(dispatch, to=trucks.at(api), because=why),  # expect: ZT102 "allow(dispatch, to=trucks.at(api), because=why)"
    ],
)
