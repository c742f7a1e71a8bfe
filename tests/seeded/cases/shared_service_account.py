"""Two services run under one account, and the rule names only one of them."""
# types: missed
from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

jobs = Namespace("jobs")
api = HttpPort(8080)
mailer = Service("mailer", namespace=jobs, service_account="worker")
reporter = Service("reporter", namespace=jobs, service_account="worker")
queue = Service("queue", namespace=jobs, service_account="queue", ports=[api])

policy = Policy(
    "jobs",
    owns=[jobs],
    services=[mailer, reporter, queue],
    rules=[
        allow(mailer, to=queue.at(api), http=AnyRequest(), because="mails are queued"),  # expect: ZT130 "mailer"
    ],
)
