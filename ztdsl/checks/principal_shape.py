"""ZT335: a principal is not one that Istio gives to a workload.

An identity is compared as `TRUST_DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT`, with `spiffe://` put in front by Istio
itself (Istio `pilot/pkg/security/authz/model/generator.go`). It is an error where it lets callers in: in a DENY rule
that never fires for them, and among those that an ALLOW rule leaves out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.checks.finding import Found
from ztdsl.checks.meant import effect, unmatched
from ztdsl.diagnostics.model import Severity
from ztdsl.istio.evaluate.policies import is_dry_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.tested import Tested
    from ztdsl.checks.view import View

CODE = "ZT335"
_SCHEME: Final = "spiffe://"
_WHOLE: Final = re.compile(r"[^/]+/ns/[^/]+/sa/[^/]+")
_SHORT: Final = re.compile(r"(?:ns/)?(?P<namespace>[^/]+)/(?:sa/)?(?P<account>[^/]+)")
_FORM: Final = ("", "ns", "", "sa", "")


def find(view: View) -> Iterator[Found]:
    """Values of `principals` and its twins that no workload of the mesh has."""
    for tested in view.tested.get("principals", ()):
        for number, value in enumerate(tested.values):
            problem = _problem(value, view)
            if problem is None:
                continue
            why, meant = problem
            yield Found(
                CODE,
                tested.document,
                f"{tested.pointer}/{number}",
                f"principal `{value}` can never match: {why}",
                effect(tested),
                help=(f"write `{meant}`" if meant else "write `TRUST_DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT`",),
                witness=unmatched(view, tested, meant) if meant and "*" not in meant else None,
                severity=Severity.ERROR if _lets_in(tested) else None,
            )


def _lets_in(tested: Tested) -> bool:
    """Whether callers get in because the value never matches: those that are to be denied, or left out."""
    return tested.opens and tested.policy.action in {"ALLOW", "DENY"} and not is_dry_run(tested.policy)


def _problem(value: str, view: View) -> tuple[str, str | None] | None:
    """Why no identity matches `value`, and what was meant, if that can be told."""
    if value.startswith(_SCHEME):
        bare = value.removeprefix(_SCHEME)
        return "Istio puts `spiffe://` in front itself", bare if _problem(bare, view) is None else None
    if value.startswith("*") or "*" in value[:-1]:
        return None  # a suffix may begin anywhere; a star inside is another check's
    domain = value.partition("/")[0]
    if domain in view.mesh.federated_trust_domains:
        return None  # identities of other meshes need not have Istio's form
    if value.endswith("*"):
        return _prefix_problem(value)
    if _WHOLE.fullmatch(value):
        return None
    short = _SHORT.fullmatch(value)
    meant = f"{view.mesh.trust_domain}/ns/{short['namespace']}/sa/{short['account']}" if short else None
    return "it is not of the form `TRUST_DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT`", meant


def _prefix_problem(value: str) -> tuple[str, str | None] | None:
    """Why no identity begins with `value`: a whole part of it is not the one that stands there."""
    parts = value[:-1].split("/")[:-1]
    for part, wanted in zip(parts, _FORM, strict=False):
        if wanted and part != wanted:
            return f"`{part}` stands where identities have `{wanted}`", None
    if len(parts) >= len(_FORM):
        return "identities have five parts", None
    return None
