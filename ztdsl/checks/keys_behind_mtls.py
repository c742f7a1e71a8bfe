"""ZT358: istiod cannot fetch keys from a workload that accepts mutual TLS only.

istiod fetches keys itself, without a certificate of the mesh, unless `PILOT_JWT_ENABLE_REMOTE_JWKS` leaves that to the
proxies; without keys every token is refused (Istio `pilot/pkg/model/jwks_resolver.go`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from ztdsl.checks.finding import Found
from ztdsl.checks.place import Place
from ztdsl.checks.ports import container_ports
from ztdsl.checks.sketch import draw
from ztdsl.checks.witness import witness
from ztdsl.istio.kinds import Operation, Rule
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.mesh import DataPlane
from ztdsl.traffic.request import Proxy, Tls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness

CODE = "ZT358"
_HOST: Final = re.compile(r"(?P<service>[a-z0-9-]+)\.(?P<namespace>[a-z0-9-]+)\.svc(?:\.[a-z0-9.-]+)?")
_PORTS: Final = {"http": 80, "https": 443}
_STRICT: Final = "STRICT"


class _Server(NamedTuple):
    """Where keys are fetched: a Service, its port and the path there, and whether over TLS."""

    service: str
    namespace: str
    port: int
    path: str
    is_tls: bool


def find(view: View) -> Iterator[Found]:
    """Key servers within the cluster whose own namespace says that they accept mutual TLS only."""
    for index, request in view.requests:
        for number, rule in enumerate(request.jwt_rules):
            server = None if rule.jwks_uri is None or rule.jwks else _server(rule.jwks_uri)
            proof = None if server is None else _proof(view, server)
            if server is not None and proof is not None:
                yield Found(
                    CODE,
                    index,
                    f"/spec/jwtRules/{number}/jwksUri",
                    f"istiod cannot fetch keys from `{server.service}.{server.namespace}`, and every token is refused",
                    "istiod has no certificate of the mesh, and mutual TLS is required there",
                    notes=("it can where `PILOT_JWT_ENABLE_REMOTE_JWKS` lets the proxies fetch them",),
                    help=(
                        "write the key set in `jwks`",
                        f"or make the port PERMISSIVE with a PeerAuthentication in `{server.namespace}`",
                    ),
                    witness=proof,
                )


def _server(uri: str) -> _Server | None:
    """The Service within the cluster that the URI names; None where it names none, or one that the name hides."""
    try:
        parts = urlsplit(uri)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    host = _HOST.fullmatch(parts.hostname or "")
    if host is None or port is None:
        return None
    return _Server(host["service"], host["namespace"], port, parts.path or "/", is_tls=parts.scheme == "https")


def _proof(view: View, server: _Server) -> Witness | None:
    """The request for the keys, as istiod sends it, which is not accepted."""
    place = _place(view, server)
    if place is None:
        return None
    ports = container_ports(place, server.port) if place.known is not None else [server.port]
    for port in ports[:1]:
        wanted = Rule(operations=(Operation(methods=("GET",), paths=(server.path,)),))
        tls = Tls.OTHER if server.is_tls else Tls.NONE
        requests = [replace(each, peer=None, tls=tls) for each in draw(place, view.mesh, wanted, port=port)]
        return witness(view, place, requests, Verdict.REFUSED)
    return None


def _place(view: View, server: _Server) -> Place | None:
    """The workload behind the Service, where its own namespace says which connections are accepted.

    An object of the root namespace is no sign that the server is in the mesh at all; one of its own namespace is.
    """
    there = view.peers_of(server.namespace)
    if not any(peer.mtls == _STRICT for peer in there) or view.mesh.data_plane is DataPlane.AMBIENT:
        return None
    place = view.named.get((server.namespace, server.service))
    if place is not None:
        fits = [peer for peer in there if _selects(dict(peer.selector.match_labels if peer.selector else ()), place)]
        return place if any(peer.mtls == _STRICT for peer in fits) else None
    is_uniform = (
        len(there) == 1 and not there[0].port_level and not (there[0].selector and there[0].selector.match_labels)
    )
    return Place(server.namespace, {}, Proxy.SIDECAR) if is_uniform else None


def _selects(labels: dict[str, str], place: Place) -> bool:
    return all(place.labels.get(key) == value for key, value in labels.items())
