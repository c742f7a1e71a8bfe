"""What a sidecar or gateway does with plain manifests: a direct reading of Istio's rules, apart from the product's.

Sources: Istio `pilot/pkg/security/authz/{model,matcher,builder}`, `pilot/pkg/security/trustdomain`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from tests.property.declared import is_http
from tests.property.shop import Call
from ztdsl.traffic.mesh import Mesh

Document = dict[str, Any]
_HTTP_ONLY = ("hosts", "methods", "paths", "requestPrincipals")
_WILD = {"{*}": r"[A-Za-z0-9\-._~%!$&'()*+,;:@=]+", "{**}": r"[A-Za-z0-9\-._~%!$&'()*+,;:@=/]*"}


def verdict(documents: Sequence[Document], mesh: Mesh, call: Call) -> str:
    """`allow`, `deny`, or `unauthenticated` for a token that no issuer of the workload signed."""
    attached = [each for each in documents if _is_attached(each, mesh, call)]
    issuers = {
        rule["issuer"]
        for each in attached
        if each["kind"] == "RequestAuthentication"
        for rule in each["spec"]["jwtRules"]
    }
    token = call.token if is_http(call) and issuers else None
    if token is not None and token["iss"] not in issuers:
        return "unauthenticated"
    policies = [each for each in attached if each["kind"] == "AuthorizationPolicy" and not _is_dry(each)]
    by_action = {
        action: [each["spec"].get("rules", []) for each in policies if each["spec"]["action"] == action]
        for action in ("DENY", "ALLOW")
    }
    reading = _Reading(mesh, call, token)
    if any(reading.matches(rule, "DENY") for rules in by_action["DENY"] for rule in rules):
        return "deny"
    if not by_action["ALLOW"]:
        return "allow"
    return "allow" if any(reading.matches(rule, "ALLOW") for rules in by_action["ALLOW"] for rule in rules) else "deny"


def _is_dry(policy: Document) -> bool:
    return bool(policy["metadata"].get("annotations", {}).get("istio.io/dry-run") == "true")


def _is_attached(document: Document, mesh: Mesh, call: Call) -> bool:
    if document["metadata"]["namespace"] not in {call.to.namespace.name, mesh.root_namespace}:
        return False
    labels = dict(call.to.labels) if call.to.labels is not None else {"app": call.to.name}
    wanted = document["spec"].get("selector", {}).get("matchLabels", {})
    return all(labels.get(key) == value for key, value in wanted.items())


class _DroppedError(Exception):
    """A rule that Istio leaves out."""


class _Reading:
    """One call as one proxy sees it."""

    def __init__(self, mesh: Mesh, call: Call, token: Any) -> None:
        self._mesh, self._call, self._token = mesh, call, token
        self._is_http = is_http(call)
        self._identity = None if call.peer is None else "spiffe://{}/ns/{}/sa/{}".format(*call.peer)

    def matches(self, rule: Document, action: str) -> bool:
        try:
            sources = [self._all(each["source"], action) for each in rule.get("from", [])]
            operations = [self._all(each["operation"], action) for each in rule.get("to", [])]
            conditions = [self._condition(each, action) for each in rule.get("when", [])]
        except _DroppedError:
            return False
        return (not sources or any(sources)) and (not operations or any(operations)) and all(conditions)

    def _all(self, part: Document, action: str) -> bool:
        found = []
        for key, values in part.items():
            is_negative = key.startswith("not")
            name = key[3].lower() + key[4:] if is_negative else key
            if name in _HTTP_ONLY and not self._is_http:
                if action == "ALLOW":
                    raise _DroppedError
                continue
            found.append(any(self._field(name, value) for value in values) != is_negative)
        return all(found)

    def _field(self, name: str, value: str) -> bool:
        call = self._call
        match name:
            case "principals":
                return any(self._principal(each) for each in self._expanded(value))
            case "requestPrincipals":
                return self._request_principal(value)
            case "ipBlocks":
                return ip_address(call.source_ip) in ip_network(value)
            case "remoteIpBlocks":
                return ip_address(call.client_ip) in ip_network(value)
            case "ports":
                return str(call.port.container) == value
            case "methods":
                return _text(value, call.method)
            case "hosts":
                return _text(value.lower(), call.host.lower())
            case "paths":
                return _path(value, call.path.partition("?")[0])
        raise AssertionError(name)

    def _expanded(self, principal: str) -> set[str]:
        domain, _, rest = principal.partition("/")
        if principal.count("/") != 4 or domain == "*":
            return {principal}
        if domain in self._mesh.trust_domains or domain == "cluster.local":
            return {f"{each}/{rest}" for each in self._mesh.trust_domains}
        return {principal}

    def _principal(self, value: str) -> bool:
        if self._identity is None:
            return False
        if value == "*":
            return True
        if value.startswith("*"):
            return self._identity.endswith(value[1:])
        return _text(f"spiffe://{value}", self._identity)

    def _request_principal(self, value: str) -> bool:
        issuer, slash, subject = value.rpartition("/")
        assert slash
        assert not value.startswith("*")
        if self._token is None:
            return False
        return self._token.get("iss") == issuer and _text(subject, self._token.get("sub"))

    def _condition(self, condition: Document, action: str) -> bool:
        key = condition["key"]
        if key.startswith("request.") and not self._is_http:
            if action == "ALLOW":
                raise _DroppedError
            return True
        values, unwanted = condition.get("values", []), condition.get("notValues", [])
        fits = self._attribute(key)
        return (not values or any(map(fits, values))) and not any(map(fits, unwanted))

    def _attribute(self, key: str) -> Callable[[str], bool]:
        if key == "connection.sni":
            return lambda value: self._call.server_name != "" and _text(value, self._call.server_name)
        if key.startswith("request.headers["):
            name = key[len("request.headers[") : -1].lower()
            lines = [line for header, line in self._call.headers if header.lower() == name]
            return lambda value: bool(lines) if value == "*" else any(_text(value, line) for line in lines)
        claims = {"request.auth.audiences": ["aud"], "request.auth.presenter": ["azp"]}
        path = claims.get(key) or re.findall(r"\[([^\]]*)\]", key.removeprefix("request.auth.claims"))
        texts = _claim(path, self._token or {})
        return lambda value: any(_text(value, each) for each in texts)


def _claim(path: Sequence[str], value: Any) -> list[str]:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    if list(path) in (["scope"], ["permission"]) and isinstance(value, str):
        value = value.split(" ")
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _text(pattern: str, text: str | None) -> bool:
    if text is None:
        return False
    if pattern == "*":
        return text != ""
    if pattern.startswith("*"):
        return text.endswith(pattern[1:])
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def _path(pattern: str, path: str) -> bool:
    if "{*}" in pattern or "{**}" in pattern:
        pieces = re.split(r"(\{\*\*\}|\{\*\})", pattern)
        return re.fullmatch("".join(_WILD.get(piece) or re.escape(piece) for piece in pieces), path) is not None
    return _text(pattern, path)
