"""A rule about connections is written for an HTTP port."""
# types: caught
from ztdsl import HttpPort, Namespace, Policy, Service, allow_tcp

search = Namespace("search")
api = HttpPort(9200)
indexer = Service("indexer", namespace=search, service_account="indexer")
index = Service("index", namespace=search, service_account="index", ports=[api])

policy = Policy(
    "search",
    owns=[search],
    services=[indexer, index],
    rules=[
        allow_tcp(
            indexer,
            to=index.at(api),  # expect: ZT129 "index.at(api)"
            because="the indexer writes documents",
        ),
    ],
)
