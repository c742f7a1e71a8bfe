"""Checks of an object's name, namespace, labels and annotations.

Sources: Kubernetes `apimachinery/pkg/api/validation/objectmeta.go`; Istio `pkg/config/validation/validation.go`
(annotations, dry run).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.istio.grammar import is_dns_label, is_dns_subdomain, is_label_key, is_label_value
from ztdsl.istio.kinds import DRY_RUN_ANNOTATION, AuthorizationPolicy
from ztdsl.istio.pointer import pointer
from ztdsl.istio.validate.problem import Problem

if TYPE_CHECKING:
    from ztdsl.istio.kinds import Manifest, Meta
    from ztdsl.istio.telemetry import Telemetry

ANNOTATIONS_LIMIT: Final = 262_144
"""Bytes of all keys and values of an object's annotations together."""

GO_BOOLEANS: Final = frozenset({"1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"})
_INTERNAL: Final = "internal.istio.io/"
DRY_RUN_ACTIONS: Final = frozenset({"ALLOW", "DENY"})
_REMEMBERED: Final = 1 << 17

_fine_namespaces: Final[set[str]] = set()
_fine_labels: Final[set[tuple[str, str]]] = set()


def check_metadata(manifest: Manifest | Telemetry, found: list[Problem]) -> None:
    """Add the problems of the manifest's metadata."""
    meta = manifest.meta
    if not is_dns_subdomain(meta.name):
        message = f"name `{meta.name}` is not a DNS subdomain of at most 253 characters"
        found.append(Problem("K-META-1", "error", "/metadata/name", message))
    if meta.namespace not in _fine_namespaces:
        _check_namespace(meta.namespace, found)
    if not _fine_labels.issuperset(meta.labels):
        _check_labels(meta, found)
    if len(meta.labels) != len(dict(meta.labels)):
        found.append(Problem("C-META-1", "error", "/metadata/labels", "a label is given twice"))
    if meta.annotations:
        _check_annotations(manifest, found)


def _check_namespace(namespace: str, found: list[Problem]) -> None:
    if is_dns_label(namespace):
        _fine_namespaces.add(namespace)
        return
    message = f"namespace `{namespace}` is not a DNS label of at most 63 characters"
    found.append(Problem("K-META-2", "error", "/metadata/namespace", message))


def _check_labels(meta: Meta, found: list[Problem]) -> None:
    if len(_fine_labels) > _REMEMBERED:
        _fine_labels.clear()
    for key, value in meta.labels:
        if not is_label_key(key):
            message = f"`{key}` is not a label key"
        elif not is_label_value(value):
            message = f"`{value}` is not a label value of at most 63 characters"
        else:
            _fine_labels.add((key, value))
            continue
        found.append(Problem("K-META-3", "error", pointer("metadata", "labels", key), message))


def _check_annotations(manifest: Manifest | Telemetry, found: list[Problem]) -> None:
    annotations = manifest.meta.annotations
    at = "/metadata/annotations"
    for key, value in annotations:
        place = at + pointer(key)
        if not is_label_key(key.lower()):
            found.append(Problem("K-META-4", "error", place, f"`{key}` is not an annotation key"))
        if key.startswith(_INTERNAL):
            found.append(Problem("V-META-5", "error", place, f"annotation `{key}` is internal to Istio"))
        if key == DRY_RUN_ANNOTATION:
            _check_dry_run(manifest, value, place, found)
    if len(annotations) != len(dict(annotations)):
        found.append(Problem("C-META-1", "error", at, "an annotation is given twice"))
    size = sum(len((key + value).encode("utf-8", "surrogatepass")) for key, value in annotations)
    if size > ANNOTATIONS_LIMIT:
        message = f"annotations of {size} bytes are larger than {ANNOTATIONS_LIMIT}"
        found.append(Problem("K-META-5", "error", at, message))


def _check_dry_run(manifest: Manifest | Telemetry, value: str, at: str, found: list[Problem]) -> None:
    if not isinstance(manifest, AuthorizationPolicy):
        message = f"`{DRY_RUN_ANNOTATION}` is for AuthorizationPolicies only"
        found.append(Problem("V-META-2", "error", at, message))
    elif manifest.action not in DRY_RUN_ACTIONS:
        message = f"`{DRY_RUN_ANNOTATION}` does not go with action `{manifest.action}`"
        found.append(Problem("V-META-3", "error", at, message))
    if value not in GO_BOOLEANS:
        message = f"`{DRY_RUN_ANNOTATION}` is `{value}`, which is neither true nor false"
        found.append(Problem("V-META-4", "error", at, message))
