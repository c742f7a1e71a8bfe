"""What is not plain HTTP: bytes, gRPC, server names, addresses, and connections that are open when policies change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from tests.conformance.lab import tokens
from tests.mesh import lane
from tests.mesh.objects import fresh_connections
from tests.mesh.sending import Sending
from tests.mesh.small import Small, built
from tests.mesh.small_requests import CLIENT, INGRESS, PASSTHROUGH, VISITOR, Plain, call, connection, get, policy
from ztdsl import (
    Anyone,
    AnyRequest,
    EndUser,
    Gateway,
    Grpc,
    GrpcPort,
    HttpPort,
    IpBlock,
    Issuer,
    Namespace,
    Policy,
    RemoteIpBlock,
    Service,
    TcpPort,
    TlsPort,
    allow,
    allow_tcp,
    deny,
    deny_tcp,
)
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import InvalidToken, Request, Tls, Token

pytestmark = lane.only

ALLOW, DENY, REFUSED, UNAUTHENTICATED = Verdict.ALLOW, Verdict.DENY, Verdict.REFUSED, Verdict.UNAUTHENTICATED
ISSUER: Final = "https://auth.example.com"
SHOP: Final = Namespace("shop")
PARTNERS: Final = "203.0.113.7"
ELSEWHERE: Final = "198.51.100.9"


def server_of(*ports: Any) -> Service:
    """The server, as a policy declares it."""
    return Service("server", namespace=SHOP, service_account="server", ports=list(ports))


def decides(*rules: dict[str, Any], action: str = "ALLOW", name: str = "one") -> Plain:
    """An AuthorizationPolicy of the server."""
    return policy("AuthorizationPolicy", name, action=action, rules=list(rules))


def calls(**operation: list[str]) -> dict[str, Any]:
    """A rule about requests alone."""
    return {"to": [{"operation": operation}]}


def comes(*others: dict[str, Any], **source: list[str]) -> dict[str, Any]:
    """A rule about callers."""
    return {"from": [{"source": source}], **{key: value for each in others for key, value in each.items()}}


def test_grpc(small: Small) -> None:
    """A refused call has status 7, and one with a bad token 16."""
    port = GrpcPort(9000)
    server = server_of(port)
    client = Service("client", namespace=SHOP, service_account="client")
    uri = "https://keys.example.com/grpc.json"
    small.mesh.key_server.serve(uri, tokens.key_set())
    auth = Issuer(ISSUER, audiences=["shop"], jwks_uri=uri)
    rules = [
        allow(client, to=server.at(port), http=Grpc("shop.Orders", methods=["Get"]), because="the client reads"),
        allow(EndUser(auth), to=server.at(port), http=Grpc("shop.Orders"), because="users do anything"),
    ]
    model, objects, _ = built(Policy("shop", owns=[SHOP], services=[server, client], rules=rules))
    predicted = small.hold(*objects)
    user = Token({"iss": ISSUER, "aud": "shop", "sub": "ada"})
    small.texts["expired"] = tokens.invalid("expired", {"iss": ISSUER, "aud": "shop"})
    cases = [
        (call("/shop.Orders/Get"), ALLOW),
        (call("/shop.Orders/Put"), DENY),
        (call("/shop.Stock/Get"), DENY),
        (call("/shop.Orders/Get", VISITOR), DENY),
        (call("/shop.Orders/Put", VISITOR, [user]), ALLOW),
        (call("/shop.Orders/Get", CLIENT, [InvalidToken("expired")]), UNAUTHENTICATED),
    ]
    small.agree(predicted, cases)
    assert [status_of(small, each) for each, _ in cases] == [0, 7, 7, 7, 0, 16]
    small.agree_on_borders(predicted, model)


def status_of(small: Small, request: Request) -> int:
    """The status that a client of gRPC sees."""
    return int(small.prepare(request).verdict()[1]["grpc_status"])


def test_bytes(small: Small) -> None:
    """Connections are let in by identity, and closed by a denial even if an allowance matches."""
    port, web = TcpPort(7000), Namespace("web")
    server = server_of(port)
    client = Service("client", namespace=SHOP, service_account="client")
    rules = [
        allow_tcp([client, web], to=server.at(port), because="both write"),
        deny_tcp(web, to=server.at(port), because="not now"),
    ]
    model, objects, _ = built(Policy("shop", owns=[SHOP], services=[server, client], rules=rules))
    predicted = small.hold(*objects)
    small.agree(
        predicted, [(connection(), ALLOW), (connection(peer=VISITOR), REFUSED), (connection(peer=None), REFUSED)]
    )
    small.agree_on_borders(predicted, model)


HTTP_ONLY: Final = [
    pytest.param([decides(calls(paths=["/x"]))], ALLOW, REFUSED, id="allowed path: no connection"),
    pytest.param(
        [decides(calls(paths=["/x"])), decides(calls(ports=["7000"]), name="two")], ALLOW, ALLOW, id="and port"
    ),
    pytest.param([decides(calls(paths=["/x"], ports=["7000"]))], DENY, REFUSED, id="allowed path at the port of bytes"),
    pytest.param([decides(calls(paths=["/y"]), action="DENY")], ALLOW, REFUSED, id="denied path: every connection"),
    pytest.param([decides(calls(notPaths=["/x"]), action="DENY")], ALLOW, REFUSED, id="denied other paths"),
    pytest.param([decides(calls(methods=["POST"], ports=["8080"]), action="DENY")], ALLOW, ALLOW, id="elsewhere"),
    pytest.param(
        [decides(comes(calls(paths=["/y"]), namespaces=["web"]), action="DENY")], ALLOW, ALLOW, id="denied to others"
    ),
    pytest.param(
        [decides(comes(calls(paths=["/y"]), namespaces=["shop"]), action="DENY")],
        ALLOW,
        REFUSED,
        id="denied to its like",
    ),
    pytest.param(
        [decides(comes(requestPrincipals=["*"]), action="DENY")], ALLOW, REFUSED, id="denied to users: every connection"
    ),
    pytest.param(
        [decides(comes(notRequestPrincipals=["*"]))], ALLOW, REFUSED, id="allowed without user: no connection"
    ),
]


@pytest.mark.parametrize(("objects", "of_request", "of_connection"), HTTP_ONLY)
def test_rules_for_requests_at_bytes(
    small: Small, objects: list[Plain], of_request: Verdict, of_connection: Verdict
) -> None:
    """What only requests have is lost at a port of bytes: an allowance vanishes, a denial gets wider."""
    predicted = small.hold(*objects)
    small.agree(predicted, [(get("/x"), of_request), (connection(), of_connection)])


def forwarded(*addresses: str, source: str | None = None) -> Request:
    """A request to the gateway, for which earlier proxies say that it comes from these addresses."""
    headers = {"x-forwarded-for": ", ".join(addresses)} if addresses else {}
    return replace(get(at=INGRESS, peer=None, headers=headers), source_ip=source)


def test_addresses_at_a_gateway(small: Small) -> None:
    """With one trusted proxy the last address of X-Forwarded-For is the client's, whatever stands before it."""
    web = HttpPort(8080)
    edge = Namespace("edge")
    ingress = Gateway("ingress", namespace=edge, service_account="ingress", ports=[web], trusted_proxies=1)
    rules = [
        allow(RemoteIpBlock("203.0.113.0/24"), to=ingress.at(web), http=AnyRequest(), because="partners"),
        deny(RemoteIpBlock("203.0.113.128/25"), to=ingress.at(web), http=AnyRequest(), because="not these"),
    ]
    model, objects, _ = built(Policy("edge", owns=[edge], services=[ingress], rules=rules))
    predicted = small.hold(*objects)
    cases = [
        (forwarded(PARTNERS), ALLOW),
        (forwarded(ELSEWHERE, PARTNERS), ALLOW),
        (forwarded(PARTNERS, ELSEWHERE), DENY),
        (forwarded("203.0.113.200"), DENY),
        (forwarded(), DENY),
        (forwarded(ELSEWHERE, source=PARTNERS), DENY),
        (forwarded(source=PARTNERS), ALLOW),
    ]
    small.agree(predicted, cases)
    small.agree_on_borders(predicted, model)


def test_addresses_of_peers(small: Small) -> None:
    """`ipBlocks` means whoever connects: before a gateway the proxy, before a sidecar the client's own address."""
    block = [PARTNERS]
    at_gateway = policy("AuthorizationPolicy", "edge", "edge", "ingress", rules=[comes(ipBlocks=block)])
    predicted = small.hold(at_gateway, decides(comes(ipBlocks=block)))
    to_sidecar = get(peer=None)
    cases = [
        (forwarded(ELSEWHERE, source=PARTNERS), ALLOW),
        (forwarded(PARTNERS), DENY),
        (replace(to_sidecar, source_ip=PARTNERS), ALLOW),
        (replace(to_sidecar, source_ip=ELSEWHERE), DENY),
        (replace(connection(peer=None), source_ip=PARTNERS), ALLOW),
        (replace(connection(peer=None), source_ip=ELSEWHERE), REFUSED),
        (get(), DENY),
    ]
    small.agree(predicted, cases)


def test_forwarded_addresses_at_a_sidecar(small: Small) -> None:
    """`remoteIpBlocks` at a sidecar believes what the client itself says of its address."""
    predicted = small.hold(decides(comes(remoteIpBlocks=[PARTNERS])))
    said = get(peer=None, headers={"x-forwarded-for": PARTNERS})
    small.agree(predicted, [(said, ALLOW), (get(peer=None), DENY), (connection(peer=None), REFUSED)])


def test_addresses_at_bytes(small: Small) -> None:
    """A policy that lets an address in to a port of bytes lets in that one alone."""
    port = TcpPort(7000)
    server = server_of(port)
    rule = allow_tcp(IpBlock("203.0.113.0/28"), to=server.at(port), because="the batch host")
    model, objects, _ = built(Policy("shop", owns=[SHOP], services=[server], rules=[rule]))
    small.agree_on_borders(small.hold(*objects), model)


def asking_for(name: str | None) -> Request:
    """A connection to the server's port of bytes with TLS of the client's own, for a server of that name."""
    return replace(connection(peer=None), tls=Tls.OTHER, sni=name)


def test_server_names(small: Small) -> None:
    """The name of the server that a client asks for decides; a client without TLS has asked for none."""
    rule = {"when": [{"key": "connection.sni", "values": ["db.example.com", "*.example.org"]}]}
    predicted = small.hold(decides(rule))
    cases: list[tuple[Request | Sending, Verdict]] = [
        (asking_for("db.example.com"), ALLOW),
        (asking_for("a.example.org"), ALLOW),
        (asking_for("web.example.com"), REFUSED),
        (asking_for(None), REFUSED),
        (connection(peer=None), REFUSED),
        (connection(), REFUSED),
    ]
    small.agree(predicted, cases)


def test_server_names_at_a_gateway(small: Small) -> None:
    """A gateway that passes TLS on unread decides by the server's name."""
    port, edge = TlsPort(8443), Namespace("edge")
    ingress = Gateway("ingress", namespace=edge, service_account="ingress", ports=[port], trusted_proxies=1)
    rule = allow_tcp(Anyone(), to=ingress.at(port), server_names=["db.example.com"], because="the database is public")
    _, objects, _ = built(Policy("edge", owns=[edge], services=[ingress], rules=[rule]))
    predicted = small.hold(*objects)

    def through(name: str) -> Sending:
        return small.prepare(replace(connection(PASSTHROUGH, None), tls=Tls.OTHER, sni=name))

    small.agree(predicted, [(through("db.example.com"), ALLOW), (through("web.example.com"), REFUSED)])


def test_open_connections(small: Small) -> None:
    """A connection that is open when a policy changes has the old one for its next request, and ends with it."""
    cluster, rule = small.mesh.cluster, fresh_connections()
    meta = rule["metadata"]
    path = f"/apis/networking.istio.io/v1/namespaces/{meta['namespace']}/destinationrules/{meta['name']}"
    cluster.ask("DELETE", path)
    try:
        small.hold(decides(calls(paths=["/x"])))
        small.prepare(get("/x")).verdict()
        before = small.prepare(get("/x")).verdict()[0]
        predicted = small.hold(decides(calls(paths=["/y"])))
        after = [small.prepare(get("/x")).verdict()[0] for _ in range(3)]
        assert (before, after) == (ALLOW, [ALLOW, DENY, DENY])
        small.agree(predicted, [(small.directly(get("/x")), DENY), (get("/y"), ALLOW)])
    finally:
        cluster.apply([rule])
        small.mesh.settle()
