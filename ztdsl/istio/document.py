"""Manifests as plain objects of dictionaries, lists, strings and booleans."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from ztdsl.istio.kinds import (
    API_VERSION,
    OPERATION_FIELDS,
    SOURCE_FIELDS,
    AuthorizationPolicy,
    PeerAuthentication,
    RequestAuthentication,
)
from ztdsl.istio.telemetry import TELEMETRY_VERSION, Telemetry, access_logging_document

if TYPE_CHECKING:
    from ztdsl.istio.kinds import Condition, JwtRule, Manifest, Meta, Operation, Rule, Selector, Source, TargetRef

_SOURCE_VALUES: Final = attrgetter(*(field for field, _ in SOURCE_FIELDS))
_SOURCE_KEYS: Final = tuple(key for _, key in SOURCE_FIELDS)
_OPERATION_VALUES: Final = attrgetter(*(field for field, _ in OPERATION_FIELDS))
_OPERATION_KEYS: Final = tuple(key for _, key in OPERATION_FIELDS)


def document(manifest: Manifest | Telemetry) -> dict[str, Any]:
    """The object that an API server takes: keys in canonical order, nothing empty, defaults that matter written out.

    `action` and `mtls.mode` are always there. An `ALLOW` that allows nothing has no `rules`.
    """
    match manifest:
        case AuthorizationPolicy():
            spec = _authorization(manifest)
        case PeerAuthentication():
            spec = _peer(manifest)
        case RequestAuthentication():
            spec = _attachment(manifest.selector, manifest.target_refs)
            if manifest.jwt_rules:
                spec["jwtRules"] = [jwt_rule_document(rule) for rule in manifest.jwt_rules]
        case Telemetry():
            spec = _attachment(manifest.selector, ())
            spec["accessLogging"] = [access_logging_document(each) for each in manifest.access_logging]
    return {
        "apiVersion": TELEMETRY_VERSION if isinstance(manifest, Telemetry) else API_VERSION,
        "kind": type(manifest).__name__,
        "metadata": _metadata(manifest.meta),
        "spec": spec,
    }


def rule_document(rule: Rule) -> dict[str, Any]:
    """One rule of an AuthorizationPolicy as a plain object; `{}` holds for every request."""
    plain: dict[str, Any] = {}
    if rule.sources:
        plain["from"] = [{"source": _source(source)} for source in rule.sources]
    if rule.operations:
        plain["to"] = [{"operation": _operation(operation)} for operation in rule.operations]
    if rule.conditions:
        plain["when"] = [_condition(condition) for condition in rule.conditions]
    return plain


def _metadata(meta: Meta) -> dict[str, Any]:
    plain: dict[str, Any] = {"name": meta.name, "namespace": meta.namespace}
    if meta.labels:
        plain["labels"] = dict(meta.labels)
    if meta.annotations:
        plain["annotations"] = dict(meta.annotations)
    return plain


def _attachment(selector: Selector | None, target_refs: tuple[TargetRef, ...]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    if selector is not None:
        plain["selector"] = {"matchLabels": dict(selector.match_labels)} if selector.match_labels else {}
    if target_refs:
        plain["targetRefs"] = [target_ref_document(reference) for reference in target_refs]
    return plain


def target_ref_document(reference: TargetRef) -> dict[str, str]:
    """A target reference as a plain object; the core group is left out."""
    group = {"group": reference.group} if reference.group else {}
    return {**group, "kind": reference.kind, "name": reference.name}


def _peer(policy: PeerAuthentication) -> dict[str, Any]:
    spec = _attachment(policy.selector, ())
    spec["mtls"] = {"mode": "UNSET" if policy.mtls is None else policy.mtls}
    if policy.port_level:
        spec["portLevelMtls"] = {str(port): {"mode": mode} for port, mode in policy.port_level}
    return spec


def _authorization(policy: AuthorizationPolicy) -> dict[str, Any]:
    spec = _attachment(policy.selector, policy.target_refs)
    spec["action"] = policy.action
    if policy.provider is not None:
        spec["provider"] = {"name": policy.provider}
    if policy.rules:
        spec["rules"] = [rule_document(rule) for rule in policy.rules]
    return spec


def _source(source: Source) -> dict[str, list[str]]:
    return {key: list(values) for key, values in zip(_SOURCE_KEYS, _SOURCE_VALUES(source), strict=True) if values}


def _operation(operation: Operation) -> dict[str, list[str]]:
    values = _OPERATION_VALUES(operation)
    return {key: list(texts) for key, texts in zip(_OPERATION_KEYS, values, strict=True) if texts}


def _condition(condition: Condition) -> dict[str, Any]:
    plain: dict[str, Any] = {"key": condition.key}
    if condition.values:
        plain["values"] = list(condition.values)
    if condition.not_values:
        plain["notValues"] = list(condition.not_values)
    return plain


def jwt_rule_document(rule: JwtRule) -> dict[str, Any]:
    """One rule of a RequestAuthentication as a plain object."""
    plain = {
        "issuer": rule.issuer,
        "audiences": list(rule.audiences) or None,
        "jwksUri": rule.jwks_uri,
        "jwks": rule.jwks,
        "fromHeaders": [_token_header(header.name, header.prefix) for header in rule.from_headers] or None,
        "fromParams": list(rule.from_params) or None,
        "fromCookies": list(rule.from_cookies) or None,
        "outputPayloadToHeader": rule.output_payload_to_header,
        "outputClaimToHeaders": [
            {"header": output.header, "claim": output.claim} for output in rule.output_claim_to_headers
        ]
        or None,
        "forwardOriginalToken": rule.forward_original_token or None,
        "timeout": rule.timeout,
        "spaceDelimitedClaims": list(rule.space_delimited_claims) or None,
    }
    return {key: value for key, value in plain.items() if value is not None}


def _token_header(name: str, prefix: str | None) -> dict[str, str]:
    return {"name": name} if prefix is None else {"name": name, "prefix": prefix}
