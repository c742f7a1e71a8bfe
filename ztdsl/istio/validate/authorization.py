"""Checks of AuthorizationPolicies: the action with what it needs, the number of rules, what a DENY does to TCP.

Sources: Istio `pkg/config/validation/validation.go` (ValidateAuthorizationPolicy),
`manifests/charts/base/files/crd-all.gen.yaml`.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from ztdsl.istio.kinds import SOURCE_FIELDS
from ztdsl.istio.validate.attachment import check_attachment
from ztdsl.istio.validate.conditions import IDENTITY_KEYS, TOKEN_KEYS
from ztdsl.istio.validate.problem import Problem
from ztdsl.istio.validate.rules import check_rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.istio.kinds import AuthorizationPolicy, Rule, Strings

MOST_RULES: Final = 512
_FEW: Final = 4

_ACTIONS: Final = frozenset({"ALLOW", "DENY", "AUDIT", "CUSTOM"})
_IDENTITY_FIELDS: Final = tuple(pair for pair in SOURCE_FIELDS if not pair[0].endswith("ip_blocks"))
_NO_TCP_FIELDS: Final = ("request_principals", "not_request_principals", "trust_domains", "not_trust_domains")
_tcp_values: Final[Callable[[Any], tuple[Strings, ...]]] = attrgetter(
    *(field for field, _ in SOURCE_FIELDS if field not in _NO_TCP_FIELDS)
)


def check_authorization(policy: AuthorizationPolicy, found: list[Problem]) -> None:
    """Add the problems of the policy's spec."""
    check_attachment(policy.selector, policy.target_refs, found)
    _check_action(policy, found)
    rules = policy.rules
    if len(rules) > MOST_RULES:
        found.append(Problem("V-AP-21", "error", "/spec/rules", f"{len(rules)} rules are more than {MOST_RULES}"))
    for index, rule in enumerate(rules):
        check_rule(rule, f"/spec/rules/{index}", found)
    if len(rules) > 1 and _may_repeat(rules):
        _check_repetition(rules, found)


def _may_repeat(rules: tuple[Rule, ...]) -> bool:
    """Whether a rule could repeat another: few rules are compared in pairs, which is cheaper than their hashes."""
    if len(rules) > _FEW:
        return len(set(rules)) < len(rules)
    return any(rule == other for index, rule in enumerate(rules) for other in rules[:index])


def _check_action(policy: AuthorizationPolicy, found: list[Problem]) -> None:
    action = policy.action
    if action not in _ACTIONS:
        found.append(Problem("V-AP-21", "error", "/spec/action", f"`{action}` is not an action"))
        return
    if action == "CUSTOM":
        _check_custom(policy, found)
    elif policy.provider is not None:
        message = f"action `{action}` has a provider, which only `CUSTOM` takes"
        found.append(Problem("V-AP-5", "error", "/spec/provider", message))
    if action == "DENY":
        if not policy.rules:
            found.append(Problem("V-AP-6", "error", "/spec", "a DENY policy has no rules"))
        for index, rule in enumerate(policy.rules):
            _check_tcp(rule, f"/spec/rules/{index}", found)


def _check_custom(policy: AuthorizationPolicy, found: list[Problem]) -> None:
    if not policy.rules:
        found.append(Problem("V-AP-1", "error", "/spec", "a CUSTOM policy has no rules"))
    elif not policy.provider:
        found.append(Problem("V-AP-2", "error", "/spec", "a CUSTOM policy names no provider"))
    for index, rule in enumerate(policy.rules):
        at = f"/spec/rules/{index}"
        for place, source in enumerate(rule.sources):
            for field, key in _IDENTITY_FIELDS:
                if getattr(source, field):
                    message = f"a CUSTOM policy tests `{key}`, which is decided only after the provider"
                    found.append(Problem("V-AP-3", "error", f"{at}/from/{place}/source/{key}", message))
        for place, condition in enumerate(rule.conditions):
            if condition.key in IDENTITY_KEYS or condition.key.startswith(TOKEN_KEYS):
                message = f"a CUSTOM policy tests `{condition.key}`, which is decided only after the provider"
                found.append(Problem("V-AP-4", "error", f"{at}/when/{place}/key", message))


def _check_tcp(rule: Rule, at: str, found: list[Problem]) -> None:
    """Istio's own test for rules that deny all TCP; it overlooks HTTP-only conditions and blames trust domains."""
    if rule.operations:
        http_only = not any(operation.ports or operation.not_ports for operation in rule.operations)
    else:
        http_only = bool(rule.sources) and not any(any(_tcp_values(source)) for source in rule.sources)
    if http_only:
        message = "a DENY rule has only HTTP attributes, so that it denies all TCP traffic"
        found.append(Problem("V-AP-20", "warning", at, message))


def _check_repetition(rules: tuple[Rule, ...], found: list[Problem]) -> None:
    seen: dict[Rule, int] = {}
    for index, rule in enumerate(rules):
        first = seen.setdefault(rule, index)
        if first != index:
            message = f"the rule repeats rule {first}"
            found.append(Problem("C-AP-14", "warning", f"/spec/rules/{index}", message))
