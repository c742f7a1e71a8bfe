"""One form for all objects that mean the same field by field.

A cluster gives back what it was given, plus what the API server writes, in whichever version was asked for; people
write lists in any order and leave defaults out or in. None of that is a difference. The order of rules is kept: it
decides which rule an answer names. Sources: Istio `manifests/charts/base/files/crd-all.gen.yaml`, istio/api
`security/v1beta1/*.proto`, `pkg/config/security/security.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ztdsl.diff.access_logs import LOGGING, LOGS, PROVIDERS, access_log, may_be_reordered, selects_all
from ztdsl.istio.kinds import API_VERSION, DRY_RUN_ANNOTATION, OPERATION_FIELDS, SOURCE_FIELDS
from ztdsl.istio.telemetry import TELEMETRY_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Plain = dict[str, Any]

VALUES: Final = frozenset(
    {key for _, key in (*SOURCE_FIELDS, *OPERATION_FIELDS)}
    | {"values", "notValues", "audiences", "spaceDelimitedClaims"}
)
"""Lists of which any value will do, so that their order and repetitions say nothing."""
CHOICES: Final = frozenset({"from", "to", "when", "targetRefs", PROVIDERS})
"""Lists of objects whose order says nothing."""
_SPEC_ORDER: Final = (
    "selector",
    "targetRefs",
    "mtls",
    "portLevelMtls",
    "jwtRules",
    "action",
    "provider",
    "rules",
    LOGS,
)
_USERS_KEYS: Final = "matchLabels"
_RANKS: Final = {
    key: rank
    for rank, key in enumerate(
        (
            *_SPEC_ORDER,
            *("from", "to", "when", *(key for _, key in (*SOURCE_FIELDS, *OPERATION_FIELDS))),
            *("key", "values", "notValues", "issuer", "audiences", "jwksUri", "jwks"),
            *("fromHeaders", "fromParams", "fromCookies", "outputPayloadToHeader", "outputClaimToHeaders"),
            *("header", "claim", "forwardOriginalToken", "spaceDelimitedClaims"),
            *(
                "group",
                "kind",
                "namespace",
                "name",
                "prefix",
                PROVIDERS,
                "match",
                "mode",
                "disabled",
                "filter",
                "expression",
            ),
        )
    )
}
_SET_BY_TOOLS: Final = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})
_TRUE: Final = frozenset({"1", "t", "T", "true", "TRUE", "True"})  # strconv.ParseBool
_KEY_SET_TIMEOUT: Final = "5s"


def normal_form(plain: Plain) -> Plain:
    """The object in one form, equal for exactly those objects that mean the same field by field.

    Keys come in the order in which `ztc build` writes them. `plain` is left as it is, and the result shares its parts.
    """
    return in_order(canonical(plain))


def in_order(full: Plain) -> Plain:
    """The normal form of an object in canonical form."""
    return {**full, "spec": _laid_out(ordered(full["spec"]))}


def _laid_out(value: Any, key: str = "") -> Any:  # noqa: ANN401 - what an object holds
    """The value with the keys of each mapping in the order of `ztc build`; a server gives them in that of letters.

    Keys that are the user's own, and those of no version of ours, are in the order of letters, behind all others.
    """
    if isinstance(value, list):
        return [_laid_out(each) for each in value]
    if not isinstance(value, dict):
        return value
    ranks = {} if key == _USERS_KEYS else _RANKS
    names = sorted(value, key=lambda name: (ranks.get(name, len(_RANKS)), str(name)))
    return {name: _laid_out(value[name], name) for name in names}


def canonical(plain: Plain) -> Plain:
    """The object without what its form alone adds; every list keeps its length and its order.

    Defaults, `null` and empty lists are left out, a `targetRef` is the only one of `targetRefs`, what the API server
    writes into an object is gone. A pointer into a list of the result is one into that list of `plain`.
    """
    metadata = _object(plain.get("metadata"))
    kept: Plain = {"name": metadata.get("name"), "namespace": metadata.get("namespace")}
    if labels := _object(metadata.get("labels")):
        kept["labels"] = {key: labels[key] for key in sorted(labels)}
    if annotations := _annotations(_object(metadata.get("annotations"))):
        kept["annotations"] = annotations
    spec = _object(plain.get("spec"))
    kind = plain.get("kind")
    version = TELEMETRY_VERSION if kind == LOGGING else API_VERSION
    return {"apiVersion": version, "kind": kind, "metadata": kept, "spec": _spec(str(kind), spec)}


def entry_key(entry: object) -> str:
    """A text that is equal for equal entries of a list and sorts them the same way always."""
    return repr(_sorted_items(entry))


def _annotations(given: Plain) -> Plain:
    kept: Plain = {}
    for key in sorted(given):
        if key == DRY_RUN_ANNOTATION:
            if given[key] in _TRUE:
                kept[key] = "true"
        elif key not in _SET_BY_TOOLS:
            kept[key] = given[key]
    return kept


def _spec(kind: str, spec: Plain) -> Plain:
    found: Plain = {key: spec[key] for key in _SPEC_ORDER if key in spec}
    found.update({key: value for key, value in spec.items() if key not in found})  # what no version of ours knows
    single = found.pop("targetRef", None)
    if single is not None and not found.get("targetRefs"):
        found["targetRefs"] = [single]
    if "portLevelMtls" in found:
        found["portLevelMtls"] = _ports(_object(found["portLevelMtls"])) or None
    if kind == LOGGING and selects_all(found.get("selector")):
        del found["selector"]
    made = {key: _field(key, value) for key, value in found.items() if value not in _EMPTY}
    if kind == "AuthorizationPolicy":
        made.setdefault("action", "ALLOW")
        made = {key: made[key] for key in sorted(made, key=_place)}
    if made.get("mtls") in ({}, {"mode": "UNSET"}):
        del made["mtls"]
    return made


def _ports(ports: Plain) -> Plain:
    """The mode of each port; one of `null` is none."""
    return {
        str(port): {"mode": "UNSET", **_clean(ports[port])}
        for port in sorted(ports, key=str)
        if ports[port] is not None
    }


_EMPTY: Final[tuple[Any, ...]] = (None, [], "")


def _place(key: str) -> int:
    return _SPEC_ORDER.index(key) if key in _SPEC_ORDER else len(_SPEC_ORDER)


def _field(key: str, value: Any) -> Any:  # noqa: ANN401 - what an object holds
    read = _READERS.get(key)
    if read is not None and isinstance(value, list):
        return [read(item) for item in value]
    if key == "selector":  # an empty one of each form is something of its own to ztunnel
        return value
    return _clean(value) if isinstance(value, dict) else value


def _rule(rule: Any) -> Any:  # noqa: ANN401 - as above
    if not isinstance(rule, dict):
        return rule
    found = _clean(rule)
    for key in ("from", "to"):
        if key in found and isinstance(found[key], list):
            found[key] = [_wrapped(item) for item in found[key]]
    if isinstance(found.get("when"), list):
        found["when"] = [_clean(item) for item in found["when"]]
    return {key: found[key] for key in ("from", "to", "when") if key in found} | found


def _wrapped(item: Any) -> Any:  # noqa: ANN401 - as above
    """A `from` or `to` of a rule: what it wraps loses its empty lists; that it is there still counts."""
    if not isinstance(item, dict):
        return item
    return {key: _clean(value) for key, value in item.items() if value is not None}


def _jwt_rule(rule: Any) -> Any:  # noqa: ANN401 - as above
    if not isinstance(rule, dict):
        return rule
    found = _clean({("jwksUri" if key == "jwks_uri" else key): value for key, value in rule.items()})
    for key in ("fromHeaders", "outputClaimToHeaders"):
        if isinstance(found.get(key), list):
            found[key] = [_clean(item) for item in found[key]]
    if found.get("forwardOriginalToken") is False:
        del found["forwardOriginalToken"]
    if found.get("timeout") == _KEY_SET_TIMEOUT:
        del found["timeout"]
    return found


def _clean(value: Any) -> Any:  # noqa: ANN401 - as above
    """A mapping without fields that are empty or `null`, which istiod cannot tell from absent ones."""
    if not isinstance(value, dict):
        return {} if value is None else value
    return {key: inner for key, inner in value.items() if inner is not None and inner not in ([], "")}


_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "rules": _rule,
    "jwtRules": _jwt_rule,
    "targetRefs": _clean,
    LOGS: access_log,
}


def ordered(value: Any, key: str = "") -> Any:  # noqa: ANN401 - as above
    """The value with every list in one order whose order says nothing."""
    if isinstance(value, dict):
        return {name: ordered(inner, name) for name, inner in value.items()}
    if not isinstance(value, list):
        return value
    if key in VALUES:
        return _distinct(value)
    items = [ordered(item) for item in value]
    if key == LOGS and may_be_reordered(items):
        return [*sorted(items[:-1], key=entry_key), *items[-1:]]
    return sorted(items, key=entry_key) if key in CHOICES and len(items) > 1 else items


def _distinct(values: Iterable[Any]) -> list[Any]:
    texts = list(values)
    try:
        return sorted(set(texts))
    except TypeError:  # values that no cluster takes
        return sorted(texts, key=repr)


def _sorted_items(value: Any) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, dict):
        return [(key, _sorted_items(value[key])) for key in sorted(value, key=str)]
    return [_sorted_items(item) for item in value] if isinstance(value, list) else value


def _object(value: Any) -> Plain:  # noqa: ANN401 - as above
    return value if isinstance(value, dict) else {}
