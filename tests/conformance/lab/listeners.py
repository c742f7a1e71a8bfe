"""What of istiod's listeners is changed so that a stock Envoy on this machine can serve them; each change has a name.

Kept as istiod made them: filter chains and their matches, inspectors, RBAC filters of both kinds, the JWT filter with
its providers, the connection manager with its normalization and address settings, what client certificates must be.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from tests.conformance.lab.authority import Authority

_TYPES: Final = "type.googleapis.com/"
_STOCK: Final = f"{_TYPES}envoy."
_ISTIO_TYPES: Final = (f"{_TYPES}envoy.tcp.metadataexchange.", f"{_TYPES}envoy.config.filter.http.alpn.")
_HCM: Final = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
_TCP_PROXY: Final = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"
_TLS: Final = "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"
_DESTINATION_FILTERS: Final = ("envoy.filters.listener.original_dst", "envoy.filters.listener.original_src")
_PROXY_PROTOCOL: Final = "envoy.filters.listener.proxy_protocol"

DETAILS_HEADER: Final = "x-lab-details"
RBAC_HEADER: Final = "x-lab-rbac"

_ANSWER: Final = {
    "name": "lab",
    "virtualHosts": [
        {
            "name": "lab",
            "domains": ["*"],
            "routes": [{"match": {"prefix": "/"}, "directResponse": {"status": 200}}],
        }
    ],
}
_SAYS_WHY: Final = {
    "mappers": [
        {
            "filter": {"notHealthCheckFilter": {}},
            "headersToAdd": [
                {"header": {"key": DETAILS_HEADER, "value": "%RESPONSE_CODE_DETAILS%"}},
                {"header": {"key": RBAC_HEADER, "value": "%DYNAMIC_METADATA(envoy.filters.http.rbac)%"}},
            ],
        }
    ]
}


@dataclass
class Changes:
    """The names of the changes that were made, and the clusters that filters still call."""

    names: set[str] = field(default_factory=set)
    clusters: set[str] = field(default_factory=set)


def _is(config: dict[str, Any], message: str) -> bool:
    found: object = config.get("@type")
    return found == _TYPES + message


def _stock(entry: dict[str, Any], changes: Changes) -> bool:
    """Whether a stock Envoy has this filter; one that it lacks is named."""
    kind = str(entry.get("typedConfig", {}).get("@type", _STOCK))
    if kind.startswith(_STOCK) and not kind.startswith(_ISTIO_TYPES):
        return True
    changes.names.add(f"removed {entry['name']}: only in Istio's build of Envoy")
    return False


class Adaptation:
    """Makes listeners of one run of the lab."""

    def __init__(self, authority: Authority) -> None:
        self._root = {"inlineString": authority.root}
        chain, key = authority.certificate("spiffe://cluster.local/ns/lab/sa/server")
        self._certificates = [{"certificateChain": {"inlineString": chain}, "privateKey": {"inlineString": key}}]

    def listener(self, original: dict[str, Any], name: str, changes: Changes) -> dict[str, Any]:
        """`original` as it is served on a free port of 127.0.0.1 under `name`."""
        made = copy.deepcopy(original)
        made["name"] = name
        made["address"] = {"socketAddress": {"address": "127.0.0.1", "portValue": 0}}
        for key in ("additionalAddresses", "useOriginalDst", "bindToPort", "transparent", "accessLog", "reusePort"):
            made.pop(key, None)
        changes.names.add("address: a free port of 127.0.0.1; the PROXY protocol names the address that was called")
        made["listenerFilters"] = list(self._listener_filters(made.get("listenerFilters", []), changes))
        chains = [*made.get("filterChains", ()), *filter(None, (made.get("defaultFilterChain"),))]
        for chain in chains:
            chain["filters"] = list(self._network_filters(chain.get("filters", []), changes))
            self._transport(chain, changes)
        return made

    @staticmethod
    def _listener_filters(filters: list[dict[str, Any]], changes: Changes) -> Iterator[dict[str, Any]]:
        if all(each["name"] != _PROXY_PROTOCOL for each in filters):
            kind = f"{_STOCK}extensions.filters.listener.proxy_protocol.v3.ProxyProtocol"
            yield {"name": _PROXY_PROTOCOL, "typedConfig": {"@type": kind}}
        for each in filters:
            if each["name"] in _DESTINATION_FILTERS:
                changes.names.add(f"removed {each['name']}: the PROXY protocol does its work")
            elif _stock(each, changes):
                yield each

    def _network_filters(self, filters: list[dict[str, Any]], changes: Changes) -> Iterator[dict[str, Any]]:
        for each in filters:
            config = each.get("typedConfig", {})
            if not _stock(each, changes):
                continue
            if _is(config, _HCM):
                self._connection_manager(config, changes)
            if _is(config, _TCP_PROXY):
                changes.names.add("tcp_proxy: an echo in place of the workload")
                kind = f"{_STOCK}extensions.filters.network.echo.v3.Echo"
                yield {"name": "envoy.filters.network.echo", "typedConfig": {"@type": kind}}
                continue
            _collect_clusters(config, changes)
            yield each

    @staticmethod
    def _connection_manager(config: dict[str, Any], changes: Changes) -> None:
        changes.names.add("routes: every path is answered with 200 in place of the workload")
        for key in ("rds", "scopedRoutes", "accessLog", "tracing"):
            config.pop(key, None)
        config["routeConfig"] = _ANSWER
        changes.names.add("local replies: two headers say why")
        config["localReplyConfig"] = _SAYS_WHY
        config["httpFilters"] = [each for each in config.get("httpFilters", ()) if _stock(each, changes)]

    def _transport(self, chain: dict[str, Any], changes: Changes) -> None:
        config = chain.get("transportSocket", {}).get("typedConfig", {})
        if not _is(config, _TLS):
            return
        changes.names.add("secrets: certificates of the lab's own authority in place of istiod's")
        common = config.setdefault("commonTlsContext", {})
        for key in ("tlsCertificateSdsSecretConfigs", "tlsCertificates", "tlsCertificateProviderInstance"):
            common.pop(key, None)
        common["tlsCertificates"] = self._certificates
        combined = common.pop("combinedValidationContext", None)
        validation = combined.get("defaultValidationContext", {}) if combined else common.get("validationContext")
        if common.pop("validationContextSdsSecretConfig", None) is not None:
            validation = {}
        if validation is not None:
            common["validationContext"] = validation | {"trustedCa": self._root}


def _collect_clusters(config: object, changes: Changes) -> None:
    """Notes the clusters that external authorization would call."""
    if isinstance(config, dict):
        for key, value in config.items():
            if key in {"cluster", "clusterName"} and isinstance(value, str):
                changes.clusters.add(value)
            else:
                _collect_clusters(value, changes)
    elif isinstance(config, list):
        for each in config:
            _collect_clusters(each, changes)
