"""Objects of a cluster read as manifests: what istiod makes of an object that the API server has taken.

Unlike `from_document` this takes whatever Istio takes, in either API version: the old `targetRef`, empty lists, which
Istio reads as absent ones, fields that the API server drops. Tens of thousands of objects are read in a second.
Sources: Istio `pilot/pkg/config/kube/crd/conversion.go`; golang/protobuf 1.5 `jsonpb/decode.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from ztdsl.istio.kinds import (
    OPERATION_FIELDS,
    SOURCE_FIELDS,
    AuthorizationPolicy,
    ClaimToHeader,
    Condition,
    JwtRule,
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
from ztdsl.istio.pointer import pointer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.istio.kinds import Manifest, Pairs, Strings

T = TypeVar("T")
Plain = dict[str, Any]

_VERSIONS: Final = frozenset({"security.istio.io/v1", "security.istio.io/v1beta1"})
_ACTIONS: Final = frozenset({"ALLOW", "DENY", "AUDIT", "CUSTOM"})
_MODES: Final = frozenset({"UNSET", "DISABLE", "PERMISSIVE", "STRICT"})
_SOURCE_KEYS: Final = {key: field for field, key in SOURCE_FIELDS}
_OPERATION_KEYS: Final = {key: field for field, key in OPERATION_FIELDS}


def from_manifest(plain: object, namespace: str | None = None) -> Manifest:
    """The manifest that istiod reads in an object of a cluster.

    A field of `null` counts as absent, and so do a label and a port of a spec; an absent spec counts as an empty one.
    What the API server drops is not looked at. The mode `UNSET` of a whole workload is None, of a single port the word
    itself.

    Args:
        plain: the object, as JSON or YAML give it.
        namespace: that of the object if it names none itself.

    Raises:
        ValueError: it is no such object; the message names the place as a JSON pointer and what is wrong.
    """
    top = _object(plain, "")
    if top.get("apiVersion") not in _VERSIONS:
        _refuse("/apiVersion", "is not a served version of `security.istio.io`")
    read = _KINDS.get(_text(top.get("kind"), "/kind"))
    if read is None:
        _refuse("/kind", "is not one of Istio's security kinds")
    return read(_meta(top.get("metadata"), namespace), _object(top.get("spec"), "/spec"))


def _meta(plain: object, namespace: str | None) -> Meta:
    meta = _object(plain, "/metadata")
    name = _text(meta.get("name"), "/metadata/name")
    own = _text(meta.get("namespace"), "/metadata/namespace") or namespace
    if not name:
        _refuse("/metadata/name", "is missing")
    if not own:
        _refuse("/metadata/namespace", "is missing, and no other namespace is given")
    return Meta(
        name,
        own,
        _pairs(meta, "labels", "/metadata"),
        _pairs(meta, "annotations", "/metadata"),
        _text(meta.get("creationTimestamp"), "/metadata/creationTimestamp") or None,
    )


def _authorization(meta: Meta, spec: Plain) -> AuthorizationPolicy:
    provider = spec.get("provider")
    return AuthorizationPolicy(
        meta,
        _selector(spec),
        _target_refs(spec),
        _word(spec, "action", _ACTIONS, "ALLOW", "/spec"),
        None if provider is None else _text(_object(provider, "/spec/provider").get("name"), "/spec/provider/name"),
        _list(spec, "rules", "/spec", _rule),
    )


def _peer(meta: Meta, spec: Plain) -> PeerAuthentication:
    mode = _mode(spec.get("mtls"), "/spec/mtls")
    ports = _object(spec.get("portLevelMtls"), "/spec/portLevelMtls")
    levels = [_port_level(str(port), level) for port, level in ports.items() if level is not None]
    return PeerAuthentication(meta, _selector(spec), None if mode == "UNSET" else mode, tuple(levels))


def _port_level(port: str, level: object) -> tuple[int, str]:
    at = pointer("spec", "portLevelMtls", port)
    if not (port.isascii() and port.isdecimal() and str(int(port[:10])) == port):
        _refuse(at, "is not the decimal number of a port")
    return int(port), _mode(level, at)


def _mode(plain: object, at: str) -> str:
    return _word(_object(plain, at), "mode", _MODES, "UNSET", at)


def _request(meta: Meta, spec: Plain) -> RequestAuthentication:
    return RequestAuthentication(meta, _selector(spec), _target_refs(spec), _list(spec, "jwtRules", "/spec", _jwt_rule))


_KINDS: Final[dict[str, Callable[[Meta, Plain], Manifest]]] = {
    "AuthorizationPolicy": _authorization,
    "PeerAuthentication": _peer,
    "RequestAuthentication": _request,
}


def _selector(spec: Plain) -> Selector | None:
    selector = spec.get("selector")
    if selector is None:
        return None
    at = "/spec/selector/matchLabels"
    labels = _object(_object(selector, "/spec/selector").get("matchLabels"), at)
    return Selector(tuple([(str(name), _text(value, at, name)) for name, value in labels.items() if value is not None]))


def _target_refs(spec: Plain) -> tuple[TargetRef, ...]:
    """The references; the single old one counts only where there are no others."""
    references = _list(spec, "targetRefs", "/spec", _target_ref)
    single = spec.get("targetRef")
    return references if references or single is None else (_target_ref(single, "/spec/targetRef"),)


def _target_ref(plain: object, at: str) -> TargetRef:
    keys = _object(plain, at)
    return TargetRef(
        _text(keys.get("group"), f"{at}/group"),
        _text(keys.get("kind"), f"{at}/kind"),
        _text(keys.get("name"), f"{at}/name"),
    )


def _rule(plain: object, at: str) -> Rule:
    keys = _object(plain, at)
    return Rule(
        _list(keys, "from", at, _source), _list(keys, "to", at, _operation), _list(keys, "when", at, _condition)
    )


def _source(plain: object, at: str) -> Source:
    source = _object(plain, at).get("source")
    return Source() if source is None else Source(**_fields(source, _SOURCE_KEYS, f"{at}/source"))


def _operation(plain: object, at: str) -> Operation:
    operation = _object(plain, at).get("operation")
    return Operation() if operation is None else Operation(**_fields(operation, _OPERATION_KEYS, f"{at}/operation"))


def _fields(plain: object, known: dict[str, str], at: str) -> dict[str, Strings]:
    """The lists of a source or an operation by the names of its attributes; unknown fields are passed over."""
    fields: dict[str, Strings] = {}
    for key, texts in _object(plain, at).items():
        field = known.get(key)
        if field is not None:
            fields[field] = _strings(texts, at, key)
    return fields


def _condition(plain: object, at: str) -> Condition:
    keys = _object(plain, at)
    return Condition(
        _text(keys.get("key"), f"{at}/key"),
        _strings(keys.get("values"), at, "values"),
        _strings(keys.get("notValues"), at, "notValues"),
    )


def _jwt_rule(plain: object, at: str) -> JwtRule:
    keys = _object(plain, at)
    forward = keys.get("forwardOriginalToken")
    if not (forward is None or isinstance(forward, bool)):
        _refuse(f"{at}/forwardOriginalToken", "is neither `true` nor `false`")
    return JwtRule(
        issuer=_optional(keys, "issuer", at),
        audiences=_strings(keys.get("audiences"), at, "audiences"),
        jwks_uri=_optional(keys, "jwksUri", at) or _optional(keys, "jwks_uri", at),
        jwks=_optional(keys, "jwks", at),
        from_headers=_list(keys, "fromHeaders", at, _token_header),
        from_params=_strings(keys.get("fromParams"), at, "fromParams"),
        from_cookies=_strings(keys.get("fromCookies"), at, "fromCookies"),
        output_payload_to_header=_optional(keys, "outputPayloadToHeader", at),
        output_claim_to_headers=_list(keys, "outputClaimToHeaders", at, _claim_to_header),
        forward_original_token=forward is True,
        timeout=_optional(keys, "timeout", at),
        space_delimited_claims=_strings(keys.get("spaceDelimitedClaims"), at, "spaceDelimitedClaims"),
    )


def _token_header(plain: object, at: str) -> TokenHeader:
    keys = _object(plain, at)
    return TokenHeader(_text(keys.get("name"), f"{at}/name"), _optional(keys, "prefix", at))


def _claim_to_header(plain: object, at: str) -> ClaimToHeader:
    keys = _object(plain, at)
    return ClaimToHeader(_text(keys.get("header"), f"{at}/header"), _text(keys.get("claim"), f"{at}/claim"))


def _object(plain: object, at: str) -> Plain:
    if isinstance(plain, dict):
        return plain
    if plain is not None:
        _refuse(at, "is not an object")
    return {}


def _list(keys: Plain, key: str, at: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
    items = keys.get(key)
    if not items and (items is None or isinstance(items, list)):
        return ()
    if not isinstance(items, list):
        _refuse(f"{at}/{key}", "is not a list")
    return tuple([read(item, f"{at}/{key}/{index}") for index, item in enumerate(items)])


def _strings(texts: object, at: str, key: str) -> Strings:
    if texts is None:
        return ()
    if not isinstance(texts, list):
        _refuse(f"{at}/{key}", "is not a list")
    try:
        "".join(texts)  # the cheapest way to learn that all are strings
    except TypeError:
        return tuple(_text(text, f"{at}/{key}/{index}") for index, text in enumerate(texts))
    return tuple(texts)


def _pairs(keys: Plain, key: str, at: str) -> Pairs:
    pairs = keys.get(key)
    if pairs is None:
        return ()
    at = f"{at}/{key}"
    return tuple([(str(name), _text(value, at, name)) for name, value in _object(pairs, at).items()])


def _word(keys: Plain, key: str, words: frozenset[str], default: str, at: str) -> str:
    word = keys.get(key)
    if word is None:
        return default
    if not isinstance(word, str) or word not in words:
        _refuse(f"{at}/{key}", "is none of " + ", ".join(f"`{known}`" for known in sorted(words)))
    return word


def _optional(keys: Plain, key: str, at: str) -> str | None:
    """The text of a field; istiod cannot tell an empty one from an absent one."""
    return _text(keys.get(key), at, key) or None


def _text(plain: object, at: str, *below: object) -> str:
    if isinstance(plain, str):
        return plain
    if plain is not None:
        _refuse(at + pointer(*map(str, below)), "is not a string")
    return ""


def _refuse(at: str, what: str) -> NoReturn:
    message = f"`{at}` {what}"
    raise ValueError(message)
