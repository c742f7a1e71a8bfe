"""Checks of one rule of an AuthorizationPolicy: its sources, operations and conditions.

Sources: Istio `pkg/config/validation/validation.go` (ValidateAuthorizationPolicy),
`manifests/charts/base/files/crd-all.gen.yaml`.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from ztdsl.istio.kinds import OPERATION_FIELDS, SOURCE_FIELDS
from ztdsl.istio.validate.conditions import MOST_SERVICE_ACCOUNTS, check_condition
from ztdsl.istio.validate.identities import (
    address_fault,
    namespace_fault,
    principal_fault,
    request_principal_fault,
    service_account_fault,
    trust_domain_fault,
)
from ztdsl.istio.validate.problem import Problem, Texts
from ztdsl.istio.validate.requests import host_fault, method_fault, path_fault, port_fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.istio.kinds import Operation, Rule, Source, Strings

MOST_SOURCES: Final = 512

_ADDRESSES: Final = Texts(address_fault)
_TEXTS: Final = {
    "principals": Texts(principal_fault),
    "request_principals": Texts(request_principal_fault),
    "namespaces": Texts(namespace_fault),
    "service_accounts": Texts(service_account_fault),
    "trust_domains": Texts(trust_domain_fault),
    "ip_blocks": _ADDRESSES,
    "remote_ip_blocks": _ADDRESSES,
    "hosts": Texts(host_fault),
    "ports": Texts(port_fault),
    "methods": Texts(method_fault),
    "paths": Texts(path_fault),
}


class _Fields:
    """The fields of sources or of operations: how to get their values and how to check them."""

    __slots__ = ("_checks", "_empty_message", "_values")

    def __init__(self, fields: tuple[tuple[str, str], ...], empty_message: str) -> None:
        self._values: Callable[[Any], tuple[Strings, ...]] = attrgetter(*(field for field, _ in fields))
        self._checks = tuple((key, _TEXTS[field.removeprefix("not_")]) for field, key in fields)
        self._empty_message = empty_message

    def check(self, owner: Source | Operation, at: str, found: list[Problem]) -> None:
        """Add the problems of all values; a field and its negated twin are neighbours."""
        all_values = self._values(owner)
        for index, values in enumerate(all_values):
            if not values:
                continue  # most fields of most rules
            key, texts = self._checks[index]
            if not texts.fine.issuperset(values):
                texts.report(values, f"{at}/{key}", found)
            if key.startswith("not") and (twin := all_values[index - 1]) and set(values).issuperset(twin):
                found.append(_contradiction(key, at))
        if not any(all_values):
            found.append(Problem("V-AP-9", "error", at, self._empty_message))


_SOURCE: Final = _Fields(SOURCE_FIELDS, "a source has no field")
_OPERATION: Final = _Fields(OPERATION_FIELDS, "an operation has no field")


def check_rule(rule: Rule, at: str, found: list[Problem]) -> None:
    """Add the problems of the rule at the pointer `at`."""
    if rule.sources:
        _check_sources(rule.sources, f"{at}/from", found)
    for index, operation in enumerate(rule.operations):
        _OPERATION.check(operation, f"{at}/to/{index}/operation", found)
    for index, condition in enumerate(rule.conditions):
        check_condition(condition, f"{at}/when/{index}", found)


def _check_sources(sources: tuple[Source, ...], at: str, found: list[Problem]) -> None:
    if len(sources) > MOST_SOURCES:
        message = f"{len(sources)} sources in a rule are more than {MOST_SOURCES}"
        found.append(Problem("V-AP-21", "error", at, message))
    for index, source in enumerate(sources):
        place = f"{at}/{index}/source"
        _SOURCE.check(source, place, found)
        if source.service_accounts or source.not_service_accounts:
            _check_service_accounts(source, place, found)


def _check_service_accounts(source: Source, at: str, found: list[Problem]) -> None:
    if source.principals or source.not_principals or source.namespaces or source.not_namespaces:
        message = "a source has service accounts beside principals or namespaces"
        found.append(Problem("V-AP-10", "error", at, message))
    for key, accounts in (
        ("serviceAccounts", source.service_accounts),
        ("notServiceAccounts", source.not_service_accounts),
    ):
        if len(accounts) > MOST_SERVICE_ACCOUNTS:
            message = f"{len(accounts)} service accounts are more than {MOST_SERVICE_ACCOUNTS}"
            found.append(Problem("V-AP-14", "error", f"{at}/{key}", message))


def _contradiction(negated: str, at: str) -> Problem:
    key = negated[3:4].lower() + negated[4:]
    message = f"`{key}` never holds: each of its values stands in `{negated}`, too"
    return Problem("C-AP-13", "error", f"{at}/{key}", message)
