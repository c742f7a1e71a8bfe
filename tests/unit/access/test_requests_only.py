"""Policies that mean nothing to ports that are served as TCP."""

from __future__ import annotations

import pytest

from tests.unit.access.shop import plain, policy, rule
from ztdsl.access.requests_only import allows_requests_only
from ztdsl.istio.evaluate.policies import PolicyCompiler
from ztdsl.istio.kinds import AuthorizationPolicy, Manifest
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import Chain

TRIED = {"istio.io/dry-run": "true"}


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (policy(), True),
        (policy(rule(["a/b"], ["GET"])), True),
        (policy({"when": [{"key": "request.auth.claims[a]", "values": ["b"]}]}), True),
        (policy({"from": [{"source": {"notRequestPrincipals": ["*"]}}]}), True),
        (policy(rule(["a/b"])), False),
        (policy(rule(["a/b"], ["GET"]), {}), False),
        (policy(rule(["a/b"], ["GET"]), action="DENY"), False),
        (plain("AuthorizationPolicy", "a", {"rules": []}, annotations=TRIED), False),
    ],
)
def test_they_have_no_rule_left_there(made: Manifest, expected: bool) -> None:
    """As the evaluator compiles them, an ALLOW policy without a rule is left."""
    assert isinstance(made, AuthorizationPolicy)
    assert allows_requests_only(made) is expected
    if expected:
        stages = PolicyCompiler(Mesh()).stages([made], Chain.TCP)
        assert (stages.allow, stages.has_allow) == ((), True)
