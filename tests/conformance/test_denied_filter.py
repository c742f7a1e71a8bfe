"""A real Envoy writes for `log_denied` what is refused, tried or audited, and nothing else."""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import socketserver
import threading
import time
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.conformance.lab.package import NoEnvoy, envoy_binary
from tests.conformance.lab.server import Envoy
from ztdsl.lower.logs import DENIED

REQUIRED = bool(os.environ.get("CI"))
_TYPES: Final = "type.googleapis.com/envoy.extensions."
_ANY: Final = {"permissions": [{"any": True}], "principals": [{"any": True}]}

pytestmark = pytest.mark.skipif(
    "conformance" not in os.environ.get("ZTC_LANES", "").split(","),
    reason="runs Envoy: set ZTC_LANES=conformance",
)


def _log(file: Path) -> list[dict[str, Any]]:
    """The access log that istiod makes of a Telemetry with the filter."""
    return [
        {
            "name": "envoy.access_loggers.file",
            "filter": {
                "extensionFilter": {
                    "name": "envoy.access_loggers.extension_filters.cel",
                    "typedConfig": {
                        "@type": f"{_TYPES}access_loggers.filters.cel.v3.ExpressionFilter",
                        "expression": DENIED,
                    },
                }
            },
            "typedConfig": {
                "@type": f"{_TYPES}access_loggers.file.v3.FileAccessLog",
                "path": str(file),
                "logFormat": {"textFormatSource": {"inlineString": "%REQ(:PATH)% %RESPONSE_CODE%\n"}},
            },
        }
    ]


def _at(path: str, *, but: bool = False) -> dict[str, Any]:
    """A policy about one path, or about all others."""
    permission: dict[str, Any] = {"urlPath": {"path": {"exact": path}}}
    return {"p": {"permissions": [{"notRule": permission} if but else permission], "principals": [{"any": True}]}}


def _rbac(**config: Any) -> dict[str, Any]:
    return {
        "name": "envoy.filters.http.rbac",
        "typedConfig": {"@type": f"{_TYPES}filters.http.rbac.v3.RBAC", **config},
    }


def _keys() -> str:
    numbers = rsa.generate_private_key(65537, 2048).public_key().public_numbers()
    parts = {"n": numbers.n, "e": numbers.e}
    encoded = {
        name: base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).decode().rstrip("=")
        for name, value in parts.items()
    }
    return json.dumps({"keys": [{"kty": "RSA", **encoded}]})


def _http_filters() -> list[dict[str, Any]]:
    """Filters in the order and with the prefixes that istiod gives them."""
    return [
        {
            "name": "envoy.filters.http.jwt_authn",
            "typedConfig": {
                "@type": f"{_TYPES}filters.http.jwt_authn.v3.JwtAuthentication",
                "providers": {"p": {"issuer": "https://a.example.com", "localJwks": {"inlineString": _keys()}}},
                "rules": [
                    {
                        "match": {"prefix": "/"},
                        "requires": {"requiresAny": {"requirements": [{"providerName": "p"}, {"allowMissing": {}}]}},
                    }
                ],
            },
        },
        _rbac(rules={"action": "LOG", "policies": _at("/audited")}),
        _rbac(
            rules={"action": "DENY", "policies": _at("/denied")},
            shadowRules={"action": "DENY", "policies": _at("/denied-in-a-trial")},
            shadowRulesStatPrefix="istio_dry_run_deny_",
        ),
        _rbac(
            rules={"action": "ALLOW", "policies": _at("/not-allowed", but=True)},
            shadowRules={"action": "ALLOW", "policies": _at("/not-allowed-in-a-trial", but=True)},
            shadowRulesStatPrefix="istio_dry_run_allow_",
        ),
        {"name": "router", "typedConfig": {"@type": f"{_TYPES}filters.http.router.v3.Router"}},
    ]


def _listener(name: str, chain: dict[str, Any], **more: Any) -> dict[str, Any]:
    address = {"socketAddress": {"address": "127.0.0.1", "portValue": 0}}
    return {"name": name, "address": address, "filterChains": [chain], **more}


def _http(file: Path) -> dict[str, Any]:
    routes = [
        {"match": {"path": "/refused-by-the-application"}, "directResponse": {"status": 403}},
        {"match": {"prefix": "/"}, "directResponse": {"status": 200}},
    ]
    manager = {
        "@type": f"{_TYPES}filters.network.http_connection_manager.v3.HttpConnectionManager",
        "statPrefix": "http",
        "accessLog": _log(file),
        "routeConfig": {"virtualHosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
        "httpFilters": _http_filters(),
    }
    return _listener("http", {"filters": [{"name": "manager", "typedConfig": manager}]})


def _tcp(name: str, file: Path, rbac: dict[str, Any]) -> dict[str, Any]:
    filters = [
        {
            "name": "envoy.filters.network.rbac",
            "typedConfig": {"@type": f"{_TYPES}filters.network.rbac.v3.RBAC", "statPrefix": "tcp.", **rbac},
        },
        {
            "name": "proxy",
            "typedConfig": {
                "@type": f"{_TYPES}filters.network.tcp_proxy.v3.TcpProxy",
                "statPrefix": name,
                "cluster": "application",
                "accessLog": _log(file),
            },
        },
    ]
    return _listener(name, {"filters": filters})


def _strict(file: Path) -> dict[str, Any]:
    """A listener that has a chain for TLS alone, as that of a STRICT port."""
    proxy = {
        "@type": f"{_TYPES}filters.network.tcp_proxy.v3.TcpProxy",
        "statPrefix": "strict",
        "cluster": "application",
    }
    inspector = {
        "name": "envoy.filters.listener.tls_inspector",
        "typedConfig": {"@type": f"{_TYPES}filters.listener.tls_inspector.v3.TlsInspector"},
    }
    chain = {
        "filterChainMatch": {"transportProtocol": "tls"},
        "filters": [{"name": "proxy", "typedConfig": proxy}],
    }
    return _listener("strict", chain, listenerFilters=[inspector], accessLog=_log(file))


def _status(port: int, path: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _connect(port: int) -> None:
    """Send a byte and wait for the end of the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        try:
            while connection.recv(1024):
                pass
        except ConnectionError:
            return


class _Application(socketserver.BaseRequestHandler):
    """What stands behind the proxy: it answers one byte."""

    def handle(self) -> None:
        self.request.recv(1024)
        self.request.sendall(b"x")


def _lead_to(port: int, bootstrap: Path) -> None:
    """Give the one cluster its endpoint."""
    plain = json.loads(bootstrap.read_text())
    address = {"socketAddress": {"address": "127.0.0.1", "portValue": port}}
    (cluster,) = plain["staticResources"]["clusters"]
    cluster["loadAssignment"]["endpoints"] = [{"lbEndpoints": [{"endpoint": {"address": address}}]}]
    bootstrap.write_text(json.dumps(plain))


def _ask(proxy: Envoy, names: tuple[str, ...]) -> None:
    """Send a request or a connection for each case, and have the proxy end, which writes its logs."""
    asked = {
        "/let-in": 200,
        "/refused-by-the-application": 403,
        "/denied": 403,
        "/not-allowed": 403,
        "/denied-in-a-trial": 200,
        "/not-allowed-in-a-trial": 200,
        "/audited": 200,
    }
    with proxy as envoy:
        assert envoy.refused == []
        assert {path: _status(envoy.ports["http"], path, {}) for path in asked} == asked
        assert _status(envoy.ports["http"], "/with-a-broken-token", {"Authorization": "Bearer a.b.c"}) == 401
        for name in names[1:]:
            _connect(envoy.ports[name])
        time.sleep(0.5)  # a connection is logged when it is gone


def test_a_real_proxy_writes_what_is_refused_tried_or_audited(tmp_path: Path) -> None:
    """Not what is let in, and not what the application refuses by itself."""
    try:
        envoy_binary()
    except NoEnvoy as lacking:
        if REQUIRED:
            raise
        pytest.skip(f"no Envoy here: {lacking}")
    names = ("http", "denied", "tried", "allowed", "strict")
    requests, denied, tried, allowed, strict = (tmp_path / f"{name}.log" for name in names)
    listeners = [
        _http(requests),
        _tcp("denied", denied, {"rules": {"action": "DENY", "policies": {"p": _ANY}}}),
        _tcp(
            "tried",
            tried,
            {
                "shadowRules": {"action": "DENY", "policies": {"p": _ANY}},
                "shadowRulesStatPrefix": "istio_dry_run_deny_",
            },
        ),
        _tcp("allowed", allowed, {"rules": {"action": "ALLOW", "policies": {"p": _ANY}}}),
        _strict(strict),
    ]
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Application) as application:
        threading.Thread(target=application.serve_forever, daemon=True).start()
        envoy = Envoy(tmp_path, listeners, ["application"])
        _lead_to(application.server_address[1], tmp_path / "bootstrap.json")
        _ask(envoy, names)
        application.shutdown()
    assert requests.read_text().splitlines() == [
        "/denied 403",
        "/not-allowed 403",
        "/denied-in-a-trial 200",
        "/not-allowed-in-a-trial 200",
        "/audited 200",
        "/with-a-broken-token 401",
    ]
    assert [len(file.read_text().splitlines()) for file in (denied, tried, allowed, strict)] == [1, 1, 0, 1]
