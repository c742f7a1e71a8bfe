"""The order of Envoy's filters: external authorizer, tokens, audit, DENY, ALLOW.

Source: Istio `pilot/pkg/networking/core/listener_builder.go`, `pilot/pkg/security/authz/builder/builder.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.istio.evaluate.answers import allowed, denied, unknown
from ztdsl.istio.evaluate.truth import truth

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.istio.evaluate.facts import Facts
    from ztdsl.istio.evaluate.policies import Policies, StagedRule
    from ztdsl.traffic.decision import Decider, Decision


class Found(NamedTuple):
    """What a stage found: the first rule that certainly matches, and why another one perhaps does."""

    rule: Decider | None
    lacking: str | None


_NOTHING: Final = Found(None, None)


def search(rules: Iterable[StagedRule], facts: Facts) -> Found:
    """The first rule that certainly matches, and the fact that the match of one before it depends on."""
    lacking: str | None = None
    for rule in rules:
        result = truth(rule.match, facts)
        if result is True:
            return Found(rule.decider, lacking)
        if result is not False:
            lacking = str(result)
    return Found(None, lacking)


def matching(rules: Iterable[StagedRule], facts: Facts) -> tuple[Decider, ...]:
    """The rules that certainly match, in the order of a stage."""
    return tuple(rule.decider for rule in rules if truth(rule.match, facts) is True)


def asked(policies: Policies, facts: Facts) -> str | None:
    """Why the verdict may be that of an external authorizer; None where none is asked.

    It is asked before tokens are read, so that rules about tokens see none. The rules of CUSTOM policies in dry run are
    enforced by some versions of Istio and left out by others.
    """
    found = search(policies.custom, facts)
    if found.rule is not None:
        rule = found.rule
        return f"the external authorizer of {rule.namespace}/{rule.name} decides"
    if found.lacking is not None:
        return f"whether an external authorizer is asked depends on {found.lacking}"
    tried = search(policies.custom_dry_run, facts)
    if tried.rule is not None:
        rule = tried.rule
        return f"versions of Istio differ on the dry run of CUSTOM, and {rule.namespace}/{rule.name} matches"
    if tried.lacking is not None:
        return f"whether the dry run of a CUSTOM policy matches depends on {tried.lacking}"
    return None


def authorize(policies: Policies, facts: Facts, asks: str | None, *, is_http: bool) -> Decision:
    """The decision of AUDIT, DENY and ALLOW, once tokens are read.

    `asks` is why an external authorizer may have denied before: it cannot allow what a policy denies.
    """
    audit = matching(policies.audit, facts)
    dry_run = matching((*policies.dry_run, *policies.custom_dry_run), facts)
    request = facts.request
    deny = search(policies.deny, facts)
    allow = search(policies.allow, facts)
    if deny.rule is not None or (policies.has_allow and allow == _NOTHING):
        return denied(
            request, is_http=is_http, decided_by=deny.rule, dry_run=dry_run, audit=audit, may_be_asked=bool(asks)
        )
    lacking = deny.lacking or (allow.lacking if allow.rule is None else None)
    if lacking is not None:
        return unknown(f"the verdict depends on {lacking}", dry_run=dry_run, audit=audit)
    if asks is not None:
        return unknown(asks, dry_run=dry_run, audit=audit)
    return allowed(request, is_http=is_http, decided_by=allow.rule, dry_run=dry_run, audit=audit)
