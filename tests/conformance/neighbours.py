"""Every value of `spec_values` alone in an otherwise good object: no other fault hides what a gate says of it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance import spec_values as values
from tests.conformance.specs import Plain, twin


def neighbours() -> Iterator[Plain]:
    """One object for each value of `spec_values`, in which that value is the only one that can be wrong."""
    for field, texts in values.FIELD_VALUES.items():
        holder = ("from", "source") if field in values.SOURCE_FIELDS else ("to", "operation")
        for name in (field, twin(field)):
            yield from (_alone("rules", {holder[0]: [{holder[1]: {name: [text]}}]}) for text in texts)
    for key in values.CONDITION_KEYS:
        yield from (_alone("rules", {"when": [{"key": key, "values": [text]}]}) for text in ("a", ""))
        yield from (
            _alone("rules", {"when": [{"key": key, "notValues": [text]}]})
            for text in values.CONDITION_VALUES.get(key, ())
        )
    for name, texts in (("jwksUri", values.URIS), ("jwks_uri", values.URIS), ("timeout", values.TIMEOUTS)):
        yield from (_alone("jwtRules", {"issuer": "a", name: text}) for text in texts)
    for header in values.HEADERS:
        yield _alone("jwtRules", {"issuer": "a", "fromHeaders": [{"name": header}]})
        yield _alone("jwtRules", {"issuer": "a", "outputClaimToHeaders": [{"header": header, "claim": "a"}]})
    for name in ("audiences", "fromParams", "fromCookies", "spaceDelimitedClaims"):
        yield from (_alone("jwtRules", {"issuer": "a", name: [text]}) for text in values.CLAIMS)
    yield from (_alone("jwtRules", {"issuer": text}) for text in values.ISSUERS)
    yield from _neighbours_of_targets()
    yield from _neighbours_of_null()
    for port in values.LEVEL_PORTS:
        modes = {port: {"mode": "STRICT"}}
        yield _whole("PeerAuthentication", {"selector": {"matchLabels": {"a": "b"}}, "portLevelMtls": modes})
        yield _whole("PeerAuthentication", {"portLevelMtls": modes})
    for mode in values.MODES:
        yield _whole("PeerAuthentication", {"mtls": {"mode": mode}})


def _neighbours_of_targets() -> Iterator[Plain]:
    targets = [
        *({"group": group, "kind": kind, "name": "a"} for group in values.GROUPS for kind in values.KINDS),
        *({"kind": "Service", "name": name} for name in values.TARGET_NAMES),
        *({"kind": "Service", "name": "a", "namespace": namespace} for namespace in ("", "b")),
    ]
    yield from (_whole("AuthorizationPolicy", {"targetRefs": [target]}) for target in targets)
    selectors = [
        *({key: "a"} for key in values.LABELS),
        *({"app": value} for value in values.LABEL_VALUES),
    ]
    yield from (_whole("RequestAuthentication", {"selector": {"matchLabels": labels}}) for labels in selectors)


def _neighbours_of_null() -> Iterator[Plain]:
    """Fields, entries and items of null, of which an API server drops some and refuses others."""
    selected: Plain = {"matchLabels": {"a": "b"}}
    yield from (
        _whole("AuthorizationPolicy", plain)
        for plain in (
            None,
            {"selector": None, "action": None, "rules": None},
            {"selector": {"matchLabels": None}},
            {"selector": {"matchLabels": {"a": None}}},
            {"selector": {"matchLabels": {"a*": None}}},
            {"targetRefs": [{"kind": "Service", "name": None}]},
            {"rules": [{"from": None, "to": [{"operation": None}], "when": [{"key": None}]}]},
            {"rules": [{"when": [{"key": "source.ip", "values": None}]}]},
            {"rules": [{"from": [None]}]},
            {"rules": [{"to": [{"operation": {"paths": [None]}}]}]},
            {"action": "DENY", "rules": [{"unknown": None}]},
        )
    )
    yield from (
        _whole("PeerAuthentication", plain)
        for plain in (
            {"mtls": None},
            {"mtls": {"mode": None}},
            {"portLevelMtls": None},
            {"selector": selected, "portLevelMtls": {"80": None}},
            {"selector": selected, "portLevelMtls": {"80": None, "81": {}}},
            {"selector": selected, "portLevelMtls": {"0": None, "81": {"mode": None}}},
        )
    )
    for name in ("issuer", "jwks", "jwksUri", "fromHeaders", "timeout", "forwardOriginalToken"):
        yield _alone("jwtRules", {"issuer": "a", name: None})


def _alone(field: str, item: Plain) -> Plain:
    kind = "RequestAuthentication" if field == "jwtRules" else "AuthorizationPolicy"
    return _whole(kind, {field: [item]})


def _whole(kind: str, plain: Plain | None) -> Plain:
    metadata = {"name": "a", "namespace": "b"}
    return {"apiVersion": "security.istio.io/v1", "kind": kind, "metadata": metadata, "spec": plain}
