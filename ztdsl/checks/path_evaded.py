"""ZT301, ZT302: a denied or excepted path is evaded by its neighbour, or by another spelling.

Paths are compared to the letter, after what the mesh's normalization folds (Istio
`pilot/pkg/security/authz/matcher/string.go`, `pilot/pkg/networking/core/listener_builder.go`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from ztdsl.checks.candidate import candidates
from ztdsl.checks.finding import Found
from ztdsl.checks.meant import narrowed
from ztdsl.checks.witness import Witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.resolve.paths import is_evadable, near_miss, path_check
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.mesh import PathNormalization

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ztdsl.checks.tested import Tested
    from ztdsl.checks.view import View

NEIGHBOUR: Final = "ZT301"
SPELLING: Final = "ZT302"
_PLACES: Final = 3
_FAILED: Final = 4  # values without a proof, after which a list is left alone
_ONE_SPELLING: Final = re.compile(
    r"/(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*/[A-Z]\w*"  # a method of gRPC
    r"|.*/[^/{}*]+\.[a-z][a-z0-9]{1,4}"  # a file
)
"""Paths that servers know by one name only, and below which there is nothing."""
_ASSUMED: Final = "no configuration says how the mesh normalizes paths, and Istio's default is `base`"


def find(view: View) -> Iterator[Found]:
    """Paths that a rule keeps out and that get in as a neighbour, and lists that get in in another spelling."""
    problem_of = path_check(view.mesh.path_normalization)
    for tested in view.tested.get("paths", ()):
        if not tested.opens or tested.policy.action not in {"ALLOW", "DENY"} or is_dry_run(tested.policy):
            continue
        usable = {each: None for each in tested.values if problem_of(each) is None}
        yield from _neighbours(view, tested, usable)
        yield from _spellings(view, tested, usable)


def _neighbours(view: View, tested: Tested, usable: Mapping[str, None]) -> Iterator[Found]:
    missing: set[str] = set()
    failed = 0
    for number, value in enumerate(tested.values):
        neighbour = None if _ONE_SPELLING.fullmatch(value) else near_miss(value, tested.values)
        if value not in usable or neighbour is None or neighbour in missing or failed == _FAILED:
            continue
        proof = _proof(view, tested, value, [_example(neighbour)])
        if proof is None:
            failed += 1
            continue
        missing.add(neighbour)
        yield Found(
            NEIGHBOUR,
            tested.document,
            f"{tested.pointer}/{number}",
            f"`{value}` is listed and `{neighbour}` is not",
            "most applications serve both from one handler",
            help=(f"list `{neighbour}`, too, or accept the finding",),
            witness=proof,
        )


def _spellings(view: View, tested: Tested, usable: Mapping[str, None]) -> Iterator[Found]:
    """One finding for a list that the mesh does not fold other spellings of."""
    for value in islice(usable, _FAILED):
        spelled = _spelled(value, view.mesh.path_normalization)
        proof = _proof(view, tested, value, spelled) if spelled else None
        if proof is not None:
            yield Found(
                SPELLING,
                tested.document,
                tested.pointer,
                "other spellings of these paths are not folded before they are compared",
                "applications may read them as the same path",
                notes=(_ASSUMED,) if view.mesh.name == "default" else (),
                help=(
                    "allow the paths that are meant instead",
                    "or set the mesh's path normalization to `decode-and-merge-slashes`, in Istio and in `ztc.toml`",
                ),
                witness=proof,
            )
            return


def _example(pattern: str, segment: str = "x") -> str:
    """A path that the pattern matches, with `segment` for a wildcard of a template."""
    path = pattern.replace("{**}", segment).replace("{*}", segment)
    return f"/x{path[1:]}" if path.startswith("*") else f"{path[:-1]}x" if path.endswith("*") else path


def _spelled(pattern: str, normalization: PathNormalization) -> list[str]:
    """Paths that are often read as one that the pattern matches, and that the mesh does not fold."""
    path = _example(pattern)
    spelled: list[str] = []
    if is_evadable(normalization) and path != "/":
        doubled = [] if normalization is PathNormalization.MERGE_SLASHES else [f"/{path}"]
        spelled = [*doubled, f"/%2F{path[1:]}"]
    if "{" in pattern:
        spelled.append(_example(pattern, "x[]"))  # no wildcard of a template matches a bracket
    return spelled


def _proof(view: View, tested: Tested, value: str, others: list[str]) -> Witness | None:
    """A request for one of `others` that is allowed, while the same one for `value` is denied."""
    rule = narrowed(tested, value)
    for place in view.places(tested.document)[:_PLACES]:
        for request in candidates(view, tested.policy, rule, place):
            if request.http is None:
                continue
            listed = replace(request, http=replace(request.http, path=_example(value)))
            if view.evaluator.decide(listed).verdict is not Verdict.DENY:
                continue
            for other in others:
                evading = replace(request, http=replace(request.http, path=other))
                decision = view.evaluator.decide(evading)
                if decision.verdict is Verdict.ALLOW:
                    return Witness(evading, decision, place)
    return None
