"""What a real Envoy did with istiod's configuration, replayed through the evaluator."""

from __future__ import annotations

import pytest

from tests.conformance.replay import UNDECIDED, Disagreement, disagreements
from tests.conformance.topics.areas import AREAS, of_area
from tests.conformance.vector import areas, load, versions

SHOWN = 20
OPEN = (
    "versions of Envoy differ on dot segments that carry parameters",
    "the request carries a token whose claims are not given",
)
"""What the evaluator does not know and this Envoy does, beside the mesh's extension providers."""


def is_open(found: Disagreement) -> bool:
    """Whether the evaluator rightly says that it does not know."""
    asks = any(each["spec"].get("action") == "CUSTOM" for each in found.vector.documents)
    return found.what == UNDECIDED and (asks or any(each in str(found.decision.reason) for each in OPEN))


@pytest.mark.parametrize("area", areas())
def test_the_evaluator_says_what_envoy_did(area: str) -> None:
    """Every recorded request gets the verdict, the status and the deciding rule that were met."""
    found = [each for each in disagreements(load(area)) if not is_open(each)]
    shown = "\n\n".join(str(each) for each in found[:SHOWN])
    assert not found, f"{len(found)} disagreements\n{shown}"


@pytest.mark.parametrize("area", areas())
def test_vectors_are_those_of_the_topics(area: str) -> None:
    """A topic that changed has been recorded again (`just vectors`)."""
    asked = [(topic.name, list(topic.documents), list(topic.requests)) for topic in of_area(area)]
    assert [(each.topic, each.documents, [request for request, _ in each.cases]) for each in load(area)] == asked


def test_every_area_is_recorded() -> None:
    """No area is left out, and what produced the vectors is named."""
    assert areas() == sorted(AREAS)
    assert all({"istio", "envoy"} <= versions(area).keys() for area in areas())


def test_there_are_enough() -> None:
    """At least 150 topics and 3,000 requests are recorded."""
    recorded = [vector for area in areas() for vector in load(area)]
    assert len(recorded) >= 150
    assert sum(len(vector.cases) for vector in recorded) >= 3000
