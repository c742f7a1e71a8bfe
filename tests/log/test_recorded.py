"""Lines that real proxies wrote, with the requests that caused them: what they say, and what `ztc` makes of them.

`tests/mesh/test_access_log.py` records them from sidecars and gateways of a real mesh.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ztdsl.api import audit_log, explain_log, open_policy, simulate_request
from ztdsl.auditing.judged import Judge
from ztdsl.auditing.places import Places
from ztdsl.auditing.tested import tested as what_is_tested
from ztdsl.auditing.undecided import Lack, Undecided
from ztdsl.log import LogReader, Outcome
from ztdsl.scenario.subject import Subject
from ztdsl.traffic.decision import Decider
from ztdsl.traffic.wire import request_from

ROOT = Path(__file__).parents[2]
RECORDED = sorted((Path(__file__).parent / "recorded").glob("*.jsonl"))
TODAY = date(2026, 11, 24)
OUTCOMES = {
    "allow": {Outcome.ALLOWED, Outcome.UNKNOWN},
    "deny": {Outcome.DENIED},
    "refused": {Outcome.REFUSED, Outcome.DENIED, Outcome.UNKNOWN},
    "unauthenticated": {Outcome.UNAUTHENTICATED},
    "rejected": {Outcome.REJECTED},
}
"""What a line may say of each verdict; of a connection that ended without a word, the default formats say nothing."""


class Example:
    """An example with what its proxies wrote."""

    def __init__(self, file: Path) -> None:
        subject = open_policy(ROOT / "examples" / file.stem / "policies.py", today=TODAY).subject
        assert subject is not None
        self.subject: Subject = subject
        records = [json.loads(line) for line in file.read_text().splitlines()]
        self.records: list[dict[str, Any]] = [each for each in records if each["lines"]["ours"]]

    def lines(self, form: str) -> list[tuple[dict[str, Any], bytes]]:
        """Each line in one format, with what is recorded of its request; those of the caller's end left out."""
        return [(each, each["lines"][form][-1].encode()) for each in self.records if _is_of(each)]


def _is_of(record: dict[str, Any]) -> bool:
    """Whether the line is that of the workload that was called."""
    line = json.loads(record["lines"]["ours"][-1])
    path = (record["request"].get("http") or {}).get("path", "")
    return (
        not line["path"] or line["path"].partition("?")[0] == path.partition("?")[0] or record["verdict"] == "rejected"
    )


@pytest.fixture(params=RECORDED, ids=lambda file: file.stem, scope="module")
def example(request: pytest.FixtureRequest) -> Example:
    """One of the examples."""
    return Example(request.param)


def _decider(plain: list[Any] | None) -> Decider | None:
    return None if plain is None else Decider(*plain)


@pytest.mark.parametrize("form", ["text", "json", "ours"])
def test_each_format_says_what_became_of_the_request(form: str, example: Example) -> None:
    """What a line says agrees with what the client met, in every format."""
    reader = LogReader()
    for record, text in example.lines(form):
        line = reader.read(text)
        assert line is not None
        assert line.outcome in OUTCOMES[record["verdict"]], (record, text)
        assert form != "ours" or line.outcome is not Outcome.UNKNOWN, (record, text)
        if line.matched is not None:
            assert line.matched == _decider(record["decided_by"])


def test_the_recommended_format_is_decided_as_the_mesh_did(example: Example) -> None:
    """The policies say of each line what the proxies did, by the same rule, or nothing; most say something."""
    tests = what_is_tested(example.subject.manifests)
    places = Places(example.subject.cast.actors, None, keeps_addresses=tests.has_addresses)
    judge, reader, counts = Judge(example.subject, tests, places), LogReader(), Counter[str]()
    for record, text in example.lines("ours"):
        line = reader.read(text)
        assert line is not None
        try:
            answer = judge.judge(line).answer
        except Undecided:
            counts["no decision"] += 1
            assert record["verdict"] == "rejected"
            continue
        if answer.verdict.value == "unknown":
            counts["undecided"] += 1
            assert answer.reason == Lack.UNDECLARED
            continue
        counts["decided"] += 1
        assert answer.verdict.value == record["verdict"], (record, answer)
        assert answer.decided_by == _decider(record["decided_by"]), (record, answer)
    assert counts["decided"] > 4 * counts["undecided"]


def test_each_refusal_is_explained_as_simulate_explains_it(example: Example) -> None:
    """`ztc why` names the rule, or the nearest misses, that `ztc simulate` names for the request."""
    recorded = example.lines("ours")
    explained = explain_log(example.subject, [text for _, text in recorded])
    named = 0
    for refusal in explained:
        request = request_from(recorded[refusal.number - 1][0]["request"])
        simulated = simulate_request(example.subject, request)
        if refusal.simulation is None:
            assert refusal.unknown == Lack.UNDECLARED
            continue
        named += 1
        assert refusal.decided_by == simulated.decision.decided_by
        misses = [miss.decider for miss in refusal.simulation.explanation.misses]
        assert misses == [miss.decider for miss in simulated.explanation.misses]
    assert named >= 5


def test_the_default_formats_are_undecided_and_never_wrong(example: Example) -> None:
    """Without the caller nothing is decided; no line disagrees with the policies that were in force."""
    for form in ("text", "json"):
        audit = audit_log(example.subject, [text for _, text in example.lines(form)])
        assert audit.disagreeing == 0
    assert audit_log(example.subject, [text for _, text in example.lines("ours")]).disagreeing == 0
