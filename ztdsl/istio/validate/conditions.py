"""Checks of `when`: which attributes there are, how their keys are written and what their values may be.

Istio recognises keys by prefix and takes several that it fails to translate later, where an ALLOW rule is lost and a
DENY rule gets wider; those are `C-AP-15`.
Source: Istio `pkg/config/security/security.go` (ValidateAttribute), `pilot/pkg/security/authz/model/model.go`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ztdsl.istio.validate.identities import (
    address_fault,
    free_text_fault,
    namespace_fault,
    principal_fault,
    request_principal_fault,
    service_account_fault,
    trust_domain_condition_fault,
)
from ztdsl.istio.validate.problem import Fault, Problem, Texts, anything
from ztdsl.istio.validate.requests import port_fault, server_name_fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.istio.kinds import Condition, Strings

MOST_SERVICE_ACCOUNTS: Final = 16
IDENTITY_KEYS: Final = ("source.namespace", "source.serviceAccount", "source.trustDomain", "source.principal")
TOKEN_KEYS: Final = "request.auth."  # noqa: S105 - the beginning of attribute names

_TOKEN: Final = r"[-!#$%&'*+.^_`|~0-9A-Za-z]+"  # noqa: S105 - RFC 9110's token
_BRACKETED: Final = (
    ("request.headers", re.compile(rf"request\.headers\[(?:{_TOKEN}|:authority|:method|:path)\]")),
    ("request.auth.claims", re.compile(r"request\.auth\.claims(?:\[[^\[\]]+\])+")),
    ("experimental.envoy.filters.", re.compile(r"experimental\.envoy\.filters\.[^\[\]]+\[[^\[\]]+\]")),
)
_REFUSED: Final = ("destination.namespace", "destination.name", "destination.user")


def _in_condition(check: Callable[[str], Fault | None]) -> Texts:
    """The check with what istiod refuses reported as a condition's."""

    def checked(text: str) -> Fault | None:
        fault = check(text)
        return fault._replace(rule="V-AP-19") if fault and fault.rule.startswith("V-") else fault

    return Texts(checked, "V-AP-19")


_FREE: Final = _in_condition(free_text_fault)
_ANYTHING: Final = _in_condition(anything)
_ADDRESSES: Final = _in_condition(address_fault)
_VALUES: Final = {
    "source.ip": _ADDRESSES,
    "remote.ip": _ADDRESSES,
    "destination.ip": _ADDRESSES,
    "destination.port": _in_condition(port_fault),
    "source.serviceAccount": _in_condition(service_account_fault),
    "source.trustDomain": _in_condition(trust_domain_condition_fault),
    "source.namespace": _in_condition(namespace_fault),
    "source.principal": _in_condition(principal_fault),
    "request.auth.principal": _in_condition(request_principal_fault),
    "request.auth.audiences": _FREE,
    "request.auth.presenter": _FREE,
    "connection.sni": _in_condition(server_name_fault),
}


def check_condition(condition: Condition, at: str, found: list[Problem]) -> None:
    """Add the problems of the condition at the pointer `at`."""
    fault, texts = _attribute(condition.key)
    if fault is not None:
        found.append(Problem(fault.rule, fault.severity, f"{at}/key", fault.message))
    if not condition.values and not condition.not_values:
        found.append(Problem("V-AP-18", "error", at, f"condition `{condition.key}` has neither values nor notValues"))
    _check_values(condition.key, texts, condition.values, f"{at}/values", found)
    if condition.not_values:
        _check_values(condition.key, texts, condition.not_values, f"{at}/notValues", found)
        if condition.values and set(condition.not_values).issuperset(condition.values):
            message = f"condition `{condition.key}` never holds: each of its values stands in notValues, too"
            found.append(Problem("C-AP-13", "error", f"{at}/values", message))


def _check_values(key: str, texts: Texts, values: Strings, at: str, found: list[Problem]) -> None:
    if not texts.fine.issuperset(values):
        texts.report(values, at, found)
    if len(values) > MOST_SERVICE_ACCOUNTS and key == "source.serviceAccount":
        message = f"{len(values)} service accounts are more than {MOST_SERVICE_ACCOUNTS}"
        found.append(Problem("V-AP-19", "error", at, message))


@lru_cache(1 << 16)
def _attribute(key: str) -> tuple[Fault | None, Texts]:
    """What is wrong with a key, and how its values are checked."""
    if not key:
        return Fault("V-AP-17", "a condition has no key"), _ANYTHING
    for prefix, grammar in _BRACKETED:
        if key.startswith(prefix):
            return _bracket_fault(key, grammar), _ANYTHING if prefix.startswith("experimental") else _FREE
    if key in _REFUSED or key.startswith("destination.labels"):
        return Fault("V-AP-19", f"condition key `{key}` is no longer supported"), _ANYTHING
    if key in _VALUES:
        return None, _VALUES[key]
    return Fault("V-AP-19", f"condition key `{key}` is unknown"), _ANYTHING


def _bracket_fault(key: str, grammar: re.Pattern[str]) -> Fault | None:
    if grammar.fullmatch(key):
        return None
    opening = key.find("[")
    if opening > 0 and key.endswith("]") and len(key) - opening > len("[]"):
        return Fault("C-AP-15", f"condition key `{key}` is not written as Istio translates it")
    return Fault("V-AP-19", f"condition key `{key}` lacks its name in brackets")
