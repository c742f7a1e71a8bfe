"""ZT321: a rule tests tokens where no RequestAuthentication verifies any.

Without one the attributes of tokens do not exist: positive tests are false, negative ones true (Istio
`pilot/pkg/security/authz/model/generator.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.meant import unmatched
from ztdsl.checks.tested import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.tested import Tested
    from ztdsl.checks.view import View

CODE = "ZT321"


def find(view: View) -> Iterator[Found]:
    """Policies that test tokens of workloads to which no RequestAuthentication applies, once each."""
    seen: set[int] = set()
    for attribute in sorted(TOKEN):
        for tested in view.tested.get(attribute, ()):
            if tested.document in seen:
                continue
            seen.add(tested.document)
            if not any(request.jwt_rules for _, request in view.requests_with(tested.policy)):
                yield _found(view, tested)


def _found(view: View, tested: Tested) -> Found:
    policy = tested.policy
    return Found(
        CODE,
        tested.document,
        tested.pointer,
        f"`{policy.meta.name}` tests tokens, and no RequestAuthentication verifies them there",
        f"the test is {'true' if tested.is_negative else 'false'} for every request",
        help=(f"add a RequestAuthentication for the same workloads in `{policy.meta.namespace}`",),
        witness=unmatched(view, tested, tested.values[0]),
    )
