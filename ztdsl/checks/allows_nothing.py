"""ZT326: a policy that is named for what it lets in has no rules, and lets nothing in.

An ALLOW policy without rules matches no request and still makes the workload refuse the rest (Istio
`pilot/pkg/security/authz/builder/builder.go`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.checks.finding import Found
from ztdsl.checks.sketch import draw
from ztdsl.checks.witness import witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness

CODE = "ZT326"
_OPEN: Final = re.compile(
    r"(?:^|[-.])(?:(?:allow|permit)[-.]?(?:all|any|anyone|everyone|everything)|unrestricted|no-restrictions?)(?:$|[-.])"
)


def find(view: View) -> Iterator[Found]:
    """ALLOW policies without rules whose name says that they let everyone in."""
    for index, policy in view.policies:
        if policy.action == "ALLOW" and not policy.rules and _OPEN.search(policy.meta.name) and not is_dry_run(policy):
            yield Found(
                CODE,
                index,
                "/spec",
                f"`{policy.meta.name}` has no rules, so that it allows nothing",
                "an ALLOW policy without rules matches no request",
                help=("write `rules: [{}]` to let everyone in, or name the policy for what it does",),
                witness=_proof(view, index),
            )


def _proof(view: View, index: int) -> Witness | None:
    for place in view.places(index)[:1]:
        return witness(view, place, draw(place, view.mesh), Verdict.DENY)
    return None
