from ztdsl import EndUser, Http, HttpPort, Issuer, Namespace, Policy, Service, allow

lab = Namespace("lab")
web = HttpPort(8080, service=8000)

curl = Service("curl", namespace=lab, service_account="curl")
httpbin = Service("httpbin", namespace=lab, service_account="httpbin", ports=[web], labels={"app": "httpbin"})

auth = Issuer(
    "https://auth.example.com",
    jwks_uri="https://auth.example.com/.well-known/jwks.json",
    audiences=["httpbin"],
)
visitor = EndUser(auth)

policy = Policy(
    "httpbin",
    owns=[lab],
    services=[curl, httpbin],
    rules=[
        allow(
            [curl, visitor],
            to=httpbin.at(web),
            http=Http(methods=["GET"], paths=["/headers", "/ip", "/status/*"]),
            because="a known workload or a user with a valid token will do",
        ),
        allow(
            visitor,
            to=httpbin.at(web),
            http=Http(methods=["POST"], paths=["/post"]),
            because="what is sent in must have an author",
        ),
    ],
)
