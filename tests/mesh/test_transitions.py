"""Policies change while clients send: in the order that `ztc build` prints, nobody meets what neither policy says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mesh import lane
from tests.mesh.changes import CHANGES, Change
from tests.mesh.orders import printed
from tests.mesh.transition import Outcome, Transitions, Way, Wrong, transitions

pytestmark = lane.only
LIKE_OTHERS = {"first policy in a strict mesh", "wider, with an exception"}
"""Changes whose states another one has too; `tests/unit/lower/test_order.py` asks the evaluator about them."""
LAWFUL = [each for each in CHANGES if each.limit is None and each.name not in LIKE_OTHERS]


@pytest.fixture(scope="module")
def lab() -> Iterator[Transitions]:
    """A mesh in which policies change."""
    with lane.required(), transitions(lane.own_name("transitions")) as running:
        yield running


@pytest.mark.parametrize("change", LAWFUL, ids=lambda change: change.name)
def test_every_state_between_two_policies_is_safe(lab: Transitions, change: Change) -> None:
    """No request that both allow is refused, none that both refuse is let through, whichever object came last."""
    _require_nothing_wrong(lab.go(change, Way(printed, is_stepwise=True)))


def test_a_first_policy_at_once_is_safe(lab: Transitions) -> None:
    """The same with one `kubectl apply` of all objects."""
    _require_nothing_wrong(lab.go(CHANGES[0], Way(printed, is_stepwise=False)))


def _require_nothing_wrong(outcome: Outcome) -> None:
    assert outcome.sent > 20, "clients have sent something meanwhile"
    assert (outcome.refused, outcome.let_through) == (Wrong(), Wrong())
