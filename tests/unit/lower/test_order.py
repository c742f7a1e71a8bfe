"""In which order the objects stand, as `kubectl apply` takes them one after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.mesh.changes import CHANGES, FACTS, Change, identity
from tests.unit.lower.compiled import api, auth, documents, frontend, orders, policy_of, shop
from ztdsl import Anyone, AnyRequest, EndUser, Http, MeshDefaults, allow, deny
from ztdsl.istio.evaluate import Evaluator
from ztdsl.istio.kinds import Manifest
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Request

EVERY = AnyRequest()


def test_a_namespace_is_in_the_order_of_a_safe_apply() -> None:
    """Tokens are read before they are needed, denies come before allows of any object, default-deny and mTLS last."""
    rules = [
        allow(frontend, to=shop.every(api), http=Http(paths=["/health"]), because="a"),
        allow(frontend, user=EndUser(auth), to=orders.at(api), http=EVERY, because="a"),
        deny(Anyone(), to=orders.at(api), http=Http(paths=["/internal"]), because="a"),
    ]
    found = documents(policy_of(rules, owns=[shop], services=[orders], mesh=MeshDefaults()))
    assert [(each["metadata"]["namespace"], each["metadata"]["name"]) for each in found] == [
        ("shop", "orders-jwt"),
        ("shop", "orders-deny"),
        ("shop", "allow-every-workload"),
        ("shop", "orders-allow"),
        ("shop", "allow-nothing"),
        ("shop", "default"),
        ("istio-system", "allow-nothing"),
        ("istio-system", "default"),
    ]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_every_state_of_a_change_decides_as_one_of_its_policies(change: Change) -> None:
    """After each object, applied as printed and deleted in the end, a request is decided as before or as afterwards.

    Where the order cannot be right for a change, some state decides otherwise: the limit is a real one. A mesh says
    the same of these changes: `tests/mesh/test_transitions.py`.
    """
    requests = [replace(each, source_ip=each.source_ip or "10.77.1.9") for each in change.requests]
    known = [_allowed(change.before, requests), _allowed(change.after, requests)]
    wrong = [
        request
        for state in _states(change)
        for request, *by_policies, now in zip(requests, *known, _allowed(state, requests), strict=True)
        if now not in by_policies
    ]
    assert bool(wrong) is (change.limit is not None)


def _states(change: Change) -> Iterator[list[Manifest]]:
    there = {identity(each): each for each in change.before}
    for each in change.after:
        there[identity(each)] = each
        yield list(there.values())
    for each in change.deleted:
        del there[identity(each)]
        yield list(there.values())


def _allowed(manifests: list[Manifest] | tuple[Manifest, ...], requests: list[Request]) -> list[bool]:
    evaluator = Evaluator(manifests, FACTS)
    return [evaluator.decide(each).verdict is Verdict.ALLOW for each in requests]
