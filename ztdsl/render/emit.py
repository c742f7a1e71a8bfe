"""Manifests as YAML text: the head of a document, and its rules, issuers, ports or logs one by one.

Our own emission of four known shapes, since a general dumper takes most of a large build's time.
`tests/property` reads everything back and compares it with the manifests.
"""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from ztdsl.istio.kinds import (
    API_VERSION,
    OPERATION_FIELDS,
    SOURCE_FIELDS,
    AuthorizationPolicy,
    PeerAuthentication,
    RequestAuthentication,
)
from ztdsl.istio.telemetry import TELEMETRY_VERSION, Telemetry
from ztdsl.render.scalars import listed, scalar

if TYPE_CHECKING:
    from ztdsl.istio.kinds import JwtRule, Manifest, Meta, Operation, Pairs, Rule, Selector, Source
    from ztdsl.istio.telemetry import AccessLogging

_SOURCE: Final = attrgetter(*(field for field, _ in SOURCE_FIELDS))
_SOURCE_KEYS: Final = tuple(key for _, key in SOURCE_FIELDS)
_OPERATION: Final = attrgetter(*(field for field, _ in OPERATION_FIELDS))
_OPERATION_KEYS: Final = tuple(key for _, key in OPERATION_FIELDS)
_INNER: Final = " " * 8


def parts(manifest: Manifest | Telemetry) -> tuple[str, tuple[str, ...]]:
    """The document up to its first item, and each item; together they are the whole document."""
    match manifest:
        case AuthorizationPolicy():
            return _authorization(manifest)
        case RequestAuthentication():
            return _request_authentication(manifest)
        case PeerAuthentication():
            return _peer_authentication(manifest)
        case Telemetry():
            return _telemetry(manifest)


def _head(kind: str, meta: Meta, version: str = API_VERSION) -> str:
    annotations = "" if not meta.annotations else "  annotations:\n" + _mapping(meta.annotations, "    ")
    return (
        f"apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {scalar(meta.name)}\n"
        f"  namespace: {scalar(meta.namespace)}\n  labels:\n{_mapping(meta.labels, '    ')}{annotations}spec:\n"
    )


@lru_cache(1 << 14)
def _mapping(pairs: Pairs, indent: str) -> str:
    return "".join([f"{indent}{scalar(key)}: {scalar(value)}\n" for key, value in pairs])


def _selector(selector: Selector | None) -> str:
    return "" if selector is None else "  selector:\n    matchLabels:\n" + _mapping(selector.match_labels, "      ")


def _authorization(policy: AuthorizationPolicy) -> tuple[str, tuple[str, ...]]:
    head = f"{_head('AuthorizationPolicy', policy.meta)}{_selector(policy.selector)}  action: {policy.action}\n"
    if not policy.rules:
        return head, ()
    return head + "  rules:\n", tuple([_rule(rule) for rule in policy.rules])


def _rule(rule: Rule) -> str:
    text = ""
    if rule.sources:
        text += "    from:\n" + "".join([_source(source) for source in rule.sources])
    if rule.operations:
        text += "    to:\n" + "".join([_operation(operation) for operation in rule.operations])
    if rule.conditions:
        text += "    when:\n"
        for condition in rule.conditions:
            text += f"    - key: {scalar(condition.key)}\n"
            if condition.values:
                text += listed("values", condition.values, "      ")
            if condition.not_values:
                text += listed("notValues", condition.not_values, "      ")
    return f"  - {text[4:]}" if text else "  - {}\n"


def _source(source: Source) -> str:
    texts = zip(_SOURCE_KEYS, _SOURCE(source), strict=True)
    return "    - source:\n" + "".join([listed(key, values, _INNER) for key, values in texts if values])


def _operation(operation: Operation) -> str:
    texts = zip(_OPERATION_KEYS, _OPERATION(operation), strict=True)
    return "    - operation:\n" + "".join([listed(key, values, _INNER) for key, values in texts if values])


def _request_authentication(policy: RequestAuthentication) -> tuple[str, tuple[str, ...]]:
    head = f"{_head('RequestAuthentication', policy.meta)}{_selector(policy.selector)}  jwtRules:\n"
    return head, tuple([_jwt_rule(rule) for rule in policy.jwt_rules])


@lru_cache(1 << 12)
def _jwt_rule(rule: JwtRule) -> str:
    inner = "    "
    text = f"  - issuer: {scalar(rule.issuer or '')}\n"
    if rule.audiences:
        text += listed("audiences", rule.audiences, inner)
    if rule.jwks_uri is not None:
        text += f"{inner}jwksUri: {scalar(rule.jwks_uri)}\n"
    if rule.jwks is not None:
        text += f"{inner}jwks: {scalar(rule.jwks)}\n"
    text += _locations(rule, inner)
    if rule.output_payload_to_header is not None:
        text += f"{inner}outputPayloadToHeader: {scalar(rule.output_payload_to_header)}\n"
    if rule.output_claim_to_headers:
        text += f"{inner}outputClaimToHeaders:\n"
        for copy in rule.output_claim_to_headers:
            text += f"{inner}- header: {scalar(copy.header)}\n{inner}  claim: {scalar(copy.claim)}\n"
    if rule.forward_original_token:
        text += f"{inner}forwardOriginalToken: true\n"
    if rule.space_delimited_claims:
        text += listed("spaceDelimitedClaims", rule.space_delimited_claims, inner)
    return text


def _locations(rule: JwtRule, inner: str) -> str:
    """Where to look for tokens."""
    text = ""
    if rule.from_headers:
        text += f"{inner}fromHeaders:\n"
        for header in rule.from_headers:
            text += f"{inner}- name: {scalar(header.name)}\n"
            if header.prefix is not None:
                text += f"{inner}  prefix: {scalar(header.prefix)}\n"
    if rule.from_params:
        text += listed("fromParams", rule.from_params, inner)
    if rule.from_cookies:
        text += listed("fromCookies", rule.from_cookies, inner)
    return text


def _peer_authentication(policy: PeerAuthentication) -> tuple[str, tuple[str, ...]]:
    head = (
        f"{_head('PeerAuthentication', policy.meta)}{_selector(policy.selector)}"
        f"  mtls:\n    mode: {policy.mtls or 'UNSET'}\n"
    )
    if not policy.port_level:
        return head, ()
    ports = tuple([f'    "{port}":\n      mode: {mode}\n' for port, mode in policy.port_level])
    return head + "  portLevelMtls:\n", ports


def _telemetry(telemetry: Telemetry) -> tuple[str, tuple[str, ...]]:
    head = f"{_head('Telemetry', telemetry.meta, TELEMETRY_VERSION)}{_selector(telemetry.selector)}  accessLogging:\n"
    return head, tuple([_access_logging(each) for each in telemetry.access_logging])


def _access_logging(logging: AccessLogging) -> str:
    text = "    providers:\n" + "".join([f"    - name: {scalar(name)}\n" for name in logging.providers])
    if logging.mode is not None:
        text += f"    match:\n      mode: {logging.mode}\n"
    if logging.expression is not None:
        text += f"    filter:\n      expression: {scalar(logging.expression)}\n"
    return f"  - {text[4:]}"
