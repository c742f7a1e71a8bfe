"""What is printed says what the manifests say, whatever text a policy holds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.property import hostile
from tests.property.shop import PLAIN, TODAY, policy_of, rules
from ztdsl.diagnostics.model import Severity
from ztdsl.explain.access import access
from ztdsl.explain.report import text as explained
from ztdsl.istio.annotated import Annotated
from ztdsl.istio.document import document
from ztdsl.istio.validate import problems
from ztdsl.lower import lower
from ztdsl.lower.trace import source_map
from ztdsl.render import json_text, yaml_text
from ztdsl.resolve import resolve

# Controls but the line feed, lone surrogates, and what turns the direction of text.
UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
LOADERS: tuple[Any, ...] = (yaml.SafeLoader, yaml.CSafeLoader)


def _read(text: str, loader: Any) -> list[Any]:
    return list(yaml.load_all(text, Loader=loader))


def _silent(manifests: tuple[Annotated, ...]) -> tuple[Annotated, ...]:
    return tuple(
        replace(each, comments=(), items=tuple(replace(item, comments=()) for item in each.items)) for each in manifests
    )


@settings(max_examples=250)
@given(hostile.filled)
@example(hostile.FIELDS)
def test_hostile_texts_are_refused_or_read_back(say: Mapping[str, str]) -> None:
    """Every text is a finding, or stands in YAML that both of PyYAML's loaders read as the manifests."""
    resolved = resolve(hostile.policy(say), PLAIN, TODAY)
    if resolved.model is None:
        assert any(each.severity is Severity.ERROR for each in resolved.findings)
        event("refused")
        return
    event("rendered")
    lowered = lower(resolved.model)
    assert [each for one in lowered.manifests for each in problems(one.manifest)] == []
    text = yaml_text(resolved.model.policy, resolved.model.owner, lowered.manifests)
    expected = [document(each.manifest) for each in lowered.manifests]
    for loader in LOADERS:
        assert _read(text, loader) == expected
    assert json.loads(json_text(lowered.manifests))["items"] == expected
    text.encode()
    silent = yaml_text(resolved.model.policy, None, _silent(lowered.manifests))
    assert _read(silent, yaml.CSafeLoader) == expected


@pytest.mark.parametrize("field", ["because", "owner", "subject", "claim_value", "header_value", "param"])
def test_a_tricky_text_is_refused_or_read_back(field: str) -> None:
    """The texts that broke other tools, each in the fields that take nearly anything."""
    for text in hostile.TRICKY:
        resolved = resolve(hostile.policy({**hostile.FIELDS, field: text}), PLAIN, TODAY)
        if resolved.model is None:
            continue
        lowered = lower(resolved.model)
        printed = yaml_text(resolved.model.policy, resolved.model.owner, lowered.manifests)
        assert _read(printed, yaml.CSafeLoader) == [document(each.manifest) for each in lowered.manifests], text
        assert not UNSEEN.search(printed), text


@settings(max_examples=100)
@given(hostile.texts)
def test_reasons_and_owners_are_never_the_reason_for_a_refusal(text: str) -> None:
    """A comment takes any text that says something."""
    resolved = resolve(hostile.policy({**hostile.FIELDS, "because": text, "owner": text}), PLAIN, TODAY)
    assert {each.code for each in resolved.findings} <= ({"ZT136"} if not text.strip() else set())


@settings(max_examples=100)
@given(hostile.texts)
def test_explanations_carry_no_control_characters(text: str) -> None:
    """A reason cannot steer the terminal of whoever asks why."""
    say = {**hostile.FIELDS, "because": text, "owner": text, "permissive": text, "tcp_because": text}
    resolved = resolve(hostile.policy(say), PLAIN, TODAY)
    if resolved.model is None:
        return
    shown = explained(access(resolved.model, resolved.model.workloads[0]), {}, 80)
    assert not UNSEEN.search(shown)


@settings(max_examples=60)
@given(st.lists(rules(), min_size=1, max_size=5))
def test_source_map_points_into_the_documents(some: list[Any]) -> None:
    """Every pointer of the source map leads to a part of its object, and every rule has one."""
    resolved = resolve(policy_of(some), PLAIN, TODAY)
    if resolved.model is None:
        return
    manifests = lower(resolved.model).manifests
    by_name = {
        (each["kind"], each["metadata"]["namespace"], each["metadata"]["name"]): each
        for each in (document(annotated.manifest) for annotated in manifests)
    }
    mapped = source_map(manifests)
    for (kind, namespace, name), whole in by_name.items():
        for index in range(len(whole["spec"].get("rules", ()))):
            entries = mapped.lookup(kind, namespace, name, f"/spec/rules/{index}/from/0")
            assert [entry.declaration for entry in entries] == ["rule"]
    for one in mapped.to_json(Path("/"))["objects"]:
        whole = by_name[one["kind"], one["namespace"], one["name"]]
        for entry in one["pointers"]:
            part: Any = whole
            for token in entry["pointer"].split("/")[1:]:
                part = part[int(token)] if isinstance(part, list) else part[token]
            assert part


@settings(max_examples=60)
@given(st.lists(rules(), min_size=1, max_size=4))
def test_manifests_come_in_the_order_of_a_safe_apply(some: list[Any]) -> None:
    """In a namespace: tokens, then what is allowed, then default-deny, mutual TLS last; no name comes twice."""
    resolved = resolve(policy_of(some), PLAIN, TODAY)
    if resolved.model is None:
        return
    manifests = [each.manifest for each in lower(resolved.model).manifests]
    names = [(type(each).__name__, each.meta.namespace, each.meta.name) for each in manifests]
    assert len(set(names)) == len(names)

    def rank(name: tuple[str, str, str]) -> tuple[str, int]:
        kinds = {"RequestAuthentication": 0, "AuthorizationPolicy": 1, "PeerAuthentication": 3}
        return name[1], 2 if name[2] == "allow-nothing" else kinds[name[0]]

    assert all(rank(one) <= rank(other) for one, other in pairwise(names))
