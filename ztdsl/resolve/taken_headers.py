"""Headers that Envoy's token filter removes or fills, before any rule compares them.

Source: Istio `pilot/pkg/networking/plugin/authn`: the filter `jwt_authn` stands before the filters of policies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.diagnostics.model import Label, Spot
from ztdsl.resolve.tokens import output_headers, token_headers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.ir import model as ir
    from ztdsl.resolve.context import Context


def warn_of_taken_headers(context: Context, rules: Sequence[ir.Rule]) -> None:
    """Warn of rules that compare a header which an issuer of the same workload takes away or fills."""
    testing = [rule for rule in rules if any([request.headers for request in rule.requests])]
    if not testing:
        return
    users: dict[tuple[str, str | None], set[str]] = {}
    for rule in rules:
        for caller in rule.callers:
            if caller.user is not None:
                users.setdefault((rule.namespace, rule.workload), set()).add(caller.user.issuer)
    for rule in testing:
        names = {test.name for request in rule.requests for test in request.headers}
        for issuer in sorted(users.get((rule.namespace, rule.workload), ())):
            declared = context.names["issuer", issuer]
            _report(context, rule, names, context.seen[id(declared)])


def _report(context: Context, rule: ir.Rule, names: set[str], issuer: ir.Issuer) -> None:
    removed = frozenset[str]() if issuer.forward else token_headers(issuer)
    taken = sorted(names & {*removed, *output_headers(issuer)})
    if not taken or rule.origin is None or issuer.origin is None:
        return
    what = "is removed with the token" if taken[0] in removed else "is filled from the token"
    context.problems.report(
        "ZT318",
        f"header `{taken[0]}` {what} before this rule compares it",
        Label(Spot(rule.origin)),
        related=(Label(Spot(issuer.origin), "tokens of this issuer are verified at the workload"),),
        help=("test the end user with `EndUser(...)`, or write `forward=True` if the header must stay",),
    )
