from ztdsl import Anyone, Gateway, Http, HttpPort, Namespace, Policy, Service, allow

edge, bookinfo = Namespace("istio-ingress"), Namespace("bookinfo")
public, web = HttpPort(8080, service=80), HttpPort(9080)


def part(name: str) -> Service:
    """One service of the application, as its manifests name it."""
    return Service(name, namespace=bookinfo, service_account=f"bookinfo-{name}", ports=[web])


ingress = Gateway("istio-ingressgateway", namespace=edge, service_account="istio-ingressgateway", ports=[public])
productpage, details, reviews, ratings = map(part, ["productpage", "details", "reviews", "ratings"])

pages = [
    Http(
        methods=["GET"],
        paths=[
            "/productpage",
            "/logout",
            "/static/*",
            "/api/v1/products",
            "/api/v1/products/{*}",
            "/api/v1/products/{*}/reviews",
        ],
    ),
    Http(methods=["POST"], paths=["/login"]),
]

policy = Policy(
    "bookinfo",
    owns=[edge, bookinfo],
    services=[ingress, productpage, details, reviews, ratings],
    rules=[
        allow(Anyone(), to=ingress.at(public), http=pages, because="anybody may look at books and log in"),
        allow(ingress, to=productpage.at(web), http=pages, because="the gateway passes visitors on"),
        allow(
            productpage,
            to=details.at(web),
            http=Http(methods=["GET"], paths=["/details/{*}"]),
            because="the page shows a book's details",
        ),
        allow(
            productpage,
            to=reviews.at(web),
            http=Http(methods=["GET"], paths=["/reviews/{*}"]),
            because="the page shows a book's reviews",
        ),
        allow(
            reviews,
            to=ratings.at(web),
            http=Http(methods=["GET"], paths=["/ratings/{*}"]),
            because="reviews carry their stars",
        ),
    ],
)
