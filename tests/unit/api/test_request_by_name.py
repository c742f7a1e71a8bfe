"""Requests in the words of people."""

from __future__ import annotations

import pytest

from ztdsl.api import request_by_name
from ztdsl.scenario.cast import Actor, Cast, Door
from ztdsl.scenario.phrase import Misread
from ztdsl.scenario.subject import NOWHERE, Subject
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import Chain, Proxy

ORDERS = Actor("shop", "orders", {"app": "orders"}, "orders", (Door(8080, ("http",), Chain.HTTP),), Proxy.SIDECAR)
SUBJECT = Subject(Mesh(), Cast([ORDERS], "cluster.local", "nobody declares"), (), lambda _: NOWHERE)


def test_addresses_are_those_of_the_request() -> None:
    """Of both versions of IP."""
    request = request_by_name(SUBJECT, "orders", source_ip="10.1.2.3", remote_ip="2001:db8::7")
    assert (request.source_ip, request.remote_ip) == ("10.1.2.3", "2001:db8::7")


@pytest.mark.parametrize("name", ["source_ip", "remote_ip"])
@pytest.mark.parametrize("address", ["10.1.2.300", "10.0.0.0/8", "orders", ""])
def test_what_is_no_address_is_refused(name: str, address: str) -> None:
    """Nothing could be said of such a request."""
    with pytest.raises(Misread, match="is not an IP address"):
        request_by_name(SUBJECT, "orders", **{name: address})  # type: ignore[arg-type] # one of two texts
