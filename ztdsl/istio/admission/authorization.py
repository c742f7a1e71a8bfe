"""What istiod's webhook says of an AuthorizationPolicy, and of one of its rules.

Source: Istio `pkg/config/validation/validation.go` (ValidateAuthorizationPolicy).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ztdsl.istio.admission.attachment import check_attachment
from ztdsl.istio.admission.values import (
    BRACKETED,
    REPLACED,
    REPLACED_PREFIX,
    VALUES,
    address_problem,
    anything,
    bracket_problem,
    path_problem,
    port_problem,
    service_account_problem,
    trust_domain_problem,
)
from ztdsl.istio.kinds import OPERATION_FIELDS, SOURCE_FIELDS
from ztdsl.istio.validate.conditions import IDENTITY_KEYS, MOST_SERVICE_ACCOUNTS, TOKEN_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ztdsl.istio.admission.findings import Findings
    from ztdsl.istio.admission.records import Plain

_CHECKS: Final[dict[str, tuple[str, Callable[[str], str | None]]]] = {
    "service_accounts": ("V-AP-14", service_account_problem),
    "trust_domains": ("V-AP-15", trust_domain_problem),
    "ip_blocks": ("V-AP-12", address_problem),
    "remote_ip_blocks": ("V-AP-12", address_problem),
    "ports": ("V-AP-13", port_problem),
    "paths": ("V-AP-16", path_problem),
}
_FREE: Final = ("V-AP-11", anything)
_FIELDS: Final = {
    key: _CHECKS.get(field.removeprefix("not_"), _FREE) for field, key in (*SOURCE_FIELDS, *OPERATION_FIELDS)
}
_IDENTITIES: Final = tuple(key for field, key in SOURCE_FIELDS if not field.endswith("ip_blocks"))
_NO_TCP_FIELDS: Final = ("request_principals", "not_request_principals", "trust_domains", "not_trust_domains")
_TCP_FIELDS: Final = tuple(key for field, key in SOURCE_FIELDS if field not in _NO_TCP_FIELDS)
_ACCOUNTS: Final = ("serviceAccounts", "notServiceAccounts")
_NOT_WITH_ACCOUNTS: Final = ("principals", "notPrincipals", "namespaces", "notNamespaces")
_PORTS: Final = ("ports", "notPorts")


def check_authorization(spec: Plain, found: Findings) -> None:
    """Add what is wrong with the policy; `spec` is as istiod decodes it."""
    check_attachment(spec, found)
    action, rules = spec.get("action", "ALLOW"), spec.get("rules", [])
    if action == "CUSTOM":
        _check_custom(spec, rules, found)
    elif "provider" in spec:
        found.error("V-AP-5", "/spec/provider", f"action `{action}` has a provider, which only `CUSTOM` takes")
    if action == "DENY" and not rules:
        found.error("V-AP-6", "/spec", "a DENY policy has no rules")
    for index, rule in enumerate(rules):
        at = f"/spec/rules/{index}"
        _check_rule(rule, at, found)
        if action == "DENY" and _is_http_only(rule):
            message = "a DENY rule has only HTTP attributes, so that it denies all TCP traffic"
            found.warning("V-AP-20", at, message)


def _check_custom(spec: Plain, rules: list[Plain], found: Findings) -> None:
    if not rules:
        found.error("V-AP-1", "/spec", "a CUSTOM policy has no rules")
    elif not spec.get("provider", {}).get("name"):
        found.error("V-AP-2", "/spec", "a CUSTOM policy names no provider")
    for index, rule in enumerate(rules):
        for rule_id, end, tested in _identity_tests(rule):
            message = f"a CUSTOM policy tests `{tested}`, which is decided only after the provider"
            found.error(rule_id, f"/spec/rules/{index}/{end}", message)


def _identity_tests(rule: Plain) -> Iterator[tuple[str, str, str]]:
    """What a rule tests of an identity: the rule that this breaks, a pointer below the rule, the name."""
    for index, caller in enumerate(rule.get("from", ())):
        source = caller.get("source", {})
        for name in _IDENTITIES:
            if source.get(name):
                yield "V-AP-3", f"from/{index}/source/{name}", name
    for index, condition in enumerate(rule.get("when", ())):
        key = condition.get("key", "")
        if key in IDENTITY_KEYS or key.startswith(TOKEN_KEYS):
            yield "V-AP-4", f"when/{index}/key", key


def _check_rule(rule: Plain, at: str, found: Findings) -> None:
    for index, caller in enumerate(rule.get("from", ())):
        _check_member(caller, "source", f"{at}/from/{index}", found)
    for index, target in enumerate(rule.get("to", ())):
        _check_member(target, "operation", f"{at}/to/{index}", found)
    for index, condition in enumerate(rule.get("when", ())):
        _check_condition(condition, f"{at}/when/{index}", found)


def _check_member(owner: Plain, name: str, at: str, found: Findings) -> None:
    """Check a source or an operation."""
    if name not in owner:
        found.error("V-AP-8", at, f"`{name}` is missing")
        return
    at = f"{at}/{name}"
    member = owner[name]
    if not any(member.values()):
        found.error("V-AP-9", at, f"the {name} has no field")
    for key, texts in member.items():
        rule, check = _FIELDS[key]
        found.texts(rule, texts, f"{at}/{key}", check)
        if key in _ACCOUNTS:
            _check_count(texts, rule, f"{at}/{key}", found)
    if _any(member, _ACCOUNTS) and _any(member, _NOT_WITH_ACCOUNTS):
        found.error("V-AP-10", at, "a source has service accounts beside principals or namespaces")


def _check_count(accounts: list[str], rule: str, at: str, found: Findings) -> None:
    if len(accounts) > MOST_SERVICE_ACCOUNTS:
        found.error(rule, at, f"{len(accounts)} service accounts are more than {MOST_SERVICE_ACCOUNTS}")


def _any(fields: Plain, names: tuple[str, ...]) -> bool:
    return any(fields.get(name) for name in names)


def _check_condition(condition: dict[str, Any], at: str, found: Findings) -> None:
    key = condition.get("key", "")
    if not key:
        found.error("V-AP-17", at, "a condition has no key")
        return
    if not condition.get("values") and not condition.get("notValues"):
        found.error("V-AP-18", at, f"condition `{key}` has neither values nor notValues")
        return
    problem, check = _attribute(key)
    if problem:
        found.error("V-AP-19", f"{at}/key", problem)
    for name in ("values", "notValues"):
        texts = condition.get(name, [])
        found.texts("V-AP-19", texts, f"{at}/{name}", check)
        if key == "source.serviceAccount":
            _check_count(texts, "V-AP-19", f"{at}/{name}", found)


def _attribute(key: str) -> tuple[str | None, Callable[[str], str | None]]:
    """What is wrong with a condition's key, and the check of its values; keys are known by how they begin."""
    if key.startswith(BRACKETED):
        return bracket_problem(key), anything
    if key in REPLACED or key.startswith(REPLACED_PREFIX):
        return f"condition key `{key}` is no longer supported", anything
    if key in VALUES:
        return None, VALUES[key]
    return f"condition key `{key}` is unknown", anything


def _is_http_only(rule: Plain) -> bool:
    """Istio's own test for rules that deny all TCP; it overlooks conditions and blames trust domains."""
    operations = [target["operation"] for target in rule.get("to", ()) if "operation" in target]
    if operations:
        return not any(_any(operation, _PORTS) for operation in operations)
    sources = [caller["source"] for caller in rule.get("from", ()) if "source" in caller]
    return bool(sources) and not any(_any(source, _TCP_FIELDS) for source in sources)
