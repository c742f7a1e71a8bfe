"""What answers requests: the manifests of a policy with its declarations behind them, or manifests read from files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ztdsl.diagnostics.model import Spot
from ztdsl.diagnostics.source import display_path, span_of
from ztdsl.istio.evaluate import Evaluator
from ztdsl.istio.evaluate.policies import is_enforced
from ztdsl.istio.kinds import AuthorizationPolicy, Operation, Rule
from ztdsl.scenario.cast import cast_of_inventory, cast_of_model
from ztdsl.simulate import Simulator
from ztdsl.traffic.decision import Decider, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ztdsl.diagnostics.model import Span
    from ztdsl.ir.model import Model
    from ztdsl.istio.annotated import Annotated
    from ztdsl.istio.evaluate import Explanation
    from ztdsl.istio.kinds import Manifest
    from ztdsl.manifests import Document, KnownWorkload
    from ztdsl.origin import Origin
    from ztdsl.scenario.cast import Cast, Names
    from ztdsl.traffic.decision import Decision
    from ztdsl.traffic.mesh import Mesh
    from ztdsl.traffic.request import Request


@dataclass(frozen=True, slots=True)
class Ground:
    """What stands behind an object or a rule: its place in the user's files and why it is there."""

    span: Span | None
    because: str | None

    @property
    def source(self) -> str | None:
        """The place as `file:line`; None where no file is known."""
        if self.span is None:
            return None
        file = display_path(self.span.file)
        return file if self.span.line is None else f"{file}:{self.span.line}"


NOWHERE = Ground(None, None)


class Disagreement(Exception):  # noqa: N818 - named for what happened
    """The author's meaning and what Istio will do differ for `request`: a mistake in `ztc`, never in the policy."""

    def __init__(self, request: Request, meant: Verdict, done: Verdict) -> None:
        super().__init__(f"the policy means {meant} and its manifests do {done}")
        self.request, self.meant, self.done = request, meant, done


class Subject:
    """Answers requests as manifests do, and says where in the user's files each answer comes from.

    Attributes:
        mesh: the mesh that the manifests are for.
        cast: the workloads that have names.
        manifests: what decides.
    """

    def __init__(
        self,
        mesh: Mesh,
        cast: Cast,
        manifests: Iterable[Manifest],
        ground: Callable[[Decider], Ground],
        simulator: Simulator | None = None,
    ) -> None:
        self.mesh, self.cast = mesh, cast
        self.manifests = kept = tuple(manifests)
        self._evaluator, self._ground, self._simulator = Evaluator(kept, mesh), ground, simulator
        self._policies = [each for each in kept if isinstance(each, AuthorizationPolicy) and is_enforced(each)]
        self._grounds: dict[Decider, Ground] = {}

    @property
    def is_declared(self) -> bool:
        """Whether a policy is behind the manifests."""
        return self._simulator is not None

    def decide(self, request: Request) -> Decision:
        """What happens to `request`."""
        return self._evaluator.decide(self.cast.with_proxies(request))

    def explain(self, request: Request) -> Explanation:
        """What happens to `request` and which rules stand near it.

        Raises:
            Disagreement: the policy's own meaning is another one.
        """
        request = self.cast.with_proxies(request)
        explanation = self._evaluator.explain(request)
        if self._simulator is not None:
            meant, done = self._simulator.decide(request).verdict, explanation.decision.verdict
            if meant is not done and Verdict.UNKNOWN not in {meant, done}:
                raise Disagreement(request, meant, done)
        return explanation

    def rules(self) -> list[tuple[Decider, bool]]:
        """Every enforced rule, and whether it allows rather than denies."""
        return [
            (Decider("AuthorizationPolicy", policy.meta.namespace, policy.meta.name, index), policy.action == "ALLOW")
            for policy in self._policies
            for index in range(len(policy.rules))
        ]

    def rules_of_ports(self) -> frozenset[Decider]:
        """The enforced rules that ask for nothing but a port."""
        return frozenset(
            Decider("AuthorizationPolicy", policy.meta.namespace, policy.meta.name, index)
            for policy in self._policies
            for index, rule in enumerate(policy.rules)
            if rule.operations and rule == Rule(operations=tuple(_port_of(each) for each in rule.operations))
        )

    def ground(self, decider: Decider) -> Ground:
        """Where `decider` stands in the user's files, and why it is there."""
        known = self._grounds.get(decider)
        if known is None:
            known = self._grounds[decider] = self._ground(decider)
        return known


def subject_of_policy(model: Model, manifests: tuple[Annotated, ...], names: Names) -> Subject:
    """What a policy's manifests do, with the declarations behind them, held against what the policy means.

    Args:
        model: the policy.
        manifests: what it renders.
        names: what the variables of its files are called.
    """
    by_key = {_key(each.manifest): each for each in manifests}

    def ground(decider: Decider) -> Ground:
        annotated = by_key.get((decider.kind, decider.namespace, decider.name))
        if annotated is None:
            return NOWHERE
        if decider.rule is not None and decider.rule < len(annotated.items):
            item = annotated.items[decider.rule]
            return Ground(_span(item.origin), " ".join(item.comments) or None)
        return Ground(_span(annotated.origin), None)

    cast = cast_of_model(model, names)
    return Subject(model.mesh, cast, [each.manifest for each in manifests], ground, Simulator(model))


def subject_of_manifests(documents: Iterable[Document], mesh: Mesh, known: Iterable[KnownWorkload]) -> Subject:
    """What manifests from files do; `known` are the workloads that can be called by name."""
    kept = tuple(documents)
    by_key = {_key(each.manifest): each for each in kept}

    def ground(decider: Decider) -> Ground:
        document = by_key.get((decider.kind, decider.namespace, decider.name))
        if document is None:
            return NOWHERE
        return Ground(document.span("" if decider.rule is None else f"/spec/rules/{decider.rule}"), None)

    cast = cast_of_inventory(known, mesh.trust_domain)
    return Subject(mesh, cast, [each.manifest for each in kept], ground)


def _port_of(operation: Operation) -> Operation:
    """What an operation says of ports alone."""
    return Operation(ports=operation.ports, not_ports=operation.not_ports)


def _key(manifest: Manifest) -> tuple[str, str, str]:
    return (type(manifest).__name__, manifest.meta.namespace, manifest.meta.name)


def _span(origin: Origin | None) -> Span | None:
    return None if origin is None else span_of(Spot(origin))
