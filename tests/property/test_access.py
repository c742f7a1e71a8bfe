"""What is said of a change holds, and no change of access goes unnoticed."""

from __future__ import annotations

import itertools
import os
from dataclasses import replace

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from tests.conformance.vector import areas, complete, load
from tests.property.access_pairs import known, mesh_of, pair
from tests.property.calls import request_of
from tests.property.near import near
from tests.property.shop import FOCUSES, MESHES, TODAY, call, focused, policy_of
from ztdsl.access import Access, access_change
from ztdsl.istio.evaluate import Evaluator
from ztdsl.istio.read import from_manifest
from ztdsl.lower import lower
from ztdsl.resolve import resolve
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.mesh import DataPlane
from ztdsl.traffic.request import Chain, Proxy, Request
from ztdsl.traffic.wire import request_from

EXAMPLES = int(os.environ.get("ACCESS_EXAMPLES", "60"))
_STRIDE = 1 if EXAMPLES > 1000 else 12
_REQUESTS = 30
_CALLS = 6


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 1 << 40))
def test_random_manifests(number: int) -> None:
    """Manifests of every kind, with whatever they may say."""
    made = pair(f"access/{number}", _REQUESTS)
    found = access_change(made.before, made.after, made.mesh, [made.workload], None)
    event(found.classed)
    evaluators = (Evaluator(made.before, made.mesh), Evaluator(made.after, made.mesh))
    _assert_replayed(found, evaluators)
    for request in made.requests:
        _assert_noticed(found, evaluators, request)


@settings(max_examples=max(1, EXAMPLES // 2))
@given(st.integers(0, 1 << 40))
def test_random_manifests_in_an_ambient_mesh(number: int) -> None:
    """The same manifests as ztunnel makes of them."""
    made = pair(f"access/{number}", _REQUESTS)
    assume(made.workload.kind == "service")
    mesh = replace(made.mesh, data_plane=DataPlane.AMBIENT)
    found = access_change(made.before, made.after, mesh, [made.workload], None)
    evaluators = (Evaluator(made.before, mesh), Evaluator(made.after, mesh))
    _assert_replayed(found, evaluators)
    for request in made.requests:
        to = replace(request.to, proxy=Proxy.ZTUNNEL, chain=Chain.TCP)
        _assert_noticed(found, evaluators, replace(request, to=to, http=None, tokens=()))


@settings(max_examples=max(1, EXAMPLES // 2))
@given(data=st.data())
def test_random_declarations(data: st.DataObject) -> None:
    """Two policies of a shop that have most rules in common, each as its manifests."""
    mesh = data.draw(st.sampled_from(MESHES))
    rule = focused(data.draw(st.sampled_from(FOCUSES)))
    common = data.draw(st.lists(rule, max_size=2))
    some = [[*common, *data.draw(st.lists(rule, max_size=2))] for _ in range(2)]
    assume(all(some))
    models = [resolve(policy_of(rules), mesh, TODAY).model for rules in some]
    assume(all(models))
    before, after = ([each.manifest for each in lower(model).manifests] for model in models if model is not None)
    found = access_change(before, after, mesh, None, models[1])
    event(found.classed)
    evaluators = (Evaluator(before, mesh), Evaluator(after, mesh))
    _assert_replayed(found, evaluators)
    assert not found.undecided
    calls = st.one_of(*[near(each, mesh, "all") for each in (*some[0], *some[1])], call(mesh))
    for _ in range(_CALLS):
        _assert_noticed(found, evaluators, request_of(data.draw(calls)))


@settings(max_examples=max(1, EXAMPLES // 2))
@given(st.integers(0, 1 << 40))
def test_nothing_changes_where_nothing_is_changed(number: int) -> None:
    """A set of manifests and the same in another order."""
    made = pair(f"access/{number}", 0)
    same = access_change(made.before, made.before[::-1], made.mesh, [made.workload], None)
    assert same == Access((), (), "same")


def _assert_replayed(found: Access, evaluators: tuple[Evaluator, Evaluator]) -> None:
    for effect in found.effects:
        before, after = (each.decide(effect.witness) for each in evaluators)
        assert (before, after) == (effect.before, effect.after)
        assert (before.verdict is Verdict.ALLOW) is (effect.kind == "closes")
        assert (after.verdict is Verdict.ALLOW) is (effect.kind == "opens")
        assert effect.caused_by


def _assert_noticed(found: Access, evaluators: tuple[Evaluator, Evaluator], request: Request) -> None:
    """Whatever a request meets, it is told of its port that something like it opens or closes."""
    before, after = (each.decide(request).verdict for each in evaluators)
    if Verdict.UNKNOWN in {before, after} or (before is Verdict.ALLOW) is (after is Verdict.ALLOW):
        return
    kind = "opens" if after is Verdict.ALLOW else "closes"
    labels = tuple(sorted((request.to.labels or {}).items()))
    told = {effect.kind for effect in found.effects if effect.workload == (request.to.namespace, labels)}
    at_port = {
        effect.kind
        for effect in found.effects
        if effect.workload == (request.to.namespace, labels) and effect.port in {None, request.to.port}
    }
    assert kind in at_port, (kind, told, request, found.undecided)


def test_the_laws_are_about_something() -> None:
    """The random pairs change access in every way."""
    classes = set()
    for number in range(60):
        made = pair(f"sure/{number}", 0)
        classes.add(access_change(made.before, made.after, made.mesh, [made.workload], None).classed)
    assert classes >= {"same", "widened", "narrowed", "both"}


@pytest.mark.parametrize("area", areas())
def test_recorded_topics_beside_each_other(area: str) -> None:
    """What a topic of the conformance suite has in place of the one before it, or of nothing, for its requests."""
    vectors = load(area)
    for before, after in list(itertools.pairwise(vectors))[::_STRIDE]:
        if before.workload != after.workload:
            continue
        facts = mesh_of(after.mesh)
        workload = known(after.workload["namespace"], after.workload)
        made = [[from_manifest(each) for each in vector.documents] for vector in (before, after)]
        for old in (made[0], []):
            found = access_change(old, made[1], facts, [workload], None)
            evaluators = (Evaluator(old, facts), Evaluator(made[1], facts))
            _assert_replayed(found, evaluators)
            for asked, _ in (*before.cases, *after.cases):
                if not found.undecided:
                    _assert_noticed(found, evaluators, request_from(complete(after.workload, asked)))
