"""Whether manifests do what their policy means: two evaluators, which share nothing, answer the same requests.

One decides from the Model alone, the other from the manifests alone. A difference is a mistake of ours, never of the
policy, and the request that shows it is what a report needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.istio.evaluate import Evaluator
from ztdsl.quick import dataclass
from ztdsl.simulate import Simulator, border_requests
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.ir.model import Model
    from ztdsl.istio.annotated import Annotated
    from ztdsl.simulate import Answer
    from ztdsl.traffic.decision import Decision
    from ztdsl.traffic.request import Request


@dataclass(frozen=True, slots=True)
class Agreement:
    """What came of asking.

    Attributes:
        asked: how many requests both evaluators answered.
        undecided: how many of them one of the two could not decide.
        counterexample: the first request that they answer differently; None if there is none.
        meant: what the policy means to happen to it.
        done: what the manifests do to it.
    """

    asked: int
    undecided: int = 0
    counterexample: Request | None = None
    meant: Answer | None = None
    done: Decision | None = None


def disagreements(model: Model, manifests: Sequence[Annotated], limit: int | None = None) -> Agreement:
    """Ask both evaluators about the borders of every rule, until they differ.

    Args:
        model: what is meant.
        manifests: what was rendered of it.
        limit: how many requests at most, taken evenly from the rules; None is all of them.
    """
    simulator = Simulator(model)
    evaluator = Evaluator([each.manifest for each in manifests], model.mesh)
    asked = undecided = 0
    for request in border_requests(model, limit):
        asked += 1
        meant, done = simulator.decide(request), evaluator.decide(request)
        if Verdict.UNKNOWN in {meant.verdict, done.verdict}:
            undecided += 1
        elif not agree(meant, done):
            return Agreement(asked, undecided, request, meant, done)
    return Agreement(asked, undecided)


def agree(meant: Answer, done: Decision) -> bool:
    """Whether two known answers are one: the verdict, its HTTP status, and whether trials and audits match, too."""
    if meant.verdict is not done.verdict or meant.status != done.status:
        return False
    return bool(meant.dry_run) is bool(done.dry_run) and bool(meant.audit) is bool(done.audit)
