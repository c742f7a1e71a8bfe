"""Decisions are written as documented, the second time as the first."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ztdsl.traffic import answers
from ztdsl.traffic.answers import Answers, decision_document
from ztdsl.traffic.decision import Decider, Decision, Verdict

ALLOWED = Decision(Verdict.ALLOW, 200, Decider("AuthorizationPolicy", "shop", "orders-allow", 0))
TRIED = Decider("AuthorizationPolicy", "shop", "tried", 2)


def test_a_decision_is_written_as_documented() -> None:
    """`reason`, `grpc_status` and `audit` are there only with something to say."""
    assert decision_document(ALLOWED, "r1", "the shop lists orders", "policies.py:41") == {
        "id": "r1",
        "verdict": "allow",
        "status": 200,
        "decided_by": {
            "kind": "AuthorizationPolicy",
            "namespace": "shop",
            "name": "orders-allow",
            "rule": 0,
            "source": "policies.py:41",
        },
        "because": "the shop lists orders",
        "dry_run": [],
    }
    denied = Decision(Verdict.DENY, 200, None, "no rule matches", 7, (TRIED,), (TRIED,))
    tried = {"kind": "AuthorizationPolicy", "namespace": "shop", "name": "tried", "rule": 2}
    assert decision_document(denied, None) == {
        "id": None,
        "verdict": "deny",
        "status": 200,
        "grpc_status": 7,
        "decided_by": None,
        "because": None,
        "reason": "no rule matches",
        "dry_run": [tried],
        "audit": [tried],
    }


TEXT = st.none() | st.text(max_size=9)
DECISIONS = st.builds(
    Decision,
    st.sampled_from(Verdict),
    st.none() | st.integers(100, 599),
    st.none() | st.just(TRIED) | st.just(ALLOWED.decided_by),
    TEXT,
    st.none() | st.integers(0, 16),
    st.lists(st.just(TRIED), max_size=1).map(tuple),
)


@given(st.lists(DECISIONS, max_size=4), TEXT)
def test_a_line_is_the_document(decisions: list[Decision], identifier: str | None) -> None:
    """For one decision again and again, and for an equal one as well."""
    writer = Answers(lambda decider: (f"because of {decider.name}", f"p.yaml:{decider.rule}"))
    equal = [Decision(*(getattr(each, name) for name in Decision.__slots__)) for each in decisions]
    for each in (*decisions, *equal, *decisions):
        decider = each.decided_by
        ground = (None, None) if decider is None else (f"because of {decider.name}", f"p.yaml:{decider.rule}")
        expected = json.dumps(decision_document(each, identifier, *ground)) + "\n"
        assert writer.line(each, identifier) == expected


def test_many_decisions_do_not_stay() -> None:
    """Memory is bounded in what a stream brings."""
    writer = Answers(lambda _: (None, None))
    for number in range(2 * answers._MOST_KEPT + 5):
        assert f'"status": {number}' in writer.line(Decision(Verdict.ALLOW, number), "a")
    assert max(len(writer._by_object), len(writer._by_value)) <= answers._MOST_KEPT
