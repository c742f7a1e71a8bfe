"""What istiod's validation webhook says of one object: errors and warnings.

The same functions run in `istioctl validate` and `istioctl analyze`. They see the object as istiod decodes it: fields
that it does not know count for nothing, an empty list is an absent one.
Sources: Istio `pkg/webhooks/validation/server/server.go`, `pkg/config/validation/validation.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.istio.admission.authorization import check_authorization
from ztdsl.istio.admission.fields import SPECS
from ztdsl.istio.admission.findings import Findings
from ztdsl.istio.admission.meta_types import whatever_case
from ztdsl.istio.admission.metadata import TOP_FIELDS, decode_metadata, kind_of
from ztdsl.istio.admission.peer import check_peer
from ztdsl.istio.admission.refusal import DECODE_RULE, KIND_RULE, Refusal, UndecodableError, clipped
from ztdsl.istio.admission.telemetry import check_telemetry
from ztdsl.istio.admission.tokens import check_tokens
from ztdsl.istio.kinds import DRY_RUN_ANNOTATION
from ztdsl.istio.pointer import pointer
from ztdsl.istio.validate.metadata import DRY_RUN_ACTIONS, GO_BOOLEANS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.istio.admission.records import Plain

_INTERNAL: Final = (
    "internal.istio.io/webhook-always-reject",
    "internal.istio.io/parent-namespace",
    "internal.istio.io/parents",
)
_CHECKS: Final[dict[str, Callable[[Plain, Findings], None]]] = {
    "AuthorizationPolicy": check_authorization,
    "PeerAuthentication": check_peer,
    "RequestAuthentication": check_tokens,
    "Telemetry": check_telemetry,
}


def webhook(plain: object) -> list[Refusal]:
    """What istiod refuses in one object, or warns about; empty if it takes it without a word.

    What it refuses in the annotations keeps it from looking any further. It gives the client its warnings only with an
    object that it takes; they are in the result either way.
    """
    found = Findings()
    if not isinstance(plain, dict):
        found.error(DECODE_RULE, "", "this is not an object")
        return found.refusals
    try:
        _check(plain, found)
    except UndecodableError as error:
        found.error(error.rule, error.pointer, error.message)
    return clipped(found.refusals)


def _check(plain: Plain, found: Findings) -> None:
    top = whatever_case(plain, TOP_FIELDS)
    if fault := kind_of(top, any_version=True):
        found.error(*fault)
        return
    kind = top.get("kind")
    if not isinstance(kind, str) or kind not in SPECS:
        found.error(KIND_RULE, "/kind" if "kind" in plain else "", "this is none of Istio's security kinds")
        return
    annotations = decode_metadata(top)
    spec = SPECS[kind].decode(top.get("spec"), "/spec")
    for name in plain:
        if name not in TOP_FIELDS:
            found.error("V-META-1", pointer(name), f"`{name}` is an unknown field")
    if not _annotations_refused(annotations, kind, spec, found):
        _CHECKS[kind](spec, found)


def _annotations_refused(annotations: dict[str, str], kind: str, spec: Plain, found: Findings) -> bool:
    """Whether an annotation keeps istiod from looking at the object; the reason is added."""
    at = "/metadata/annotations"
    if DRY_RUN_ANNOTATION in annotations and (fault := _dry_run_fault(annotations[DRY_RUN_ANNOTATION], kind, spec)):
        found.error(fault[0], at + pointer(DRY_RUN_ANNOTATION), fault[1])
        return True
    for name in _INTERNAL:
        if name in annotations:
            found.error("V-META-5", at + pointer(name), f"annotation `{name}` is internal to Istio")
            return True
    return False


def _dry_run_fault(value: str, kind: str, spec: Plain) -> tuple[str, str] | None:
    if kind != "AuthorizationPolicy":
        return "V-META-2", f"`{DRY_RUN_ANNOTATION}` is for AuthorizationPolicies only"
    action = spec.get("action", "ALLOW")
    if action not in DRY_RUN_ACTIONS:
        return "V-META-3", f"`{DRY_RUN_ANNOTATION}` does not go with action `{action}`"
    if value not in GO_BOOLEANS:
        return "V-META-4", f"`{DRY_RUN_ANNOTATION}` is `{value}`, which is neither true nor false"
    return None
