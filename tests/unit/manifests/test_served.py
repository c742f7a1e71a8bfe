"""What serves a port, by the rules of Istio."""

from __future__ import annotations

import pytest

from ztdsl.manifests.served import protocol_of


@pytest.mark.parametrize(
    ("app", "name", "port", "served"),
    [
        (None, "http_proxy", None, "http"),
        ("HTTP-x", None, None, "http"),
        ("grpc-web", None, None, "http"),
        ("kubernetes.io/wss", "http", None, "tcp"),
        ("", "http", None, None),
        (None, None, 3306, "tcp"),
        (None, "db", 27017, "tcp"),
        (None, "http", 53, "http"),
        (None, "udp-x", 53, None),
        (None, "db", 5432, None),
        (8, ["http"], None, None),
    ],
)
def test_the_name_or_the_well_known_port_decides(
    app: object, name: object, port: int | None, served: str | None
) -> None:
    """`appProtocol` has prefixes too; where nothing is said, ports on which servers speak first are TCP."""
    assert protocol_of(app, name, port) == served
