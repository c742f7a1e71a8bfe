"""The reason of a rule is blank, to please the type checker."""
# types: missed
from ztdsl import Namespace, Policy, Service, TcpPort, allow_tcp

data = Namespace("data")
redis = TcpPort(6379)
cache = Service("cache", namespace=data, service_account="cache", ports=[redis])
session = Service("session", namespace=data, service_account="session")

policy = Policy(
    "data",
    owns=[data],
    services=[cache, session],
    rules=[
        allow_tcp(
            session,
            to=cache.at(redis),
            because=" ",  # expect: ZT136 "" ""
        ),
    ],
)
