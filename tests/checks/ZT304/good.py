from ztdsl import Gateway, Http, HttpPort, Namespace, Policy, RemoteIpBlock, Service, allow

edge, shop = Namespace("istio-ingress"), Namespace("shop")
api, https = HttpPort(8080), HttpPort(8443, service=443)
reports = Service("reports", namespace=shop, service_account="reports", ports=[api])
ingress = Gateway(
    "istio-ingressgateway",
    namespace=edge,
    service_account="istio-ingressgateway",
    ports=[https],
    trusted_proxies=1,
)
seen = Http(methods=["GET"], paths=["/reports", "/reports/*"])

policy = Policy(
    "shop",
    owns=[edge, shop],
    services=[ingress, reports],
    rules=[
        allow(RemoteIpBlock("198.51.100.0/24"), to=ingress.at(https), http=seen, because="reports are for the office"),
        allow(ingress, to=reports.at(api), http=seen, because="the gateway lets in the office alone"),
    ],
)
