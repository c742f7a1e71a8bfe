"""What Istio does with a request, given manifests: which objects apply, and what the proxy makes of them.

`Evaluator` is made once for a set of manifests and answers any number of requests; `decide_in_turn` answers one that
passes several enforcement points.
"""

from __future__ import annotations

from ztdsl.istio.evaluate.evaluator import Evaluator
from ztdsl.istio.evaluate.explanation import Explanation, Failure, Miss
from ztdsl.istio.evaluate.in_turn import decide_in_turn

__all__ = ["Evaluator", "Explanation", "Failure", "Miss", "decide_in_turn"]
