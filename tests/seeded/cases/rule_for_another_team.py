"""The web team grants itself access to a service that the payments team owns."""
# types: missed
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

web, payments_ns = Namespace("web"), Namespace("payments")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[api])
payments = Service("payments", namespace=payments_ns, service_account="payments", ports=[api])

team_payments = Policy("payments", owner="team-payments", owns=[payments_ns], services=[payments])
team_web = Policy(
    "web",
    owner="team-web",
    owns=[web],
    services=[frontend],
    rules=[
        allow(
            frontend,
            to=payments.at(api),  # expect: ZT201 "payments.at(api)"
            http=Http(methods=["POST"], paths=["/payments"]),
            because="the shop takes payments",
        ),
    ],
)

policy = Policy("shop", parts=[team_payments, team_web])
