"""Checks of what a policy applies to: a selector or target references.

Sources: Istio `pkg/config/validation/validation.go`, istio/api `type/v1beta1/selector.proto`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ztdsl.istio.grammar import LONGEST_LABEL, is_dns_subdomain, is_label_key, is_label_value
from ztdsl.istio.pointer import pointer
from ztdsl.istio.validate.problem import Fault, Problem

if TYPE_CHECKING:
    from ztdsl.istio.kinds import Selector, TargetRef

MOST_LABELS: Final = 4096
MOST_TARGETS: Final = 16

TARGETS: Final = frozenset(
    {
        ("gateway.networking.k8s.io", "Gateway"),
        ("gateway.networking.k8s.io", "GatewayClass"),
        ("", "Service"),
        ("core", "Service"),
        ("networking.istio.io", "ServiceEntry"),
    }
)
_TARGET_NAME: Final = re.compile(r".{1,253}", re.DOTALL)
_WAYPOINT_CLASS: Final = "istio-waypoint"
_REMEMBERED: Final = 1 << 17

_fine_labels: Final[set[tuple[str, str]]] = set()


def check_attachment(selector: Selector | None, target_refs: tuple[TargetRef, ...], found: list[Problem]) -> None:
    """Add the problems of what a policy applies to."""
    if selector is not None:
        _check_selector(selector, found)
        if target_refs:
            message = "a policy has a selector and target references"
            found.append(Problem("V-TGT-1", "error", "/spec/targetRefs", message))
    if len(target_refs) > MOST_TARGETS:
        message = f"{len(target_refs)} target references are more than {MOST_TARGETS}"
        found.append(Problem("V-TGT-5", "error", "/spec/targetRefs", message))
    for index, reference in enumerate(target_refs):
        fault = _target_fault(reference)
        if fault is not None:
            found.append(Problem(fault.rule, fault.severity, f"/spec/targetRefs/{index}", fault.message))


def _check_selector(selector: Selector, found: list[Problem]) -> None:
    labels = selector.match_labels
    if not labels:
        found.append(Problem("V-SEL-3", "warning", "/spec/selector", "a selector has no labels"))
    elif not _fine_labels.issuperset(labels):
        _check_labels(selector, found)
    if len(labels) > MOST_LABELS:
        message = f"{len(labels)} labels are more than {MOST_LABELS}"
        found.append(Problem("V-SEL-4", "error", "/spec/selector/matchLabels", message))
    if len(labels) != len(dict(labels)):
        found.append(Problem("C-SEL-2", "error", "/spec/selector/matchLabels", "a label is given twice"))


def _check_labels(selector: Selector, found: list[Problem]) -> None:
    if len(_fine_labels) > _REMEMBERED:
        _fine_labels.clear()
    for key, value in selector.match_labels:
        fault = _label_fault(key, value)
        if fault is None:
            _fine_labels.add((key, value))
        else:
            at = pointer("spec", "selector", "matchLabels", key)
            found.append(Problem(fault.rule, fault.severity, at, fault.message))


def _label_fault(key: str, value: str) -> Fault | None:
    if not key:
        return Fault("V-SEL-1", "a label has no key")
    if "*" in key or "*" in value:
        return Fault("V-SEL-2", f"label `{key}: {value}` has a wildcard, which selectors do not know")
    if len(value) > LONGEST_LABEL:
        return Fault("V-SEL-4", f"the value of label `{key}` is longer than {LONGEST_LABEL} characters")
    if not is_label_key(key) or not is_label_value(value):
        return Fault("C-SEL-1", f"`{key}: {value}` is not a label that a pod can have")
    return None


@lru_cache(1 << 16)
def _target_fault(reference: TargetRef) -> Fault | None:
    if not _TARGET_NAME.fullmatch(reference.name):
        return Fault("V-TGT-2", f"the name of a target has {len(reference.name)} characters, not 1 to 253")
    if (reference.group, reference.kind) not in TARGETS:
        target = f"{reference.group}/{reference.kind}" if reference.group else reference.kind
        return Fault("V-TGT-4", f"`{target}` is not a kind that policies attach to")
    if reference.kind == "GatewayClass" and reference.name != _WAYPOINT_CLASS:
        return Fault("C-TGT-1", f"gateway class `{reference.name}` has no effect; only `{_WAYPOINT_CLASS}` has")
    if not is_dns_subdomain(reference.name):
        return Fault("C-TGT-2", f"`{reference.name}` is not the name of an object")
    return None
