"""ZT315, ZT348: a server name that a proxy never sees.

Envoy turns the name of a handshake into small letters. Between sidecars it is Istio's own, such as
`outbound_.8443_._.orders.shop.svc.cluster.local` (Istio `pilot/pkg/networking/core/cluster_traffic_policy.go`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ztdsl.checks.finding import Found
from ztdsl.checks.meant import effect, unmatched
from ztdsl.checks.ports import named_ports, ports_of
from ztdsl.checks.sketch import draw
from ztdsl.checks.witness import witness
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Chain, Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.tested import Tested
    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness

AT_SIDECAR: Final = "ZT315"
CAPITALS: Final = "ZT348"
_INTERNAL: Final = "outbound_"


def find(view: View) -> Iterator[Found]:
    """Server names with capitals, and names of clients in rules for known workloads behind STRICT sidecars."""
    for tested in view.tested.get("sni", ()):
        for number, value in enumerate(tested.values):
            at = f"{tested.pointer}/{number}"
            if value != value.lower():
                yield Found(
                    CAPITALS,
                    tested.document,
                    at,
                    f"server name `{value}` can never match: Envoy turns names into small letters",
                    effect(tested),
                    help=(f"write `{value.lower()}`",),
                    witness=unmatched(view, tested, value.lower()) if "*" not in value else None,
                )
            elif not value.startswith(("*", _INTERNAL)) and _are_strict_sidecars(view, tested):
                yield Found(
                    AT_SIDECAR,
                    tested.document,
                    at,
                    f"no sidecar sees the server name `{value}`",
                    "within the mesh's mutual TLS it is Istio's own name",
                    help=("test the port or the caller instead, or the name at the gateway",),
                    witness=_proof(view, tested),
                )


def _are_strict_sidecars(view: View, tested: Tested) -> bool:
    places = view.places(tested.document) if view.is_whole else ()
    return bool(places) and all(
        place.known is not None
        and place.known.ports
        and place.proxy is Proxy.SIDECAR
        and view.plaintext_port(place) is None
        for place in places
    )


def _proof(view: View, tested: Tested) -> Witness | None:
    """A connection with the name that Istio gives it."""
    rule = tested.policy.rules[tested.rule]
    for place in view.places(tested.document)[:1]:
        for port in named_ports(rule) or list(ports_of(place))[:1]:
            name = place.known.name if place.known is not None else "service"
            own = f"{_INTERNAL}.{port}_._.{name}.{place.namespace}.svc.cluster.local"
            drawn = draw(place, view.mesh, rule, namespace=tested.policy.meta.namespace, port=port, chain=Chain.TCP)
            connections = [replace(each, sni=own) for each in drawn]
            wanted = (Verdict.ALLOW,) if tested.opens else (Verdict.REFUSED, Verdict.DENY)
            found = (witness(view, place, connections, verdict) for verdict in wanted)
            return next((each for each in found if each is not None), None)
    return None
