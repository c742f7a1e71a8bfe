"""A small policy and lines of its logs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from ztdsl.api import open_policy

if TYPE_CHECKING:
    from pathlib import Path

    from ztdsl.scenario.subject import Subject

POLICY = """
from ztdsl import (
    AnyRequest, Claim, EndUser, Gateway, Http, HttpPort, Issuer, Namespace, Policy, Service, TcpPort,
    allow, allow_tcp, deny,
)

edge, web, shop = Namespace("istio-ingress"), Namespace("web"), Namespace("shop")
api, db = HttpPort(8080), TcpPort(5432)
ingress = Gateway("ingress", namespace=edge, service_account="ingress", ports=[HttpPort(8443)])
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[api])
orders = Service("orders", namespace=shop, service_account="orders", ports=[api, db])
role = Claim("role", str)
auth = Issuer("https://auth.example.com", jwks_uri="https://auth.example.com/keys", audiences=["orders"], claims=[role])
policy = Policy(
    "shop",
    owns=[edge, web, shop],
    services=[ingress, frontend, orders],
    rules=[
        allow(frontend, to=orders.at(api), http=Http(methods=["GET"], paths=["/orders/*"]), because="it lists"),
        allow(ingress, user=EndUser(auth, where=[role.is_in("admin")]), to=orders.at(api), http=AnyRequest(),
              because="staff"),
        allow_tcp(frontend, to=orders.at(db), because="it reads"),
        deny(frontend, to=orders.at(api), http=Http(paths=["/orders/secret"]), because="nobody"),
    ],
)
"""
FRONTEND = "spiffe://cluster.local/ns/web/sa/frontend"
INGRESS = "spiffe://cluster.local/ns/istio-ingress/sa/ingress"
LINE: dict[str, Any] = {
    "ztc": "1",
    "start_time": "2026-10-01T08:00:00.000Z",
    "method": "GET",
    "path": "/orders/7",
    "protocol": "HTTP/1.1",
    "response_code": 200,
    "response_flags": "-",
    "response_code_details": "via_upstream",
    "connection_termination_details": None,
    "authority": "orders.shop:8080",
    "upstream_cluster": "inbound|8080||",
    "downstream_local_address": "10.1.0.7:8080",
    "downstream_remote_address": "10.1.0.9:41234",
    "requested_server_name": "outbound_.8080_._.orders.shop.svc.cluster.local",
    "pod_namespace": "shop",
    "pod_service_account": "orders",
    "downstream_peer_uri_san": FRONTEND,
    "downstream_tls_version": "TLSv1.3",
    "jwt": {"iss": None, "sub": None, "aud": None, "role": None},
}
DENIED = {"response_code": 403, "response_code_details": "rbac_access_denied_matched_policy[none]"}


class Written(Protocol):
    """Writes a line of the recommended format."""

    def __call__(self, **fields: object) -> bytes:
        """The line with other fields; `None` as a whole field is written as null."""


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    """The policy."""
    file = tmp_path / "policies.py"
    file.write_text(POLICY)
    opened = open_policy(file).subject
    assert opened is not None
    return opened


@pytest.fixture
def narrower(tmp_path: Path) -> Subject:
    """A new version that takes a grant back."""
    file = tmp_path / "new" / "policies.py"
    file.parent.mkdir()
    file.write_text(POLICY.replace('paths=["/orders/*"]', 'paths=["/orders/list"]'))
    opened = open_policy(file).subject
    assert opened is not None
    return opened


@pytest.fixture
def line() -> Written:
    """Lines of a log, by what differs from a request that is let in."""

    def write(**fields: object) -> bytes:
        return json.dumps({**LINE, **fields}).encode()

    return write
