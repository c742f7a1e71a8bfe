"""ZT350: two external authorizers for one workload deny what either is asked about.

istiod takes one provider for each workload; with several all of their rules become denials, unless it is told
otherwise (Istio `pilot/pkg/security/authz/builder/extauthz.go`, `PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Beside, Found
from ztdsl.checks.overlap import labels_of
from ztdsl.istio.evaluate.policies import is_dry_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.istio.kinds import AuthorizationPolicy

CODE = "ZT350"


def find(view: View) -> Iterator[Found]:
    """CUSTOM policies beside another one with another provider, for certainly the same workloads."""
    for index, policy in view.policies:
        if policy.action != "CUSTOM" or is_dry_run(policy):
            continue
        for other, beside in view.enforced_with(policy, "CUSTOM"):
            if other < index and beside.provider != policy.provider and _covers(view, beside, policy):
                yield Found(
                    CODE,
                    index,
                    "/spec/provider/name",
                    f"`{policy.provider}` is a second external authorizer for the same workloads",
                    "requests that either is asked about are denied",
                    help=("use one provider for a workload",),
                    beside=(Beside(other, "/spec/provider/name", "the first one"),),
                )
                break


def _covers(view: View, one: AuthorizationPolicy, other: AuthorizationPolicy) -> bool:
    """Whether one of the policies applies wherever the other does."""
    if one.target_refs or other.target_refs:
        return one.target_refs == other.target_refs and one.meta.namespace == other.meta.namespace
    pairs = [set(labels_of(one)), set(labels_of(other))]
    root = view.mesh.root_namespace
    same = one.meta.namespace == other.meta.namespace
    return ((same or one.meta.namespace == root) and pairs[0] <= pairs[1]) or (
        (same or other.meta.namespace == root) and pairs[1] <= pairs[0]
    )
