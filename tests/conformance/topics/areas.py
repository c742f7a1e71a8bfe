"""What is asked of istiod and Envoy: about 400 topics by area."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.topics import addresses, connections, gateways, identities, jwt, paths, requests, structure
from tests.conformance.topics.shape import Topic

AREAS = {
    "addresses": addresses.topics,
    "connections": connections.topics,
    "gateways": gateways.topics,
    "identities": identities.topics,
    "paths": paths.topics,
    "requests": requests.topics,
    "structure": structure.topics,
    "tokens": jwt.topics,
}


def of_area(area: str) -> list[Topic]:
    """The topics of one of `AREAS`, in their order."""
    made: Iterator[Topic] = AREAS[area]()
    return list(made)
