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
    from collections.abc import Iterable, Iterator

    from ztdsl.istio.evaluate.compile import Known
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


class _Compiled(NamedTuple):
    """One policy on one kind of chain: its stage, the rules that run there, and those that Istio leaves out."""

    policy: AuthorizationPolicy
    stage: str
    rules: tuple[StagedRule, ...]
    dropped: tuple[Dropped, ...]


class PolicyCompiler:
    """Compiles each policy of a mesh once for each kind of chain, however many workloads it applies to."""

    def __init__(self, mesh: Mesh) -> None:
        """Nothing is compiled before it is asked for."""
        self._trust_domains = mesh.trust_domains
        self._known: Known = {}
        self._compiled: dict[tuple[int, Chain], _Compiled] = {}

    def stages(self, policies: Iterable[AuthorizationPolicy], chain: Chain) -> Policies:
        """The stages that a proxy runs for `policies` on a port that `chain` serves."""
        compiled = [self._policy(policy, chain) for policy in policies]
        stages: dict[str, list[StagedRule]] = {}
        for each in compiled:
            stages.setdefault(each.stage, []).extend(each.rules)
        ordered = {stage: tuple(sorted(rules, key=lambda rule: rule.name)) for stage, rules in stages.items()}
        return Policies(
            custom=ordered.get("CUSTOM", ()),
            audit=ordered.get("AUDIT", ()),
            deny=ordered.get("DENY", ()),
            allow=ordered.get("ALLOW", ()),
            has_allow="ALLOW" in stages,
            dry_run=ordered.get("dry run", ()),
            custom_dry_run=ordered.get("dry run of CUSTOM", ()),
            dropped=tuple(rule for each in compiled if each.stage == "ALLOW" for rule in each.dropped),
            attached=tuple(Decider(KIND, each.policy.meta.namespace, each.policy.meta.name) for each in compiled),
        )

    def _policy(self, policy: AuthorizationPolicy, chain: Chain) -> _Compiled:
        """The policy, which is kept beside what came of it, so that its id cannot become another's."""
        compiled = self._compiled.get((id(policy), chain))
        if compiled is None:
            stage = _stage(policy.action, is_dry=is_dry_run(policy))
            context = Context(policy.meta.namespace, self._trust_domains)
            dropped: list[Dropped] = []
            rules = tuple(_rules(policy, Compiler(chain, policy.action, context, self._known), dropped))
            compiled = self._compiled[id(policy), chain] = _Compiled(policy, stage, rules, tuple(dropped))
        return compiled


def _stage(action: str, *, is_dry: bool) -> str:
    if not is_dry:
        return action
    return "dry run of CUSTOM" if action == "CUSTOM" else "dry run"


def _rules(policy: AuthorizationPolicy, compiler: Compiler, dropped: list[Dropped]) -> Iterator[StagedRule]:
    meta = policy.meta
    prefix = f"istio-ext-authz-{policy.provider}-" if policy.action == "CUSTOM" else ""
    for index, rule in enumerate(policy.rules):
        decider = Decider(KIND, meta.namespace, meta.name, index)
        name = f"{prefix}ns[{meta.namespace}]-policy[{meta.name}]-rule[{index}]"
        try:
            yield StagedRule(name, decider, compiler.match(rule))
        except DroppedRuleError as left_out:
            dropped.append(Dropped(decider, left_out.attribute, left_out.why))
