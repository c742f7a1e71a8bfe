"""Manifests as plain objects and back."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.istio.document import document, rule_document
from ztdsl.istio.kinds import (
    AuthorizationPolicy,
    ClaimToHeader,
    Condition,
    JwtRule,
    Manifest,
    Meta,
    Operation,
    PeerAuthentication,
    RequestAuthentication,
    Rule,
    Selector,
    Source,
    TargetRef,
    TokenHeader,
)
from ztdsl.istio.pointer import tokens
from ztdsl.istio.read import from_document
from ztdsl.istio.size import rule_size, size_of
from ztdsl.istio.validate import problems

META = Meta("orders", "shop", (("app", "a"),), (("istio.io/dry-run", "true"),))

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
filled = texts.filter(bool)
strings = st.lists(texts, max_size=3).map(tuple)
pairs = st.dictionaries(texts, texts, max_size=3).map(lambda mapping: tuple(mapping.items()))
metas = st.builds(Meta, texts, texts, pairs, pairs)
selectors = st.none() | st.builds(Selector, pairs)


def tuples(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Short tuples of `items`."""
    return st.lists(items, max_size=3).map(tuple)


targets = tuples(st.builds(TargetRef, texts, texts, texts))
sources = st.builds(Source, *[strings] * 14)
operations = st.builds(Operation, *[strings] * 8)
rules = st.builds(Rule, tuples(sources), tuples(operations), tuples(st.builds(Condition, texts, strings, strings)))
jwt_rules = st.builds(
    JwtRule,
    st.none() | texts,
    strings,
    st.none() | texts,
    st.none() | texts,
    tuples(st.builds(TokenHeader, texts, st.none() | texts)),
    strings,
    strings,
    st.none() | texts,
    tuples(st.builds(ClaimToHeader, texts, texts)),
    st.booleans(),
    st.none() | texts,
    strings,
)
ports = st.dictionaries(st.integers(0, 70_000), texts, max_size=3).map(lambda mapping: tuple(mapping.items()))
manifests: st.SearchStrategy[Manifest] = st.one_of(
    st.builds(AuthorizationPolicy, metas, selectors, targets, texts, st.none() | texts, tuples(rules)),
    st.builds(PeerAuthentication, metas, selectors, st.none() | filled.filter(lambda mode: mode != "UNSET"), ports),
    st.builds(RequestAuthentication, metas, selectors, targets, tuples(jwt_rules)),
)


@given(manifests)
def test_a_document_says_everything(manifest: Manifest) -> None:
    """The manifest comes back from its document, field by field, whatever its texts are."""
    assert from_document(document(manifest)) == manifest


@given(manifests)
def test_a_document_survives_json(manifest: Manifest) -> None:
    """A document has nothing in it that JSON does not have."""
    assert from_document(json.loads(json.dumps(document(manifest)))) == manifest


@given(manifests)
def test_a_document_survives_yaml(manifest: Manifest) -> None:
    """A document has nothing in it that YAML would read as another type."""
    assert from_document(yaml.safe_load(yaml.safe_dump(document(manifest), sort_keys=False))) == manifest


@given(manifests)
def test_sizes_are_those_of_compact_json(manifest: Manifest) -> None:
    """The size is counted exactly, without the text being written."""
    text = json.dumps(document(manifest), separators=(",", ":"), ensure_ascii=False)
    assert size_of(manifest) == len(text.encode())


@given(manifests)
def test_problems_point_into_the_document(manifest: Manifest) -> None:
    """Validation takes any manifest, and each problem's pointer leads to a part of the document."""
    for problem in problems(manifest):
        part: Any = document(manifest)
        for token in tokens(problem.pointer):
            part = part[int(token)] if isinstance(part, list) else part[token]


@given(rules)
def test_sizes_of_rules(rule: Rule) -> None:
    """A rule's size is that of its own compact JSON."""
    assert rule_size(rule) == len(json.dumps(rule_document(rule), separators=(",", ":"), ensure_ascii=False).encode())


def test_authorization_policies_are_in_canonical_order() -> None:
    """Keys stand in the order in which people read them, in sources and operations by fields."""
    rule = Rule(
        (Source(ip_blocks=("10.0.0.1",), principals=("p",)),),
        (Operation(paths=("/",), ports=("80",), not_ports=("81",)),),
        (Condition("source.ip", ("10.0.0.1",), ("10.0.0.2",)),),
    )
    policy = AuthorizationPolicy(META, Selector((("app", "a"),)), (), "CUSTOM", "p", (rule,))
    assert json.dumps(document(policy)) == json.dumps(
        {
            "apiVersion": "security.istio.io/v1",
            "kind": "AuthorizationPolicy",
            "metadata": {
                "name": "orders",
                "namespace": "shop",
                "labels": {"app": "a"},
                "annotations": {"istio.io/dry-run": "true"},
            },
            "spec": {
                "selector": {"matchLabels": {"app": "a"}},
                "action": "CUSTOM",
                "provider": {"name": "p"},
                "rules": [
                    {
                        "from": [{"source": {"principals": ["p"], "ipBlocks": ["10.0.0.1"]}}],
                        "to": [{"operation": {"ports": ["80"], "notPorts": ["81"], "paths": ["/"]}}],
                        "when": [{"key": "source.ip", "values": ["10.0.0.1"], "notValues": ["10.0.0.2"]}],
                    }
                ],
            },
        }
    )


def test_a_policy_that_allows_nothing_has_no_rules() -> None:
    """`ALLOW` without rules allows nothing, and the action is written out."""
    policy = AuthorizationPolicy(META, None, (), "ALLOW", None, ())
    assert document(policy)["spec"] == {"action": "ALLOW"}


def test_a_peer_authentication_always_has_a_mode() -> None:
    """A mode that is inherited is written as `UNSET`, and ports are strings."""
    policy = PeerAuthentication(META, Selector((("app", "a"),)), None, ((9090, "PERMISSIVE"),))
    assert document(policy)["spec"] == {
        "selector": {"matchLabels": {"app": "a"}},
        "mtls": {"mode": "UNSET"},
        "portLevelMtls": {"9090": {"mode": "PERMISSIVE"}},
    }


def test_a_token_rule_leaves_out_what_is_not_set() -> None:
    """Defaults of Istio are not written, and an empty prefix is not a default."""
    rule = JwtRule(issuer="i", from_headers=(TokenHeader("x", ""), TokenHeader("y")))
    policy = RequestAuthentication(META, None, (TargetRef("", "Service", "s"),), (rule,))
    assert document(policy)["spec"] == {
        "targetRefs": [{"kind": "Service", "name": "s"}],
        "jwtRules": [{"issuer": "i", "fromHeaders": [{"name": "x", "prefix": ""}, {"name": "y"}]}],
    }


def test_a_rule_for_everything_is_an_empty_object() -> None:
    """A rule without tests holds for every request, unlike a policy without rules."""
    policy = AuthorizationPolicy(META, None, (), "DENY", None, (Rule(),))
    assert document(policy)["spec"]["rules"] == [{}]
