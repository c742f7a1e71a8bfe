"""What may have happened to the objects of a policy since they were applied, and what objects say in the end."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import event
from hypothesis import strategies as st

from ztdsl.istio.kinds import AuthorizationPolicy, Manifest, PeerAuthentication, RequestAuthentication

_VALUES = ("principals", "namespaces", "ipBlocks", "methods", "paths", "hosts", "ports", "values", "audiences")

Plain = dict[str, Any]


class Edit(NamedTuple):
    """Something that may have happened to a live object; False says that the object has no place for it."""

    name: str
    make: Callable[[Plain, st.DataObject], bool]


def _lists(part: Any) -> list[list[str]]:
    """All lists of values inside, wherever they are."""
    if isinstance(part, list):
        return [found for each in part for found in _lists(each)]
    if not isinstance(part, dict):
        return []
    own = [value for key, value in part.items() if key in _VALUES and isinstance(value, list)]
    return own + [found for value in part.values() for found in _lists(value)]


def _shuffle(plain: Plain, data: st.DataObject) -> bool:
    lists = _lists(plain["spec"])
    for each in lists:
        each[:] = data.draw(st.permutations(each))
        each.extend(each[:1])
    return bool(lists)


def _swap_callers(plain: Plain, data: st.DataObject) -> bool:
    for rule in plain["spec"].get("rules", ()):
        for key in ("from", "to", "when"):
            if key in rule:
                rule[key] = data.draw(st.permutations(rule[key]))
    return True


def _serve(plain: Plain, _data: st.DataObject) -> bool:
    plain["apiVersion"] = "security.istio.io/v1beta1"
    plain["metadata"].update(uid="1", resourceVersion="2", generation=3, creationTimestamp="2026-01-01T00:00:00Z")
    plain["metadata"].setdefault("annotations", {})["kubectl.kubernetes.io/last-applied-configuration"] = "{}"
    plain["metadata"]["labels"]["team"] = "somebody"
    plain["status"] = {}
    return True


def _defaults(plain: Plain, _data: st.DataObject) -> bool:
    if plain["spec"].get("action") == "ALLOW":
        del plain["spec"]["action"]
    for rule in plain["spec"].get("rules", ()):
        for operation in rule.get("to", ()):
            operation["operation"].setdefault("notPaths", [])
    for rule in plain["spec"].get("jwtRules", ()):
        rule.setdefault("forwardOriginalToken", False)
        rule.setdefault("fromCookies", [])
    return True


NOISE = [Edit("shuffle", _shuffle), Edit("swap", _swap_callers), Edit("serve", _serve), Edit("defaults", _defaults)]


def _add_value(plain: Plain, data: st.DataObject) -> bool:
    fields = [
        (part, key)
        for rule in plain["spec"].get("rules", ())
        for part in [
            *(each["source"] for each in rule.get("from", ())),
            *(each["operation"] for each in rule.get("to", ())),
        ]
        for key in part
        if key in {"principals", "methods", "paths"}
    ]
    if not fields:
        return False
    part, key = data.draw(st.sampled_from(fields))
    part[key].append({"principals": "cluster.local/ns/far/sa/debug", "methods": "TRACE", "paths": "/by-hand"}[key])
    return True


def _drop_value(plain: Plain, data: st.DataObject) -> bool:
    lists = [each for each in _lists(plain["spec"]) if len(set(each)) > 1]
    if not lists:
        return False
    chosen = data.draw(st.sampled_from(lists))
    gone = chosen[0]
    chosen[:] = [each for each in chosen if each != gone]
    return True


def _drop_rule(plain: Plain, data: st.DataObject) -> bool:
    rules = plain["spec"].get("rules", [])
    if len(rules) < 2:
        return False
    rules.pop(data.draw(st.integers(0, len(rules) - 1)))
    return True


def _swap_rules(plain: Plain, _data: st.DataObject) -> bool:
    rules = plain["spec"].get("rules", [])
    if len(rules) < 2 or rules[0] == rules[1]:
        return False
    rules[0], rules[1] = rules[1], rules[0]
    return True


def _turn(plain: Plain, _data: st.DataObject) -> bool:
    if plain["kind"] == "PeerAuthentication":
        plain["spec"]["mtls"] = {"mode": "DISABLE"}
        return True
    if plain["kind"] != "AuthorizationPolicy" or plain["metadata"].get("annotations") or not plain["spec"].get("rules"):
        return False
    plain["spec"]["action"] = "AUDIT" if plain["spec"].get("action") == "DENY" else "DENY"
    return True


def _try(plain: Plain, _data: st.DataObject) -> bool:
    if plain["kind"] != "AuthorizationPolicy" or plain["spec"].get("action") not in {"ALLOW", "DENY"}:
        return False
    annotations = plain["metadata"].setdefault("annotations", {})
    annotations["istio.io/dry-run"] = "false" if annotations.get("istio.io/dry-run") == "true" else "true"
    return True


def _unlabel(plain: Plain, _data: st.DataObject) -> bool:
    return plain["metadata"]["labels"].pop("app.kubernetes.io/part-of", None) is not None


REAL = [
    Edit("add a value", _add_value),
    Edit("drop a value", _drop_value),
    Edit("drop a rule", _drop_rule),
    Edit("swap rules", _swap_rules),
    Edit("turn around", _turn),
    Edit("only try", _try),
    Edit("take a label", _unlabel),
]


def said(manifest: Manifest) -> tuple[object, ...]:
    """What an object says, read from istiod's view of it: nothing of the comparison is used."""
    labels = {key: value for key, value in manifest.meta.labels if key.startswith("app.kubernetes.io/")}
    is_tried = ("istio.io/dry-run", "true") in manifest.meta.annotations
    own = (type(manifest), manifest.meta.namespace, manifest.meta.name, tuple(sorted(labels.items())), is_tried)
    selector = None if manifest.selector is None else frozenset(manifest.selector.match_labels)
    match manifest:
        case PeerAuthentication():
            return (*own, selector, manifest.mtls, frozenset(manifest.port_level))
        case RequestAuthentication():
            rules = tuple(
                (each.issuer, frozenset(each.audiences), each.jwks_uri, each.jwks) for each in manifest.jwt_rules
            )
            return (*own, selector, rules)
        case AuthorizationPolicy():
            return (*own, selector, manifest.action, tuple(_rule(each) for each in manifest.rules))


def _rule(rule: Any) -> tuple[object, ...]:
    def values(part: Any) -> tuple[object, ...]:
        given = (getattr(part, name) for name in part.__slots__)
        return tuple(frozenset(each) if isinstance(each, tuple) else each for each in given)

    return tuple(frozenset(map(values, parts)) for parts in (rule.sources, rule.operations, rule.conditions))


def edited(items: list[Plain], data: st.DataObject) -> list[Plain]:
    """The objects after a few things have happened to them."""
    live = copy.deepcopy(items)
    for edit in data.draw(st.lists(st.sampled_from(NOISE), max_size=3)):
        edit.make(data.draw(st.sampled_from(live)), data)
        event(edit.name)
    if data.draw(st.booleans()):
        return live
    for edit in data.draw(st.lists(st.sampled_from(REAL), min_size=1, max_size=2)):
        if edit.make(data.draw(st.sampled_from(live)), data):
            event(edit.name)
    if data.draw(st.integers(0, 5)) == 0:
        live.pop(data.draw(st.integers(0, len(live) - 1)))
    if live and data.draw(st.integers(0, 5)) == 0:
        stranger = copy.deepcopy(data.draw(st.sampled_from(live)))
        stranger["metadata"] = {"name": "stranger", "namespace": stranger["metadata"]["namespace"]}
        live.append(stranger)
    return live
