"""ZT337: a service account without its namespace, in a policy of the root namespace.

A name alone is looked up in the policy's own namespace (Istio `pilot/pkg/security/authz/model/generator.go`), where
hardly any caller of a mesh-wide policy runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.meant import unmatched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View

CODE = "ZT337"


def find(view: View) -> Iterator[Found]:
    """Values of `serviceAccounts` and its twins without a slash, of policies in the root namespace."""
    root = view.mesh.root_namespace
    for tested in view.tested.get("serviceAccounts", ()):
        if tested.policy.meta.namespace != root:
            continue
        for number, value in enumerate(tested.values):
            if "/" not in value:
                yield Found(
                    CODE,
                    tested.document,
                    f"{tested.pointer}/{number}",
                    f"service account `{value}` means `{root}/{value}`",
                    "a name alone is one of the policy's own namespace",
                    help=(f"write `NAMESPACE/{value}`, or `{root}/{value}` if that is meant",),
                    witness=unmatched(view, tested, f"elsewhere/{value}"),
                )
