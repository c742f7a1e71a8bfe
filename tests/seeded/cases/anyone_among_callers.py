"""A list of callers says anyone, so the others in it say nothing."""
# types: missed
from ztdsl import Anyone, Http, HttpPort, Namespace, Policy, Service, allow

docs = Namespace("docs")
api = HttpPort(8080)
portal = Service("portal", namespace=docs, service_account="portal")
manual = Service("manual", namespace=docs, service_account="manual", ports=[api])

policy = Policy(
    "docs",
    owns=[docs],
    services=[portal, manual],
    rules=[
        allow(
            [portal, Anyone()],  # expect: ZT137 "Anyone()"
            to=manual.at(api),
            http=Http(methods=["GET"]),
            because="the portal shows the manual",
        ),
    ],
)
