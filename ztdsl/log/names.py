"""The names in a log's fields: addresses, Envoy's clusters, server names of the mesh, rules.

Sources: Istio `pilot/pkg/model/context.go` (`BuildSubsetKey`, `BuildDNSSrvSubsetKey`) for clusters and server names,
`pilot/pkg/security/authz/builder/builder.go` (`policyName`) for rules; Envoy `network/address_impl.cc`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from ztdsl.log.line import Direction
from ztdsl.traffic.addresses import parse_address
from ztdsl.traffic.decision import Decider

_MOST_PORT: Final = 65535
_SERVICE: Final = 3
_RULE: Final = re.compile(r"ns\[(?P<namespace>[^\]]*)\]-policy\[(?P<name>[^\]]*)\]-rule\[(?P<rule>\d{1,6})\]")
_MOST_KEPT: Final = 512
"""A log has few of each, and says them in every line."""
NONE: Final = "none"
"""What Envoy writes for the rule where none matched."""


class Cluster(NamedTuple):
    """One of Envoy's clusters, or a server name of the mesh, which holds the same.

    Attributes:
        direction: whether it leads to the application, or away.
        port: of the container where it is inbound, else of the Service.
        host: the Service; empty where it is inbound.
    """

    direction: Direction
    port: int | None
    host: str


@lru_cache(_MOST_KEPT)
def ip_of(text: str | None) -> str | None:
    """The address in `ADDRESS:PORT`; None where it is none, such as that of a listener within Envoy."""
    if not text:
        return None
    host, colon, _ = text.rpartition(":")
    bare = (host if colon else text).strip("[]")
    if bare.count(":") == 1:
        return None
    try:
        parse_address(bare)
    except ValueError:
        return None
    return bare


@lru_cache(_MOST_KEPT)
def port_of(text: str | None) -> int | None:
    """The port in `ADDRESS:PORT`."""
    return _port(text.rpartition(":")[2]) if text else None


@lru_cache(_MOST_KEPT)
def cluster_of(text: str | None) -> Cluster | None:
    """What `inbound|8080||` and `outbound|80|v1|orders.shop.svc.cluster.local` mean; None for other clusters."""
    return _parts(text.split("|")) if text and "|" in text else None


@lru_cache(_MOST_KEPT)
def server_name_of(text: str | None) -> Cluster | None:
    """What `outbound_.80_.v1_.orders.shop.svc.cluster.local` means; None for other server names."""
    return _parts(text.split("_.")) if text and text.startswith("outbound_.") else None


@lru_cache(_MOST_KEPT)
def service_of(host: str | None) -> tuple[str, str] | None:
    """Namespace and name of the Service whose full host this is; None for other hosts."""
    parts = host.split(".") if host else []
    if len(parts) < _SERVICE or parts[2] != "svc" or not all(parts):
        return None
    return parts[1], parts[0]


@lru_cache(_MOST_KEPT)
def rule_of(text: str | None) -> Decider | None:
    """The rule that Envoy calls `ns[NAMESPACE]-policy[NAME]-rule[N]`; None for other policies of Envoy's."""
    found = _RULE.fullmatch(text) if text else None
    if found is None:
        return None
    return Decider("AuthorizationPolicy", found["namespace"], found["name"], int(found["rule"]))


def _parts(parts: list[str]) -> Cluster | None:
    try:
        kind, port, _, host = parts
        direction = Direction(kind)
    except ValueError:
        return None
    return Cluster(direction, _port(port), host)


def _port(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(_MOST_PORT))):
        return None
    return int(text) if int(text) <= _MOST_PORT else None
