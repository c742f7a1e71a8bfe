"""A lone string stands where a list of methods is due."""
# types: caught
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

library = Namespace("library")
api = HttpPort(8080)
reader = Service("reader", namespace=library, service_account="reader")
books = Service("books", namespace=library, service_account="books", ports=[api])

policy = Policy(
    "library",
    owns=[library],
    services=[reader, books],
    rules=[
        allow(
            reader,
            to=books.at(api),
            http=Http(methods="GET", paths=["/books", "/books/*"]),  # expect: ZT101 ""GET""
            because="readers browse the catalogue",
        ),
    ],
)
