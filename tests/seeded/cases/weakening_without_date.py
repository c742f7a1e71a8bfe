"""A permissive namespace has no end."""
# types: caught
from ztdsl import AnyRequest, HttpPort, Namespace, Permissive, Policy, Service, allow

moving = Permissive(because="half of the pods have no sidecar yet")  # expect: ZT402 "Permissive(because="half of the pods have no sidecar yet")"
legacy = Namespace("legacy", mtls=moving)
web = Namespace("web")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
monolith = Service("monolith", namespace=legacy, service_account="monolith", ports=[api])

policy = Policy(
    "legacy",
    owns=[legacy, web],
    services=[frontend, monolith],
    rules=[allow(frontend, to=monolith.at(api), http=AnyRequest(), because="the monolith still serves the shop")],
)
