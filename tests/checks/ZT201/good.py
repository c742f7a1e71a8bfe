from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

web, payments = Namespace("web"), Namespace("payments")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
charges = Service("charges", namespace=payments, service_account="charges", ports=[api])

web_policy = Policy("web", owns=[web], services=[frontend])
payments_policy = Policy(
    "payments",
    owns=[payments],
    services=[charges],
    rules=[
        allow(frontend, to=charges.at(api), http=Http(methods=["POST"], paths=["/charges"]), because="checkout"),
    ],
)
policy = Policy("platform", parts=[web_policy, payments_policy])
