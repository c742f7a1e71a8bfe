"""ZT308, ZT309, ZT310: paths and templates that match less than they seem to.

Sources: Istio `pilot/pkg/security/authz/matcher/{string,template}.go`; Envoy's path normalization and its URI template
matcher.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.checks.finding import Found
from ztdsl.checks.meant import effect, unmatched
from ztdsl.resolve.paths import missing_stem, path_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.tested import Tested
    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness

TEMPLATE: Final = "ZT308"
MISSES: Final = "ZT309"
NEVER: Final = "ZT310"
_TAKEN: Final = frozenset({TEMPLATE, MISSES, NEVER})
_PLACEHOLDER: Final = re.compile(r"(?<=/):[^/]+|(?<=/)\{\w+\}")
_MALFORMED: Final = "ZT121"  # what a policy file calls a path without its slash


def find(view: View) -> Iterator[Found]:
    """Paths that can never match, templates that Istio does not know, and templates that leave a path open."""
    for tested in view.tested.get("paths", ()):
        for number, value in enumerate(tested.values):
            found = _problem(view, tested, number, value) or _open_stem(view, tested, number, value)
            if found is not None:
                yield found


def _problem(view: View, tested: Tested, number: int, value: str) -> Found | None:
    complaint = path_problem(value, view.mesh.path_normalization)
    if complaint is None or (value == "/{**}" and not tested.opens):
        return None
    code = NEVER if complaint.code == _MALFORMED else complaint.code
    if code not in _TAKEN:
        return None
    help_ = tuple(each for each in complaint.help if "=" not in each)
    return Found(
        code,
        tested.document,
        f"{tested.pointer}/{number}",
        complaint.message,
        effect(tested) if code == NEVER else "",
        help=help_,
        witness=_witness(view, tested, value),
    )


def _witness(view: View, tested: Tested, value: str) -> Witness | None:
    """A request for the path that is meant, which is not seen."""
    meant = _PLACEHOLDER.sub("7", value)
    if "://" in meant or "*" in meant or "#" in meant or "{" in meant:
        return None
    return unmatched(view, tested, meant if meant.startswith("/") else f"/{meant}")


def _open_stem(view: View, tested: Tested, number: int, value: str) -> Found | None:
    stem = missing_stem(value, tested.values) if tested.opens else None
    if not stem:
        return None
    return Found(
        MISSES,
        tested.document,
        f"{tested.pointer}/{number}",
        f"template `{value}` misses `{stem}`",
        "the slash before `{**}` has to be there",
        help=(f"list `{stem}`, too",),
        witness=unmatched(view, tested, stem) if "{" not in stem else None,
    )
