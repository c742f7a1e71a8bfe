"""`/files/{**}` is meant to include `/files` and does not."""
# types: missed
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

archive = Namespace("archive")
api = HttpPort(8080)
viewer = Service("viewer", namespace=archive, service_account="viewer")
store = Service("store", namespace=archive, service_account="store", ports=[api])

policy = Policy(
    "archive",
    owns=[archive],
    services=[viewer, store],
    rules=[
        allow(
            viewer,
            to=store.at(api),
            http=Http(methods=["GET"], paths=["/files/{**}"]),  # expect: ZT309 ""/files/{**}""
            because="the viewer lists and opens files",
        ),
    ],
)
