"""Which part of a request a test reads."""

from __future__ import annotations

import pytest

from ztdsl.access.tested import Read, read_by


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("principals", Read("connection", "principals")),
        ("notPrincipals", Read("connection", "principals")),
        ("source.principal (notValues)", Read("connection", "principals")),
        ("notIpBlocks", Read("source_ip", "ipBlocks")),
        ("remote.ip", Read("remote_ip", "remoteIpBlocks")),
        ("destination.port", Read("port", "ports")),
        ("requestPrincipals", Read("claim sub", "requestPrincipals")),
        ("request.auth.audiences", Read("claim aud", "claim", ("aud",))),
        ("request.auth.claims[o][k]", Read("claim o/k", "claim", ("o", "k"))),
        ("request.headers[X-A]", Read("header x-a", "header")),
        ("request.headers[:path] (notValues)", Read("path", "header")),
        ("experimental.envoy.filters.a[b]", Read("unseen", "experimental.envoy.filters.a[b]")),
    ],
)
def test_fields_and_keys(attribute: str, expected: Read) -> None:
    """A field, its negative, and the condition that means the same read one part."""
    assert read_by(attribute) == expected
