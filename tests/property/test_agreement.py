"""Two evaluators that share nothing answer alike: one knows the Model, the other the manifests made of it."""

from __future__ import annotations

import os

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from tests.property import declared
from tests.property.calls import request_of
from tests.property.near import near
from tests.property.shop import FOCUSES, MESHES, TODAY, call, focused, policy_of
from ztdsl.agreement import agree, disagreements
from ztdsl.istio.evaluate import Evaluator
from ztdsl.lower import lower
from ztdsl.resolve import resolve
from ztdsl.simulate import Simulator
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Request

# CI asks for thousands; by default this costs as much as any other test.
EXAMPLES = int(os.environ.get("AGREEMENT_EXAMPLES", "60"))
_RANDOM_CALLS = 4
_BORDERS = 80
# A connection that is not taken never meets the rules, which are all that `declared` knows.
_BEFORE_RULES = {"the port takes mutual TLS only", "the mesh does not accept the client's trust domain"}
_MEANT = {Verdict.ALLOW: "allow", Verdict.DENY: "deny", Verdict.REFUSED: "deny"}


@pytest.mark.parametrize("focus", FOCUSES)
@settings(max_examples=max(1, EXAMPLES // len(FOCUSES)))
@given(data=st.data())
def test_the_evaluators_agree(focus: str, data: st.DataObject) -> None:
    """For random policies, random requests near their rules, and requests on the borders of each rule."""
    mesh = data.draw(st.sampled_from(MESHES))
    policy = policy_of(data.draw(st.lists(focused(focus), min_size=1, max_size=4 if focus == "all" else 2)))
    model = resolve(policy, mesh, TODAY).model
    assume(model is not None)
    assert model is not None
    lowered = lower(model)
    assert not lowered.findings
    evaluator = Evaluator([each.manifest for each in lowered.manifests], mesh)
    simulator = Simulator(model)
    calls = st.one_of(*[near(rule, mesh, focus) for rule in policy.rules], call(mesh))
    for _ in range(_RANDOM_CALLS):
        one = data.draw(calls)
        request = request_of(one)
        meant = simulator.decide(request)
        event(f"{focus}: {meant.verdict}")
        if meant.verdict in _MEANT and meant.reason not in _BEFORE_RULES:
            assert _MEANT[meant.verdict] == declared.verdict(policy, mesh, one), request
        _assert_agreement(simulator, evaluator, request)
    found = disagreements(model, lowered.manifests, _BORDERS)
    assert found.counterexample is None, f"{found.counterexample}\nmeant {found.meant}\ndone {found.done}"
    assert found.undecided == 0


def _assert_agreement(simulator: Simulator, evaluator: Evaluator, request: Request) -> None:
    meant, done = simulator.decide(request), evaluator.decide(request)
    assert meant.verdict is not Verdict.UNKNOWN, (meant, request)
    assert done.verdict is not Verdict.UNKNOWN, (done, request)
    assert agree(meant, done), f"{request}\nmeant {meant}\ndone {done}"
