"""Plain objects read as manifests: `from_document` is the exact counterpart of `document`.

`from_manifest` reads what a cluster holds, as istiod does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from ztdsl.istio.admitted import from_manifest
from ztdsl.istio.kinds import (
    API_VERSION,
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
from ztdsl.istio.pointer import pointer as join
from ztdsl.istio.telemetry import TELEMETRY_VERSION, AccessLogging, Telemetry

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.istio.kinds import Manifest, Pairs, Strings

__all__ = ["from_document", "from_manifest", "telemetry_from_document"]

T = TypeVar("T")
Plain = dict[str, Any]

_TOP: Final = ("apiVersion", "kind", "metadata", "spec")
_ATTACHMENT: Final = ("selector", "targetRefs")
_JWT_RULE_KEYS: Final = (
    "issuer",
    "audiences",
    "jwksUri",
    "jwks",
    "fromHeaders",
    "fromParams",
    "fromCookies",
    "outputPayloadToHeader",
    "outputClaimToHeaders",
    "forwardOriginalToken",
    "timeout",
    "spaceDelimitedClaims",
)


def from_document(plain: object) -> Manifest:
    """The manifest that `document` gives as `plain`.

    What `document` never writes is refused, though Istio might take it: an empty list or mapping (Istio reads an
    empty list as an absent one, and so as everyone), `null`, numbers for strings, the old `targetRef`, other API
    versions, `status`. Where a manifest can say it, an empty object is read as one: `spec`, `selector`, `source`,
    `operation`, a rule. The mode `UNSET` of a whole workload is None.

    Raises:
        ValueError: `plain` is something else; the message names the place as a JSON pointer and what is wrong.
    """
    top = _object(plain, "", _TOP, required=_TOP)
    if top["apiVersion"] != API_VERSION:
        _refuse("/apiVersion", f"is not `{API_VERSION}`")
    meta = _meta(top["metadata"])
    read = _KINDS.get(_text(top["kind"], "/kind"))
    if read is None:
        _refuse("/kind", "is not one of Istio's security kinds")
    return read(meta, top["spec"])


def telemetry_from_document(plain: object) -> Telemetry:
    """The Telemetry that `document` gives as `plain`; what `document` never writes is refused.

    Raises:
        ValueError: `plain` is something else; the message is as that of `from_document`.
    """
    top = _object(plain, "", _TOP, required=_TOP)
    if (top["apiVersion"], top["kind"]) != (TELEMETRY_VERSION, "Telemetry"):
        _refuse("/kind", f"is not a Telemetry of `{TELEMETRY_VERSION}`")
    spec = _object(top["spec"], "/spec", ("selector", "accessLogging"), required=("accessLogging",))
    return Telemetry(_meta(top["metadata"]), _selector(spec), _list(spec, "accessLogging", "/spec", _access_logging))


def _access_logging(plain: object, at: str) -> AccessLogging:
    keys = _object(plain, at, ("providers", "match", "filter"))
    providers = _list(keys, "providers", at, lambda each, place: _only(each, "name", place))
    mode = _only(keys["match"], "mode", f"{at}/match") if "match" in keys else None
    expression = _only(keys["filter"], "expression", f"{at}/filter") if "filter" in keys else None
    return AccessLogging(providers, mode, expression)


def _only(plain: object, key: str, at: str) -> str:
    """The text of an object that has this key alone."""
    return _text(_object(plain, at, (key,), required=(key,))[key], f"{at}/{key}")


def _meta(plain: object) -> Meta:
    at = "/metadata"
    keys = _object(plain, at, ("name", "namespace", "labels", "annotations"), required=("name", "namespace"))
    return Meta(
        _text(keys["name"], f"{at}/name"),
        _text(keys["namespace"], f"{at}/namespace"),
        _pairs(keys, "labels", at),
        _pairs(keys, "annotations", at),
    )


def _authorization(meta: Meta, plain: object) -> AuthorizationPolicy:
    keys = _object(plain, "/spec", (*_ATTACHMENT, "action", "provider", "rules"), required=("action",))
    provider = None
    if "provider" in keys:
        named = _object(keys["provider"], "/spec/provider", ("name",), required=("name",))
        provider = _text(named["name"], "/spec/provider/name")
    return AuthorizationPolicy(
        meta,
        _selector(keys),
        _list(keys, "targetRefs", "/spec", _target_ref),
        _text(keys["action"], "/spec/action"),
        provider,
        _list(keys, "rules", "/spec", _rule),
    )


def _peer(meta: Meta, plain: object) -> PeerAuthentication:
    keys = _object(plain, "/spec", ("selector", "mtls", "portLevelMtls"), required=("mtls",))
    mode = _mode(keys["mtls"], "/spec/mtls")
    ports: tuple[tuple[int, str], ...] = ()
    if "portLevelMtls" in keys:
        levels = _filled(_object(keys["portLevelMtls"], "/spec/portLevelMtls", None), "/spec/portLevelMtls")
        ports = tuple(_port_level(port, level) for port, level in levels.items())
    return PeerAuthentication(meta, _selector(keys), None if mode == "UNSET" else mode, ports)


def _port_level(port: str, level: object) -> tuple[int, str]:
    at = join("spec", "portLevelMtls", port)
    if not (port.isascii() and port.isdecimal() and str(int(port[:10])) == port):
        _refuse(at, "is not the decimal number of a port")
    return int(port), _mode(level, at)


def _mode(plain: object, at: str) -> str:
    return _text(_object(plain, at, ("mode",), required=("mode",))["mode"], f"{at}/mode")


def _request(meta: Meta, plain: object) -> RequestAuthentication:
    keys = _object(plain, "/spec", (*_ATTACHMENT, "jwtRules"))
    references = _list(keys, "targetRefs", "/spec", _target_ref)
    return RequestAuthentication(meta, _selector(keys), references, _list(keys, "jwtRules", "/spec", _jwt_rule))


_KINDS: Final[dict[str, Callable[[Meta, object], Manifest]]] = {
    "AuthorizationPolicy": _authorization,
    "PeerAuthentication": _peer,
    "RequestAuthentication": _request,
}


def _selector(spec: Plain) -> Selector | None:
    if "selector" not in spec:
        return None
    return Selector(
        _pairs(_object(spec["selector"], "/spec/selector", ("matchLabels",)), "matchLabels", "/spec/selector")
    )


def _target_ref(plain: object, at: str) -> TargetRef:
    keys = _object(plain, at, ("group", "kind", "name"), required=("kind", "name"))
    group = _text(keys["group"], f"{at}/group") if "group" in keys else ""
    if "group" in keys and not group:
        _refuse(f"{at}/group", "is empty")
    return TargetRef(group, _text(keys["kind"], f"{at}/kind"), _text(keys["name"], f"{at}/name"))


def _rule(plain: object, at: str) -> Rule:
    keys = _object(plain, at, ("from", "to", "when"))
    return Rule(
        _list(keys, "from", at, _source), _list(keys, "to", at, _operation), _list(keys, "when", at, _condition)
    )


def _source(plain: object, at: str) -> Source:
    source = _object(plain, at, ("source",), required=("source",))["source"]
    at = f"{at}/source"
    keys = _object(source, at, tuple(key for _, key in SOURCE_FIELDS))
    return Source(**{field: _strings(keys, key, at) for field, key in SOURCE_FIELDS})


def _operation(plain: object, at: str) -> Operation:
    operation = _object(plain, at, ("operation",), required=("operation",))["operation"]
    at = f"{at}/operation"
    keys = _object(operation, at, tuple(key for _, key in OPERATION_FIELDS))
    return Operation(**{field: _strings(keys, key, at) for field, key in OPERATION_FIELDS})


def _condition(plain: object, at: str) -> Condition:
    keys = _object(plain, at, ("key", "values", "notValues"), required=("key",))
    return Condition(_text(keys["key"], f"{at}/key"), _strings(keys, "values", at), _strings(keys, "notValues", at))


def _jwt_rule(plain: object, at: str) -> JwtRule:
    keys = _object(plain, at, _JWT_RULE_KEYS)
    if "forwardOriginalToken" in keys and keys["forwardOriginalToken"] is not True:
        _refuse(f"{at}/forwardOriginalToken", "is not `true`, and absent means false")
    return JwtRule(
        issuer=_optional(keys, "issuer", at),
        audiences=_strings(keys, "audiences", at),
        jwks_uri=_optional(keys, "jwksUri", at),
        jwks=_optional(keys, "jwks", at),
        from_headers=_list(keys, "fromHeaders", at, _token_header),
        from_params=_strings(keys, "fromParams", at),
        from_cookies=_strings(keys, "fromCookies", at),
        output_payload_to_header=_optional(keys, "outputPayloadToHeader", at),
        output_claim_to_headers=_list(keys, "outputClaimToHeaders", at, _claim_to_header),
        forward_original_token="forwardOriginalToken" in keys,
        timeout=_optional(keys, "timeout", at),
        space_delimited_claims=_strings(keys, "spaceDelimitedClaims", at),
    )


def _token_header(plain: object, at: str) -> TokenHeader:
    keys = _object(plain, at, ("name", "prefix"), required=("name",))
    return TokenHeader(_text(keys["name"], f"{at}/name"), _optional(keys, "prefix", at))


def _claim_to_header(plain: object, at: str) -> ClaimToHeader:
    keys = _object(plain, at, ("header", "claim"), required=("header", "claim"))
    return ClaimToHeader(_text(keys["header"], f"{at}/header"), _text(keys["claim"], f"{at}/claim"))


def _object(plain: object, at: str, known: tuple[str, ...] | None, *, required: tuple[str, ...] = ()) -> Plain:
    if not isinstance(plain, dict):
        _refuse(at, "is not an object")
    for key in plain:
        if not isinstance(key, str):
            _refuse(at, f"has the key `{key}`, which is not a string")
        if known is not None and key not in known:
            _refuse(at + join(key), "is an unknown field")
    for key in required:
        if key not in plain:
            _refuse(at + join(key), "is missing")
    return plain


def _list(keys: Plain, key: str, at: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
    if key not in keys:
        return ()
    at = f"{at}/{key}"
    if not isinstance(keys[key], list):
        _refuse(at, "is not a list")
    return tuple(read(item, f"{at}/{index}") for index, item in enumerate(_filled(keys[key], at)))


def _strings(keys: Plain, key: str, at: str) -> Strings:
    return _list(keys, key, at, _text)


def _pairs(keys: Plain, key: str, at: str) -> Pairs:
    if key not in keys:
        return ()
    at = f"{at}/{key}"
    pairs = _filled(_object(keys[key], at, None), at)
    return tuple((name, _text(value, at + join(name))) for name, value in pairs.items())


def _optional(keys: Plain, key: str, at: str) -> str | None:
    return _text(keys[key], f"{at}/{key}") if key in keys else None


def _text(plain: object, at: str) -> str:
    if not isinstance(plain, str):
        _refuse(at, "is not a string")
    return plain


def _filled(collection: T, at: str) -> T:
    if not collection:
        _refuse(at, "is present and empty")
    return collection


def _refuse(at: str, what: str) -> NoReturn:
    message = f"`{at}` {what}"
    raise ValueError(message)
