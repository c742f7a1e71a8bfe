"""An end date is a string."""
# types: caught
from ztdsl import AnyRequest, HttpPort, Namespace, Open, Policy, Service, allow

demo = Namespace(
    "demo",
    default=Open(
        because="trainees try things out",
        until="2027-01-31",  # expect: ZT101 ""2027-01-31""
    ),
)
api = HttpPort(8080)
desk = Service("desk", namespace=demo, service_account="desk")
sample = Service("sample", namespace=demo, service_account="sample", ports=[api])

policy = Policy(
    "demo",
    owns=[demo],
    services=[desk, sample],
    rules=[allow(desk, to=sample.at(api), http=AnyRequest(), because="the desk shows the sample")],
)
