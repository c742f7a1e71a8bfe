"""What is asked of istiod and Envoy: about 600 topics by area."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.topics import (
    acceptance,
    addresses,
    claims,
    connections,
    gateways,
    identities,
    paths,
    requests,
    structure,
)
from tests.conformance.topics.shape import Topic

AREAS = {
    "acceptance": acceptance.topics,
    "addresses": addresses.topics,
    "claims": claims.topics,
    "connections": connections.topics,
    "gateways": gateways.topics,
    "identities": identities.topics,
    "paths": paths.topics,
    "requests": requests.topics,
    "structure": structure.topics,
}


def of_area(area: str) -> list[Topic]:
    """The topics of one of `AREAS`, in their order."""
    made: Iterator[Topic] = AREAS[area]()
    return list(made)
