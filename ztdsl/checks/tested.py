"""Every list of values that AuthorizationPolicies test, under one name for a field and its condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.istio.kinds import OPERATION_FIELDS, SOURCE_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.istio.kinds import AuthorizationPolicy, Condition, Operation, Rule, Source

PEER: Final = frozenset({"principals", "namespaces", "serviceAccounts", "trustDomains"})
"""Attributes of the peer's certificate: absent in plaintext."""
TOKEN: Final = frozenset({"requestPrincipals", "audiences", "presenter", "claims"})
"""Attributes of the end user's token: absent without one."""
HTTP: Final = TOKEN | {"hosts", "methods", "paths", "headers"}
"""Attributes that byte-level filters cannot see (Istio `pilot/pkg/security/authz/model/generator.go`)."""

_KEYS: Final = {
    "source.ip": "ipBlocks",
    "remote.ip": "remoteIpBlocks",
    "source.namespace": "namespaces",
    "source.serviceAccount": "serviceAccounts",
    "source.principal": "principals",
    "source.trustDomain": "trustDomains",
    "request.auth.principal": "requestPrincipals",
    "request.auth.audiences": "audiences",
    "request.auth.presenter": "presenter",
    "destination.ip": "destinationIps",
    "destination.port": "ports",
    "connection.sni": "sni",
}
_HEADERS: Final = "request.headers["
_CLAIMS: Final = "request.auth.claims["
_METADATA: Final = "experimental.envoy.filters."


class Tested(NamedTuple):
    """One list of values of one rule.

    Attributes:
        document: the index of the policy's document.
        policy: the policy.
        rule: the index of the rule.
        pointer: where the list stands.
        attribute: the name of the field without `not`, also for a condition; `headers`, `claims`, `metadata` and
            `unknown` for conditions that no field has.
        name: the field or the key as it is written.
        detail: what stands between the brackets of the key; empty for others.
        values: the list.
        is_negative: whether none of the values may match.
    """

    document: int
    policy: AuthorizationPolicy
    rule: int
    pointer: str
    attribute: str
    name: str
    detail: str
    values: tuple[str, ...]
    is_negative: bool

    @property
    def opens(self) -> bool:
        """Whether a value that matches less than it seems to lets more requests in."""
        return self.is_negative if self.policy.action == "ALLOW" else not self.is_negative


def attribute_of(key: str) -> tuple[str, str]:
    """What a condition's key tests, and what stands between its brackets."""
    known = _KEYS.get(key)
    if known is not None:
        return known, ""
    if key.startswith(_HEADERS) and key.endswith("]"):
        return "headers", key[len(_HEADERS) : -1]
    if key.startswith(_CLAIMS) and key.endswith("]"):
        return "claims", key[len(_CLAIMS) : -1]
    return ("metadata" if key.startswith(_METADATA) else "unknown"), ""


def lists_of(document: int, policy: AuthorizationPolicy) -> Iterator[Tested]:
    """The lists of a policy, in the order in which they are written."""
    for number, rule in enumerate(policy.rules):
        at = f"/spec/rules/{number}"
        for index, source in enumerate(rule.sources):
            yield from _fields(document, policy, number, f"{at}/from/{index}/source", source, SOURCE_FIELDS)
        for index, operation in enumerate(rule.operations):
            yield from _fields(document, policy, number, f"{at}/to/{index}/operation", operation, OPERATION_FIELDS)
        for index, condition in enumerate(rule.conditions):
            yield from _condition(document, policy, number, f"{at}/when/{index}", condition)


def _fields(
    document: int,
    policy: AuthorizationPolicy,
    rule: int,
    at: str,
    part: Source | Operation,
    fields: tuple[tuple[str, str], ...],
) -> Iterator[Tested]:
    for index, (field, name) in enumerate(fields):
        values = getattr(part, field)
        if values:
            is_negative = index % 2 == 1  # twins are neighbours
            attribute = fields[index - 1][1] if is_negative else name
            yield Tested(document, policy, rule, f"{at}/{name}", attribute, name, "", values, is_negative)


def _condition(
    document: int, policy: AuthorizationPolicy, rule: int, at: str, condition: Condition
) -> Iterator[Tested]:
    attribute, detail = attribute_of(condition.key)
    for values, name, is_negative in ((condition.values, "values", False), (condition.not_values, "notValues", True)):
        if values:
            yield Tested(document, policy, rule, f"{at}/{name}", attribute, condition.key, detail, values, is_negative)


def attributes_of(rule: Rule) -> tuple[frozenset[str], frozenset[str]]:
    """What a rule tests anywhere, positively and negatively."""
    positive: set[str] = set()
    negative: set[str] = set()
    parts: tuple[tuple[tuple[Source | Operation, ...], tuple[tuple[str, str], ...]], ...] = (
        (rule.sources, SOURCE_FIELDS),
        (rule.operations, OPERATION_FIELDS),
    )
    for members, fields in parts:
        for member in members:
            for index, (field, name) in enumerate(fields):
                if getattr(member, field):
                    (negative.add(fields[index - 1][1]) if index % 2 else positive.add(name))
    for condition in rule.conditions:
        attribute, _ = attribute_of(condition.key)
        if condition.values:
            positive.add(attribute)
        if condition.not_values:
            negative.add(attribute)
    return frozenset(positive), frozenset(negative)
