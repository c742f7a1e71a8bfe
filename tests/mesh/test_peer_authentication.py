"""Who may connect at all: modes of mutual TLS at each level, and whose certificates count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pytest

from tests.mesh import lane
from tests.mesh.sending import Sending
from tests.mesh.small import ALIAS, PARTNER, Small, built, until
from tests.mesh.small_requests import CLIENT, INGRESS, VISITOR, Plain, call, connection, get, policy, to
from ztdsl import (
    Anyone,
    AnyRequest,
    HttpPort,
    Identity,
    Namespace,
    Permissive,
    Policy,
    Service,
    TcpPort,
    allow,
    allow_tcp,
)
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Request, Tls

pytestmark = lane.only

ALLOW, DENY, REFUSED = Verdict.ALLOW, Verdict.DENY, Verdict.REFUSED
STRICT, PERMISSIVE, DISABLE = "STRICT", "PERMISSIVE", "DISABLE"
PORTS: Final = {
    "http": to(8080),
    "tcp": to(7000),
    "grpc": to(9000),
    "client": to(8080, "client"),
    "visitor": to(8080, "visitor", "web"),
}
"""Every port of the mesh behind a sidecar, by what the cases below call it."""
SERVER: Final = {"http", "tcp", "grpc"}
SHOP: Final = {*SERVER, "client"}


def peers(name: str, space: str, mode: str | None, app: str | None = None, **ports: str) -> Plain:
    """A PeerAuthentication with a mode and modes of single ports."""
    spec: dict[str, Any] = {} if mode is None else {"mtls": {"mode": mode}}
    if ports:
        numbers = {"http": "8080", "tcp": "7000", "grpc": "9000", "service": "80"}
        spec["portLevelMtls"] = {numbers[port]: {"mode": each} for port, each in ports.items()}
    return policy("PeerAuthentication", name, space, app, **spec)


def whole(mode: str) -> Plain:
    """The mesh's own."""
    return peers("default", "istio-system", mode)


def shop(mode: str) -> Plain:
    """The namespace's."""
    return peers("default", "shop", mode)


LEVELS: Final = [
    pytest.param([], {}, id="nothing said"),
    pytest.param([whole(STRICT)], dict.fromkeys(PORTS, STRICT), id="mesh"),
    pytest.param([whole(DISABLE)], dict.fromkeys(PORTS, DISABLE), id="mesh off"),
    pytest.param([whole(STRICT), shop(PERMISSIVE)], {"visitor": STRICT}, id="namespace under mesh"),
    pytest.param(
        [whole(STRICT), shop(DISABLE)], {"visitor": STRICT} | dict.fromkeys(SHOP, DISABLE), id="namespace off"
    ),
    pytest.param([shop(STRICT), peers("a", "shop", PERMISSIVE, "server")], {"client": STRICT}, id="workload opened"),
    pytest.param(
        [shop(PERMISSIVE), peers("a", "shop", STRICT, "server")], dict.fromkeys(SERVER, STRICT), id="workload closed"
    ),
    pytest.param(
        [shop(STRICT), peers("a", "shop", None, "server", http=PERMISSIVE)],
        {"tcp": STRICT, "grpc": STRICT, "client": STRICT},
        id="port opened",
    ),
    pytest.param(
        [peers("a", "shop", DISABLE, "server", tcp=STRICT, grpc=PERMISSIVE)],
        {"http": DISABLE, "tcp": STRICT},
        id="each port its own",
    ),
    pytest.param(
        [whole(STRICT), peers("a", "shop", STRICT, "server", tcp=DISABLE, http="UNSET")],
        dict.fromkeys(PORTS, STRICT) | {"tcp": DISABLE},
        id="port off",
    ),
    pytest.param(
        [shop(PERMISSIVE), peers("a", "shop", STRICT, "server", service=PERMISSIVE)],
        dict.fromkeys(SERVER, STRICT),
        id="the number of the service's port means nothing",
    ),
]


def request(name: str, peer: str | None) -> Request:
    """A request to a port, as its protocol has it."""
    if name == "tcp":
        return connection(peer=peer)
    return call("/a.B/c", peer) if name == "grpc" else get(at=PORTS[name], peer=peer)


def with_certificate(small: Small, name: str, mode: str) -> Sending:
    """Mutual TLS by a client that does not ask first whether the server wants it."""
    sending = small.directly(request(name, VISITOR))
    if name == "tcp" and mode == DISABLE:
        # What the proxy passes on unread comes back unread, too.
        tls = {key: value for key, value in sending.job["tls"].items() if key != "certificate"}
        return replace(sending, job={**sending.job, "tls": tls})
    return sending


def through_sidecar(small: Small, name: str, mode: str) -> Sending:
    """As a workload of the mesh calls: its sidecar sends plaintext where istiod says that the server wants that."""
    sending = small.prepare(request(name, CLIENT if name == "visitor" else VISITOR))
    plain = replace(sending.request, tls=Tls.NONE, peer=None)
    return replace(sending, request=plain) if mode == DISABLE else sending


@pytest.mark.parametrize(("objects", "modes"), LEVELS)
def test_levels(small: Small, objects: list[Plain], modes: dict[str, str]) -> None:
    """The narrowest level that says something decides for every port; gateways ask for no certificate of the mesh."""
    predicted = small.hold(*objects)
    cases: list[tuple[Request | Sending, Verdict]] = [(get(at=INGRESS, peer=None), ALLOW)]
    for name in PORTS:
        mode = modes.get(name, PERMISSIVE)
        plain = request(name, None)
        cases += [(plain, REFUSED if mode == STRICT else ALLOW), (through_sidecar(small, name, mode), ALLOW)]
        is_passed_on = name == "tcp" and mode != STRICT
        own_tls = replace(plain, tls=Tls.OTHER, sni="server.example.com")
        cases += [(own_tls, ALLOW if is_passed_on else REFUSED)]
        is_answered = mode != DISABLE or is_passed_on
        cases += [(with_certificate(small, name, mode), ALLOW if is_answered else REFUSED)]
    assert small.agree(predicted, cases) == 21


def test_the_oldest_of_several(small: Small) -> None:
    """Of two objects for one workload the older counts, with its ports; the other is ignored."""
    older = peers("z", "shop", STRICT, "server", http=PERMISSIVE)
    small.hold(older)
    born = creation(small, "z")

    def is_younger() -> bool:
        small.hold(older)
        small.hold(older, peers("a", "shop", PERMISSIVE, "server", http=STRICT))
        return creation(small, "a") > born

    until(is_younger, "a second has passed")
    predicted = small.hold(older, peers("a", "shop", PERMISSIVE, "server", http=STRICT))
    small.agree(predicted, [(request("http", None), ALLOW), (request("tcp", None), REFUSED)])


def creation(small: Small, name: str) -> str:
    """When an object was made, to the second."""
    path = f"/apis/security.istio.io/v1/namespaces/shop/peerauthentications/{name}"
    return str(small.mesh.cluster.ask("GET", path)["metadata"]["creationTimestamp"])


LAST_DAY: Final = date(2027, 3, 31)


def with_plaintext() -> Policy:
    """A server with one port of two that takes plaintext until a day."""
    space = Namespace("shop")
    until_then = Permissive(because="SEC-1: the batch host has no sidecar", until=LAST_DAY)
    web, raw = HttpPort(8080), TcpPort(7000, mtls=until_then)
    server = Service("server", namespace=space, service_account="server", ports=[web, raw])
    client = Service("client", namespace=space, service_account="client")
    rules = [
        allow(client, to=server.at(web), http=AnyRequest(), because="the client reads"),
        allow_tcp(Anyone(), to=server.at(raw), because="SEC-1: the batch host"),
    ]
    return Policy("shop", owns=[space], services=[server, client], rules=rules)


def test_permissive_until(small: Small) -> None:
    """A port that takes plaintext does so before and after its last day; after it, `ztc` says so."""
    model, before, found = built(with_plaintext(), LAST_DAY)
    _, after, found_later = built(with_plaintext(), LAST_DAY + timedelta(days=1))
    assert after == before
    assert ("ZT401" in found, "ZT401" in found_later) == (False, True)
    predicted = small.hold(*after)
    small.agree(predicted, [(request("http", None), REFUSED), (request("tcp", None), ALLOW)])
    small.agree_on_borders(predicted, model)


@pytest.mark.parametrize("mode", [STRICT, PERMISSIVE])
def test_foreign_certificates(small: Small, mode: str) -> None:
    """Whatever a certificate says, it counts only if an authority of the mesh signed it."""
    predicted = small.hold(whole(mode))
    nobody = replace(request("http", None), tls=Tls.MTLS)
    forged = small.directly(nobody, small.stranger, CLIENT)
    small.agree(predicted, [(forged, REFUSED), (small.directly(request("http", CLIENT)), ALLOW)])


def identity(domain: str, space: str = "shop", account: str = "client") -> str:
    """The identity of a workload in a trust domain."""
    return f"spiffe://{domain}/ns/{space}/sa/{account}"


def lets_in(**source: list[str]) -> Plain:
    """An AuthorizationPolicy of the server with one rule."""
    return policy("AuthorizationPolicy", "one", rules=[{"from": [{"source": source}]}])


def test_trust_domain_alias(small: Small) -> None:
    """Rules that name the mesh's trust domain mean its older names, too; unlisted domains are refused as clients."""
    old, other = identity(ALIAS), identity(ALIAS, account="other")
    unlisted = small.directly(request("http", identity("elsewhere.example.com")))
    for principal in ("cluster.local/ns/shop/sa/client", f"{ALIAS}/ns/shop/sa/client"):
        predicted = small.hold(whole(STRICT), lets_in(principals=[principal]))
        cases: list[tuple[Request | Sending, Verdict]] = [(request("http", CLIENT), ALLOW), (unlisted, REFUSED)]
        cases += [(request("http", old), ALLOW), (request("http", other), DENY), (request("http", VISITOR), DENY)]
        small.agree(predicted, cases)


def test_federated_trust_domain(small: Small) -> None:
    """A partner's workloads are who the partner's authority says; rules for our own names do not mean theirs."""
    partner = small.directly(request("http", identity(PARTNER)), small.partner)
    unlisted = small.directly(request("http", identity("elsewhere.example.com")), small.partner)
    ours = request("http", CLIENT)
    for source, of_ours, of_partner in (
        ({"principals": ["cluster.local/ns/shop/sa/client"]}, ALLOW, DENY),
        ({"principals": [f"{PARTNER}/ns/shop/sa/client"]}, DENY, ALLOW),
        ({"trustDomains": [PARTNER]}, DENY, ALLOW),
        ({"namespaces": ["shop"]}, ALLOW, ALLOW),
        ({"serviceAccounts": ["shop/client"]}, ALLOW, ALLOW),
    ):
        predicted = small.hold(whole(STRICT), lets_in(**source))
        small.agree(predicted, [(ours, of_ours), (partner, of_partner), (unlisted, REFUSED)])


def test_a_partner_may_sign_for_us(small: Small) -> None:
    """Istio does not bind an authority to its trust domain: a partner's may sign our own identities."""
    predicted = small.hold(whole(STRICT), lets_in(principals=["cluster.local/ns/shop/sa/client"]))
    small.agree(predicted, [(small.directly(request("http", CLIENT), small.partner), ALLOW)])


def test_a_partner_by_policy(small: Small) -> None:
    """A rule of `ztdsl` for a partner means that partner's workload, and none of ours with the same name."""
    space, web = Namespace("shop"), HttpPort(8080)
    server = Service("server", namespace=space, service_account="server", ports=[web])
    theirs = Identity(identity(PARTNER))
    rule = allow(theirs, to=server.at(web), http=AnyRequest(), because="the partner reads")
    model, objects, _ = built(Policy("shop", owns=[space], services=[server], rules=[rule]))
    predicted = small.hold(*objects)
    partner = small.directly(request("http", identity(PARTNER)), small.partner)
    small.agree(predicted, [(partner, ALLOW), (request("http", CLIENT), DENY)])
    small.agree_on_borders(predicted, model)
