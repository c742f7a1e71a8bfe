"""Policies that mean nothing to a port that is served as TCP, told without compiling them.

Istio leaves out a whole ALLOW rule that tests what byte-level filters cannot see (Istio
`pilot/pkg/security/authz/model/model.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.istio.evaluate.policies import is_enforced

if TYPE_CHECKING:
    from ztdsl.istio.kinds import AuthorizationPolicy, Rule

_KEYS: Final = ("request.headers[", "request.auth.")


def allows_requests_only(policy: AuthorizationPolicy) -> bool:
    """Whether it is an enforced ALLOW policy of which each rule tests a part of requests."""
    return policy.action == "ALLOW" and is_enforced(policy) and all(_tests_request(rule) for rule in policy.rules)


def _tests_request(rule: Rule) -> bool:
    return (
        any(each.request_principals or each.not_request_principals for each in rule.sources)
        or any(
            each.methods or each.not_methods or each.paths or each.not_paths or each.hosts or each.not_hosts
            for each in rule.operations
        )
        or any(each.key.startswith(_KEYS) for each in rule.conditions)
    )
