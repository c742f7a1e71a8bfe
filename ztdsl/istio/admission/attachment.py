"""What istiod's webhook says of what a policy applies to.

Source: Istio `pkg/config/validation/validation.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.istio.pointer import pointer
from ztdsl.istio.validate.attachment import TARGETS

if TYPE_CHECKING:
    from ztdsl.istio.admission.findings import Findings
    from ztdsl.istio.admission.records import Plain

_ATTACHMENTS: Final = ("selector", "targetRef", "targetRefs")


def check_attachment(spec: Plain, found: Findings) -> None:
    """Add what is wrong with the selector and the target references; an empty list of them counts as absent."""
    given = [name for name in _ATTACHMENTS if name in spec and (name != "targetRefs" or spec[name])]
    if len(given) > 1:
        found.error("V-TGT-1", f"/spec/{given[1]}", f"a policy has `{given[0]}` and `{given[1]}`")
    check_selector(spec, found)
    if "targetRef" in spec:
        _check_target(spec["targetRef"], "/spec/targetRef", found)
    for index, target in enumerate(spec.get("targetRefs", ())):
        _check_target(target, f"/spec/targetRefs/{index}", found)


def check_selector(spec: Plain, found: Findings) -> None:
    """Add what is wrong with the selector."""
    if "selector" not in spec:
        return
    labels = spec["selector"].get("matchLabels", {})
    for key, value in labels.items():
        at = pointer("spec", "selector", "matchLabels", key)
        if not key:
            found.error("V-SEL-1", at, "a label has no key")
        if "*" in key or "*" in value:
            found.error("V-SEL-2", at, f"label `{key}: {value}` has a wildcard, which selectors do not know")
    if not labels:
        found.warning("V-SEL-3", "/spec/selector", "a selector has no labels")


def _check_target(target: Plain, at: str, found: Findings) -> None:
    group, kind = target.get("group", ""), target.get("kind", "")
    if not target.get("name"):
        found.error("V-TGT-2", at, "a target has no name")
    if target.get("namespace"):
        found.error("V-TGT-3", at, "a target is named with a namespace, which is always the policy's own")
    if (group, kind) not in TARGETS:
        shown = f"{group}/{kind}" if group else kind
        found.error("V-TGT-4", at, f"`{shown}` is not a kind that policies attach to")
