"""The lane that asks istiod and a real Envoy again: `ZTC_LANES=conformance pytest tests/conformance`."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from tests.conformance.fuzz.policies import REQUESTS, topics
from tests.conformance.lab.package import NoEnvoy
from tests.conformance.lab.server import EnvoyStopped
from tests.conformance.replay import disagreements
from tests.conformance.topics.areas import AREAS, of_area
from tests.conformance.topics.shape import Topic, allow, get, operation
from tests.conformance.vector import Vector, load

REQUIRED = bool(os.environ.get("CI"))
PAIRS = int(os.environ.get("ZTC_CONFORMANCE_PAIRS", "1000"))
SEED = os.environ.get("ZTC_CONFORMANCE_SEED", "1")
AT_ONCE = 250
SHOWN = 10

pytestmark = pytest.mark.skipif(
    "conformance" not in os.environ.get("ZTC_LANES", "").split(","),
    reason="runs istiod and Envoy: set ZTC_LANES=conformance",
)


def really(asked: Sequence[Topic]) -> list[Vector]:
    """What istiod and Envoy make of the topics; without them the test is skipped, or fails where CI is set."""
    from tests.conformance.oracle import NoOracle  # noqa: PLC0415 - only this lane needs what asks istiod
    from tests.conformance.record import measure  # noqa: PLC0415 - likewise

    try:
        vectors, results = measure(asked)
    except (NoOracle, NoEnvoy) as lacking:
        if REQUIRED:
            raise
        pytest.skip(f"no istiod or no Envoy here: {lacking}")
    assert not results.refused, results.refused
    return vectors


@pytest.mark.parametrize("area", sorted(AREAS))
def test_vectors_are_what_happens(area: str) -> None:
    """Istiod and Envoy still do what is recorded."""
    assert really(of_area(area)) == load(area)


def test_a_template_without_a_leading_slash_ends_envoy() -> None:
    """Istiod takes it, and the proxy that gets it dies."""
    asked = Topic("paths/no slash", [allow(operation(paths=["x/{*}"]))], [get("/x/y")])
    with pytest.raises(EnvoyStopped):
        really([asked])


@pytest.mark.parametrize("start", range(0, -(-PAIRS // REQUESTS), AT_ONCE))
def test_random_policies_and_requests(start: int) -> None:
    """On random policies and requests the evaluator says what istiod and Envoy do."""
    count = min(AT_ONCE, -(-PAIRS // REQUESTS) - start)
    found = list(disagreements(really(list(topics(SEED, count, start)))))
    shown = "\n\n".join(str(each) for each in found[:SHOWN])
    assert not found, f"{len(found)} disagreements with seed {SEED}\n{shown}"
