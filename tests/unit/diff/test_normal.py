"""One form for everything that means the same."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ztdsl.diff.normal import canonical, normal_form

EXAMPLES = Path(__file__).parents[3] / "examples"
BUILT = sorted(EXAMPLES.glob("*/expected/*.yaml"))

POLICY: dict[str, Any] = {
    "apiVersion": "security.istio.io/v1",
    "kind": "AuthorizationPolicy",
    "metadata": {"name": "orders-allow", "namespace": "shop", "labels": {"a": "1", "b": "2"}},
    "spec": {
        "selector": {"matchLabels": {"app": "orders"}},
        "action": "ALLOW",
        "rules": [
            {
                "from": [{"source": {"principals": ["p1", "p2"]}}, {"source": {"namespaces": ["n1"]}}],
                "to": [{"operation": {"ports": ["8080"], "methods": ["GET", "POST"]}}],
                "when": [{"key": "source.ip", "values": ["10.0.0.0/8", "11.0.0.0/8"]}],
            },
            {"from": [{"source": {"principals": ["p3"]}}]},
        ],
    },
}
PEER: dict[str, Any] = {
    "apiVersion": "security.istio.io/v1",
    "kind": "PeerAuthentication",
    "metadata": {"name": "orders-mtls", "namespace": "shop"},
    "spec": {"selector": {"matchLabels": {"app": "orders"}}, "mtls": {"mode": "UNSET"}},
}
TOKENS: dict[str, Any] = {
    "apiVersion": "security.istio.io/v1",
    "kind": "RequestAuthentication",
    "metadata": {"name": "orders-jwt", "namespace": "shop"},
    "spec": {
        "targetRefs": [{"kind": "Service", "name": "orders"}],
        "jwtRules": [
            {"issuer": "https://auth.example.com", "audiences": ["a", "b"], "jwksUri": "https://x.example.com"}
        ],
    },
}


def changed(plain: dict[str, Any], *path: str | int, to: Any) -> dict[str, Any]:
    """A copy with one part replaced, or taken out where `to` is the type `Ellipsis`."""
    copied = copy.deepcopy(plain)
    at: Any = copied
    for part in path[:-1]:
        at = at[part]
    if to is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = to
    return copied


SAME = {
    "the old version": changed(POLICY, "apiVersion", to="security.istio.io/v1beta1"),
    "values in another order": changed(
        POLICY, "spec", "rules", 0, "to", 0, "operation", "methods", to=["POST", "GET", "POST"]
    ),
    "values of a condition in another order": changed(
        POLICY, "spec", "rules", 0, "when", 0, "values", to=["11.0.0.0/8", "10.0.0.0/8"]
    ),
    "sources in another order": changed(
        POLICY, "spec", "rules", 0, "from", to=POLICY["spec"]["rules"][0]["from"][::-1]
    ),
    "an empty list": changed(POLICY, "spec", "rules", 1, "to", to=[]),
    "an empty list of callers": changed(POLICY, "spec", "rules", 0, "from", 0, "source", "ipBlocks", to=[]),
    "a null": changed(POLICY, "spec", "provider", to=None),
    "no action": changed(POLICY, "spec", "action", to=...),
    "labels in another order": changed(POLICY, "metadata", "labels", to={"b": "2", "a": "1"}),
    "what the server writes": changed(
        POLICY,
        "metadata",
        to={**POLICY["metadata"], "uid": "1", "resourceVersion": "7", "generation": 3, "managedFields": [{}]},
    ),
    "a status": {**POLICY, "status": {"conditions": []}},
    "kubectl's copy": changed(
        POLICY, "metadata", "annotations", to={"kubectl.kubernetes.io/last-applied-configuration": "{}"}
    ),
    "a dry run that is none": changed(POLICY, "metadata", "annotations", to={"istio.io/dry-run": "false"}),
}
DIFFERENT = {
    "rules in another order": changed(POLICY, "spec", "rules", to=POLICY["spec"]["rules"][::-1]),
    "another action": changed(POLICY, "spec", "action", to="DENY"),
    "another value": changed(POLICY, "spec", "rules", 1, "from", 0, "source", "principals", to=["p4"]),
    "one value more": changed(POLICY, "spec", "rules", 1, "from", 0, "source", "principals", to=["p3", "p4"]),
    "no rules": changed(POLICY, "spec", "rules", to=[]),
    "one source more": changed(
        POLICY, "spec", "rules", 1, "from", to=[{"source": {}}, {"source": {"principals": ["p3"]}}]
    ),
    "another selector": changed(POLICY, "spec", "selector", to={"matchLabels": {"app": "stock"}}),
    "no selector": changed(POLICY, "spec", "selector", to=...),
    "an empty selector": changed(POLICY, "spec", "selector", to={}),
    "a dry run": changed(POLICY, "metadata", "annotations", to={"istio.io/dry-run": "true"}),
    "a field that no version knows yet": changed(POLICY, "spec", "newField", to="x"),
    "another label": changed(POLICY, "metadata", "labels", "a", to="3"),
}


@pytest.mark.parametrize("name", SAME)
def test_what_means_the_same_has_one_form(name: str) -> None:
    """Whatever a server or a person writes differently without meaning anything by it."""
    assert normal_form(SAME[name]) == normal_form(POLICY)


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_means_something_else_has_another_form(name: str) -> None:
    """A real difference is never taken for none."""
    assert normal_form(DIFFERENT[name]) != normal_form(POLICY)


@pytest.mark.parametrize(
    "other",
    [
        changed(PEER, "spec", "mtls", to=...),
        changed(PEER, "spec", "mtls", to={}),
        changed(PEER, "spec", "mtls", to={"mode": None}),
        changed(PEER, "spec", "portLevelMtls", to={"8080": None}),
    ],
)
def test_an_unset_mode_is_an_absent_one(other: dict[str, Any]) -> None:
    """A workload's mode that is not set is the namespace's."""
    assert normal_form(other) == normal_form(PEER)


def test_a_port_without_a_mode_is_still_there() -> None:
    """It inherits, which another mode of the workload would not let it."""
    bare = changed(PEER, "spec", "portLevelMtls", to={"8080": {}})

    assert normal_form(bare) == normal_form(changed(PEER, "spec", "portLevelMtls", to={8080: {"mode": "UNSET"}}))
    assert normal_form(bare) != normal_form(PEER)


@pytest.mark.parametrize(
    "other",
    [
        changed(
            changed(TOKENS, "spec", "targetRef", to={"kind": "Service", "name": "orders", "group": ""}),
            "spec",
            "targetRefs",
            to=...,
        ),
        changed(TOKENS, "spec", "jwtRules", 0, "audiences", to=["b", "a"]),
        changed(TOKENS, "spec", "jwtRules", 0, "forwardOriginalToken", to=False),
        changed(TOKENS, "spec", "jwtRules", 0, "timeout", to="5s"),
        changed(TOKENS, "spec", "jwtRules", 0, "fromHeaders", to=[]),
        changed(
            changed(TOKENS, "spec", "jwtRules", 0, "jwks_uri", to="https://x.example.com"),
            "spec",
            "jwtRules",
            0,
            "jwksUri",
            to=...,
        ),
    ],
)
def test_rules_of_tokens_have_defaults(other: dict[str, Any]) -> None:
    """The old reference, and what istiod assumes for an issuer, are no differences."""
    assert normal_form(other) == normal_form(TOKENS)


def test_the_object_itself_stays_as_it_is() -> None:
    """Neither form changes what it is made from."""
    before = copy.deepcopy(POLICY)

    normal_form(POLICY)
    canonical(POLICY)

    assert before == POLICY


@pytest.mark.parametrize("plain", [POLICY, PEER, TOKENS])
def test_the_form_of_a_form_is_itself(plain: dict[str, Any]) -> None:
    """What is in normal form changes no more."""
    form = normal_form(plain)

    assert normal_form(form) == form
    assert list(normal_form(form)["spec"]) == list(form["spec"])


def in_alphabetical_order(value: Any) -> Any:
    """The same as an API server gives it: keys sorted."""
    if isinstance(value, dict):
        return {key: in_alphabetical_order(value[key]) for key in sorted(value)}
    return [in_alphabetical_order(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("file", BUILT, ids=lambda file: "/".join(file.parts[-3::2]))
def test_keys_come_as_in_a_build_whatever_a_server_makes_of_them(file: Path) -> None:
    """A unified diff of a changed object has no line for a key that stands elsewhere."""
    for plain in yaml.safe_load_all(file.read_text(encoding="utf-8")):
        form = normal_form(in_alphabetical_order(plain))
        assert json.dumps(form) == json.dumps(normal_form(plain))
        assert keys(form["spec"]) == keys(plain["spec"])


def keys(value: Any) -> Any:
    """The keys of all mappings in their order; lists in any order, which a normal form chooses."""
    if isinstance(value, dict):
        return [(key, keys(inner)) for key, inner in value.items()]
    return sorted((keys(each) for each in value), key=repr) if isinstance(value, list) else None
