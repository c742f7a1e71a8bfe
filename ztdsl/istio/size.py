"""How many bytes an object takes as compact JSON, counted without writing it out.

Lengths of strings and of lists of strings are remembered, since a mesh repeats the same few.
"""

from __future__ import annotations

import json
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from ztdsl.istio.document import jwt_rule_document, target_ref_document
from ztdsl.istio.kinds import (
    API_VERSION,
    OPERATION_FIELDS,
    SOURCE_FIELDS,
    AuthorizationPolicy,
    PeerAuthentication,
    RequestAuthentication,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.istio.kinds import (
        Condition,
        JwtRule,
        Manifest,
        Meta,
        Operation,
        Pairs,
        Rule,
        Selector,
        Source,
        Strings,
        TargetRef,
    )

ETCD_LIMIT: Final = 1_500_000
"""Bytes of one object that an API server with etcd's default request limit of 1.5 MiB takes."""

CLIENT_SIDE_LIMIT: Final = 262_144
"""Bytes of one object that client-side apply takes: it keeps a copy in an annotation, and those end at 256 KiB."""

_REMEMBERED: Final = 1 << 16
_SOURCE_VALUES: Final = attrgetter(*(field for field, _ in SOURCE_FIELDS))
_SOURCE_KEYS: Final = tuple(len(f'"{key}":') for _, key in SOURCE_FIELDS)
_OPERATION_VALUES: Final = attrgetter(*(field for field, _ in OPERATION_FIELDS))
_OPERATION_KEYS: Final = tuple(len(f'"{key}":') for _, key in OPERATION_FIELDS)


def size_of(manifest: Manifest) -> int:
    """The bytes of `manifest` as compact JSON in UTF-8."""
    match manifest:
        case AuthorizationPolicy():
            spec = _authorization(manifest)
        case PeerAuthentication():
            spec = _peer(manifest)
        case RequestAuthentication():
            spec = _attachment(manifest.selector, manifest.target_refs)
            if manifest.jwt_rules:
                spec.append(len('"jwtRules":') + _enclosed([_jwt_rule(rule) for rule in manifest.jwt_rules]))
    head = len(f'{{"apiVersion":"{API_VERSION}","kind":"{type(manifest).__name__}","metadata":,"spec":}}')
    return head + _metadata(manifest.meta) + _enclosed(spec)


def rule_size(rule: Rule) -> int:
    """The bytes of one rule of an AuthorizationPolicy; each rule after the first costs one more, for its comma."""
    members = []
    if rule.sources:
        sources = [len('{"source":}') + _source(source) for source in rule.sources]
        members.append(len('"from":') + _enclosed(sources))
    if rule.operations:
        operations = [len('{"operation":}') + _operation(operation) for operation in rule.operations]
        members.append(len('"to":') + _enclosed(operations))
    if rule.conditions:
        members.append(len('"when":') + _enclosed([_condition(condition) for condition in rule.conditions]))
    return _enclosed(members)


def _enclosed(parts: Sequence[int]) -> int:
    """The length of a list or an object whose items or members have these lengths."""
    return 1 + sum(parts) + (len(parts) or 1)


@lru_cache(_REMEMBERED)
def _text(text: str) -> int:
    return _plain(text)


@lru_cache(_REMEMBERED)
def _strings(texts: Strings) -> int:
    return _enclosed([_text(text) for text in texts])


@lru_cache(_REMEMBERED)
def _mapping(pairs: Pairs) -> int:
    return _enclosed([_text(key) + 1 + _text(value) for key, value in pairs])


@lru_cache(_REMEMBERED)
def _jwt_rule(rule: JwtRule) -> int:
    return _plain(jwt_rule_document(rule))


@lru_cache(_REMEMBERED)
def _target_ref(reference: TargetRef) -> int:
    return _plain(target_ref_document(reference))


def _plain(value: Any) -> int:  # noqa: ANN401 - whatever JSON can hold
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


def _metadata(meta: Meta) -> int:
    members = [len('"name":') + _text(meta.name), len('"namespace":') + _text(meta.namespace)]
    if meta.labels:
        members.append(len('"labels":') + _mapping(meta.labels))
    if meta.annotations:
        members.append(len('"annotations":') + _mapping(meta.annotations))
    return _enclosed(members)


def _attachment(selector: Selector | None, target_refs: tuple[TargetRef, ...]) -> list[int]:
    members = []
    if selector is not None:
        labels = [len('"matchLabels":') + _mapping(selector.match_labels)] if selector.match_labels else []
        members.append(len('"selector":') + _enclosed(labels))
    if target_refs:
        members.append(len('"targetRefs":') + _enclosed([_target_ref(reference) for reference in target_refs]))
    return members


def _peer(policy: PeerAuthentication) -> list[int]:
    members = _attachment(policy.selector, ())
    members.append(len('"mtls":{"mode":}') + _text(policy.mtls or "UNSET"))
    if policy.port_level:
        ports = [_text(str(port)) + len(':{"mode":}') + _text(mode) for port, mode in policy.port_level]
        members.append(len('"portLevelMtls":') + _enclosed(ports))
    return members


def _authorization(policy: AuthorizationPolicy) -> list[int]:
    members = _attachment(policy.selector, policy.target_refs)
    members.append(len('"action":') + _text(policy.action))
    if policy.provider is not None:
        members.append(len('"provider":{"name":}') + _text(policy.provider))
    if policy.rules:
        members.append(len('"rules":') + _enclosed([rule_size(rule) for rule in policy.rules]))
    return members


def _source(source: Source) -> int:
    values = zip(_SOURCE_KEYS, _SOURCE_VALUES(source), strict=True)
    return _enclosed([key + _strings(texts) for key, texts in values if texts])


def _operation(operation: Operation) -> int:
    values = zip(_OPERATION_KEYS, _OPERATION_VALUES(operation), strict=True)
    return _enclosed([key + _strings(texts) for key, texts in values if texts])


def _condition(condition: Condition) -> int:
    members = [len('"key":') + _text(condition.key)]
    if condition.values:
        members.append(len('"values":') + _strings(condition.values))
    if condition.not_values:
        members.append(len('"notValues":') + _strings(condition.not_values))
    return _enclosed(members)
