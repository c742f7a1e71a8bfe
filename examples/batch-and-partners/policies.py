from datetime import date

from ztdsl import (
    Anyone,
    AnyWorkload,
    External,
    Gateway,
    Http,
    HttpPort,
    Identity,
    IpBlock,
    Namespace,
    Permissive,
    Policy,
    RemoteIpBlock,
    Service,
    TcpPort,
    TrustDomain,
    allow,
    allow_tcp,
)

edge, ledger_ns = Namespace("istio-ingress"), Namespace("ledger")
sandbox = Namespace("sandbox")

https = HttpPort(8443, service=443)
api = HttpPort(8080)
intake = TcpPort(
    7001,
    mtls=Permissive(because="SEC-311: the mainframe speaks no mutual TLS", until=date(2027, 6, 30)),
)

partner_gateway = Gateway(
    "partner-gateway",
    namespace=edge,
    service_account="partner-gateway",
    ports=[https],
    trusted_proxies=1,
)
rates = Service("rates", namespace=ledger_ns, service_account="rates", ports=[api])
settlement = Service("settlement", namespace=ledger_ns, service_account="settlement", ports=[api, intake])

scheduler = External("scheduler", namespace="batch", service_account="scheduler")
exchange = Identity("spiffe://partner.example/ns/exchange/sa/settlement")
partner = TrustDomain("partner.example")
former_partner = RemoteIpBlock("198.51.100.0/24")

reading = Http(methods=["GET"], paths=["/rates", "/rates/*"])
handing_in = Http(methods=["POST"], paths=["/batches"])

policy = Policy(
    "batch-and-partners",
    owns=[edge, ledger_ns],
    services=[partner_gateway, rates, settlement],
    rules=[
        allow(
            Anyone(but=[former_partner]),
            to=partner_gateway.at(https),
            http=Http(methods=["GET"], hosts=["rates.example.com"]),
            because="rates are public; PAR-40: the former partner's crawlers are not welcome",
        ),
        allow(
            [RemoteIpBlock("203.0.113.0/25"), RemoteIpBlock("2001:db8:50::/48")],
            to=partner_gateway.at(https),
            http=Http(methods=["POST"], hosts=["settlement.example.com"], paths=["/batches"]),
            because="PAR-12: partners hand in batches from their own networks",
        ),
        allow(partner_gateway, to=rates.at(api), http=reading, because="the gateway passes visitors on"),
        allow(partner_gateway, to=settlement.at(api), http=handing_in, because="the gateway passes batches on"),
        allow(
            AnyWorkload(but=[sandbox, partner]),
            to=rates.at(api),
            http=reading,
            because="reference data for everything of ours that is not an experiment",
        ),
        allow(
            [exchange, scheduler],
            to=settlement.at(api),
            http=Http(methods=["POST"], paths=["/settlements/{*}/confirm"]),
            because="the exchange or our own scheduler confirms a settlement",
        ),
        allow(
            partner,
            to=settlement.at(api),
            http=Http(methods=["GET"], paths=["/status"]),
            because="every workload of the partner may ask whether we are open",
        ),
        allow_tcp(IpBlock("10.60.4.0/28"), to=settlement.at(intake), because="SEC-311: files of the mainframe"),
    ],
)
