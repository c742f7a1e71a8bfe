"""A path has a variable as in an API description."""
# types: missed
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

people = Namespace("people")
api = HttpPort(8080)
portal = Service("portal", namespace=people, service_account="portal")
users = Service("users", namespace=people, service_account="users", ports=[api])

policy = Policy(
    "people",
    owns=[people],
    services=[portal, users],
    rules=[
        allow(
            portal,
            to=users.at(api),
            http=Http(
                methods=["GET"],
                paths=["/users", "/users/{id}"],  # expect: ZT308 ""/users/{id}""
            ),
            because="the portal shows profiles",
        ),
    ],
)
