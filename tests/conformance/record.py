"""Regenerates the vectors: `python -m tests.conformance.record [AREA ...]` asks istiod, starts Envoy, sends, writes."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from tests.conformance.lab.client import Outcome
from tests.conformance.lab.control_plane import listeners, versions
from tests.conformance.lab.laboratory import Case, Results, run
from tests.conformance.lab.package import envoy_version
from tests.conformance.topics.areas import AREAS, of_area
from tests.conformance.topics.shape import ISSUER, Plain, Topic
from tests.conformance.vector import DIRECTORY, Met, Vector, complete, write


def prefixes(documents: Sequence[Plain]) -> dict[str, str]:
    """What the manifests expect before a token, by the lower-case name of the header."""
    found = {"authorization": "Bearer "}
    for document in documents:
        for rule in document["spec"].get("jwtRules", ()):
            for header in rule.get("fromHeaders", ()):
                found[header["name"].lower()] = header.get("prefix", "")
    return found


def accepted(documents: Sequence[Plain]) -> Plain:
    """The claims that the manifests ask of a token: the first issuer, every audience."""
    rules = [rule for document in documents for rule in document["spec"].get("jwtRules", ())]
    audiences = [audience for rule in rules for audience in rule.get("audiences", ())]
    return {"iss": next((rule["issuer"] for rule in rules), ISSUER), **({"aud": audiences} if audiences else {})}


def case_of(topic: Topic, pushed: Sequence[Plain]) -> Case:
    """`topic` for the lab, with the listeners that istiod pushed."""
    workload = workload_of(topic)
    requests = [complete(workload, request) | _over(request) for request in topic.requests]
    return Case(topic.name, pushed, requests, prefixes(topic.documents), accepted(topic.documents))


def _over(request: Plain) -> Plain:
    return {"over": request["over"]} if "over" in request else {}


def workload_of(topic: Topic) -> Plain:
    """The workload in plain words."""
    plain = asdict(topic.workload)
    return {**plain, "labels": dict(topic.workload.labels), "ports": [list(each) for each in topic.workload.ports]}


def measure(topics: Sequence[Topic]) -> tuple[list[Vector], Results]:
    """What really happens to every request of the topics."""
    results = run([case_of(topic, pushed) for topic, pushed in zip(topics, listeners(topics), strict=True)])
    vectors = [
        Vector(topic.name, topic.mesh, workload_of(topic), list(topic.documents), _cases(topic, outcomes or ()))
        for topic, outcomes in zip(topics, results.outcomes, strict=True)
    ]
    return vectors, results


def _cases(topic: Topic, outcomes: Sequence[Outcome]) -> list[tuple[Plain, Met]]:
    return [(request, _met(outcome)) for request, outcome in zip(topic.requests, outcomes, strict=bool(outcomes))]


def _met(outcome: Outcome) -> Met:
    return Met(outcome.verdict, outcome.status, outcome.grpc_status, outcome.policy, outcome.dry_run)


def made_with(results: Results) -> Mapping[str, object]:
    """What the head of a file of vectors says: versions, and what was changed of istiod's listeners."""
    return {**versions(), "envoy": envoy_version(), "changes": sorted(results.changes)}


def main(areas: Sequence[str]) -> int:
    """Records the areas, all of them by default; 1 if Envoy refuses a listener."""
    refused = []
    for area in areas or sorted(AREAS):
        vectors, results = measure(of_area(area))
        refused += results.refused
        write(DIRECTORY / f"{area}.json", made_with(results), vectors)
        count = sum(len(vector.cases) for vector in vectors)
        sys.stdout.write(f"{area}: {len(vectors)} topics, {count} requests\n")
    sys.stdout.writelines(f"refused: {each}\n" for each in refused)
    return int(bool(refused))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
