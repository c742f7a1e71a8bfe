"""Manifests allow exactly what was declared."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from tests.property import declared, enforced
from tests.property.near import near
from tests.property.shop import FOCUSES, MESHES, TODAY, call, focused, policy_of
from ztdsl.diagnostics.model import Severity
from ztdsl.istio.document import document
from ztdsl.istio.validate import problems
from ztdsl.lower import lower
from ztdsl.render import yaml_text
from ztdsl.resolve import resolve


@pytest.mark.parametrize("focus", FOCUSES)
@settings(max_examples=80)
@given(data=st.data())
def test_manifests_allow_exactly_what_was_declared(focus: str, data: st.DataObject) -> None:
    """For random policies and calls, the author's meaning and Istio's reading of the YAML agree."""
    mesh = data.draw(st.sampled_from(MESHES))
    policy = policy_of(data.draw(st.lists(focused(focus), min_size=1, max_size=4 if focus == "all" else 2)))
    resolved = resolve(policy, mesh, TODAY)
    refused = sorted({each.code for each in resolved.findings if each.severity is Severity.ERROR})
    event(f"refused: {refused}")
    assume(resolved.model is not None)
    assert resolved.model is not None
    lowered = lower(resolved.model)
    assert not lowered.findings
    assert [each for annotated in lowered.manifests for each in problems(annotated.manifest)] == []
    text = yaml_text(resolved.model.policy, resolved.model.owner, lowered.manifests)
    documents: list[Any] = list(yaml.load_all(text, Loader=yaml.CSafeLoader))
    assert documents == [document(annotated.manifest) for annotated in lowered.manifests]
    calls = st.one_of(*[near(rule, mesh, focus) for rule in policy.rules], *([call(mesh)] if focus == "all" else []))
    for _ in range(15 if focus == "all" else 25):
        one = data.draw(calls)
        actual = enforced.verdict(documents, mesh, one)
        if actual == "unauthenticated":
            continue
        event(f"{type(one.port).__name__}: {actual}")
        assert actual == declared.verdict(policy, mesh, one), f"{one}\n{text}"
