"""The AuthorizationPolicies of one workload as one proxy runs them: stages of rules in Envoy's order.

Envoy keeps the rules of a stage by their names and reports the first that matches, so that the order is that of the
names as texts. Source: Istio `pilot/pkg/security/authz/builder/builder.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.istio.evaluate.attributes import Context
from ztdsl.istio.evaluate.compile import Compiler, DroppedRuleError, Match
from ztdsl.istio.kinds import DRY_RUN_ANNOTATION
from ztdsl.traffic.decision import Decider

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.istio.kinds import AuthorizationPolicy
    from ztdsl.traffic.mesh import Mesh
    from ztdsl.traffic.request import Chain

KIND: Final = "AuthorizationPolicy"
_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
"""What Go's `strconv.ParseBool` takes for true."""


class StagedRule(NamedTuple):
    """A rule that a proxy runs; the name is the one in its logs, and orders the rules of a stage."""

    name: str
    decider: Decider
    match: Match


class Dropped(NamedTuple):
    """A rule that Istio leaves out, and the attribute that it cannot translate."""

    decider: Decider
    attribute: str
    why: str


class Policies(NamedTuple):
    """What one chain of a proxy runs, each stage in the order of the rules' names.

    Attributes:
        custom: rules that have an external authorizer asked.
        audit: rules that mark the access log.
        deny: rules that deny.
        allow: rules of which one must match, where `has_allow`.
        has_allow: whether an ALLOW policy is enforced, be it without a rule.
        dry_run: rules that are only tried, of ALLOW, DENY and AUDIT policies.
        custom_dry_run: rules that are tried, of CUSTOM policies.
        dropped: rules of enforced ALLOW policies that Istio leaves out.
        attached: every policy.
    """

    custom: tuple[StagedRule, ...]
    audit: tuple[StagedRule, ...]
    deny: tuple[StagedRule, ...]
    allow: tuple[StagedRule, ...]
    has_allow: bool
    dry_run: tuple[StagedRule, ...]
    custom_dry_run: tuple[StagedRule, ...]
    dropped: tuple[Dropped, ...]
    attached: tuple[Decider, ...]


def is_dry_run(policy: AuthorizationPolicy) -> bool:
    """Whether the policy is only tried; an annotation that is no boolean leaves it enforced."""
    return any(name == DRY_RUN_ANNOTATION and value in _TRUE for name, value in policy.meta.annotations)


def is_enforced(policy: AuthorizationPolicy) -> bool:
    """Whether the policy allows or denies, rather than being tried, audited or asked of a provider."""
    return policy.action in {"ALLOW", "DENY"} and not is_dry_run(policy)


def compile_policies(policies: Iterable[AuthorizationPolicy], chain: Chain, mesh: Mesh) -> Policies:
    """The stages that a proxy runs for `policies` on a port that `chain` serves."""
    stages: dict[str, list[StagedRule]] = {}
    dropped: list[Dropped] = []
    attached: list[Decider] = []
    has_allow = False
    for policy in policies:
        dry = is_dry_run(policy)
        stage = _stage(policy.action, is_dry=dry)
        has_allow = has_allow or stage == "ALLOW"
        attached.append(Decider(KIND, policy.meta.namespace, policy.meta.name))
        left_out: list[Dropped] = []
        stages.setdefault(stage, []).extend(_rules(policy, chain, mesh, left_out))
        if stage == "ALLOW":
            dropped.extend(left_out)
    ordered = {stage: tuple(sorted(rules, key=lambda rule: rule.name)) for stage, rules in stages.items()}
    return Policies(
        custom=ordered.get("CUSTOM", ()),
        audit=ordered.get("AUDIT", ()),
        deny=ordered.get("DENY", ()),
        allow=ordered.get("ALLOW", ()),
        has_allow=has_allow,
        dry_run=ordered.get("dry run", ()),
        custom_dry_run=ordered.get("dry run of CUSTOM", ()),
        dropped=tuple(dropped),
        attached=tuple(attached),
    )


def _stage(action: str, *, is_dry: bool) -> str:
    if not is_dry:
        return action
    return "dry run of CUSTOM" if action == "CUSTOM" else "dry run"


def _rules(policy: AuthorizationPolicy, chain: Chain, mesh: Mesh, dropped: list[Dropped]) -> Iterable[StagedRule]:
    meta = policy.meta
    prefix = f"istio-ext-authz-{policy.provider}-" if policy.action == "CUSTOM" else ""
    compiler = Compiler(chain, policy.action, Context(meta.namespace, mesh.trust_domains))
    for index, rule in enumerate(policy.rules):
        decider = Decider(KIND, meta.namespace, meta.name, index)
        name = f"{prefix}ns[{meta.namespace}]-policy[{meta.name}]-rule[{index}]"
        try:
            yield StagedRule(name, decider, compiler.match(rule))
        except DroppedRuleError as left_out:
            dropped.append(Dropped(decider, left_out.attribute, left_out.why))
