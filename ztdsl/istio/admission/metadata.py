"""An object's kind and metadata, as the API server checks them and as istiod decodes them.

Sources: Kubernetes `apimachinery/pkg/api/validation/objectmeta.go`, `apimachinery/pkg/apis/meta/v1/types.go`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ztdsl.istio.admission.refusal import KIND_RULE, TYPE_RULE, Refusal, UndecodableError
from ztdsl.istio.admission.shapes import type_name, undecodable, wrong_type
from ztdsl.istio.grammar import is_dns_label, is_dns_subdomain, is_label_key, is_label_value
from ztdsl.istio.pointer import pointer
from ztdsl.istio.validate.metadata import ANNOTATIONS_LIMIT

if TYPE_CHECKING:
    from ztdsl.istio.admission.records import Plain

GROUP: Final = "security.istio.io"
VERSIONS: Final = ("v1", "v1beta1")
TOP_FIELDS: Final = ("apiVersion", "kind", "metadata", "spec", "status")
TEXT_FIELDS: Final = ("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion")
TIME_FIELDS: Final = ("creationTimestamp", "deletionTimestamp")
NUMBER_FIELDS: Final = ("generation", "deletionGracePeriodSeconds")
LIST_FIELDS: Final = ("ownerReferences", "finalizers", "managedFields")
PAIR_FIELDS: Final = ("labels", "annotations")
META_FIELDS: Final = (*TEXT_FIELDS, *TIME_FIELDS, *NUMBER_FIELDS, *LIST_FIELDS, *PAIR_FIELDS)

_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)


def kind_of(plain: Plain, *, versions: tuple[str, ...] | None) -> tuple[str, str, str] | None:
    """Why `plain` is not of this group, or not of these versions: a rule, a pointer and a message; or None."""
    version = plain.get("apiVersion")
    if not isinstance(version, str):
        return KIND_RULE, "", "`apiVersion` is missing or not a string"
    group, _, name = version.rpartition("/")
    if group != GROUP or (versions is not None and name not in versions):
        return KIND_RULE, "/apiVersion", f"`{version}` is not served; `{GROUP}/{VERSIONS[0]}` is"
    return None


def check_metadata(plain: Plain, found: list[Refusal]) -> None:
    """Add what the API server refuses in the metadata."""
    meta = plain.get("metadata")
    if not isinstance(meta, dict):
        found.append(
            Refusal("schema", "error", "K-META-1", "", "`metadata` is missing")
            if meta is None
            else wrong_type(meta, "/metadata", "an object")
        )
        return
    before = len(found)
    found.extend(Refusal("schema", "error", TYPE_RULE, error.pointer, error.message) for error in _type_errors(meta))
    if len(found) == before:
        _check_names(meta, found)
        _check_labels(meta, found)
        _check_annotations(meta, found)


def whatever_case(plain: Plain, known: tuple[str, ...]) -> Plain:
    """The known fields of an object as Go's decoder reads them: in upper or lower case, the last one wins."""
    by_lower = {name.lower(): name for name in known}
    named = ((by_lower.get(str(name).lower()), value) for name, value in plain.items())
    return {name: value for name, value in named if name is not None}


def decode_metadata(plain: Plain) -> dict[str, str]:
    """The annotations.

    Raises:
        UndecodableError: the metadata is of another form.
    """
    meta = plain.get("metadata")
    if meta is None:
        return {}
    if not isinstance(meta, dict):
        raise undecodable(meta, "/metadata", "an object")
    meta = whatever_case(meta, META_FIELDS)
    for error in _type_errors(meta):
        raise error
    return {str(key): value or "" for key, value in (meta.get("annotations") or {}).items()}


def _type_errors(meta: Plain) -> list[UndecodableError]:
    """The fields of another type than all objects have them; `null` counts as absent."""
    wanted: list[tuple[tuple[str, ...], type[Any], str]] = [
        (TEXT_FIELDS, str, "a string"),
        (NUMBER_FIELDS, int, "a whole number"),
        (LIST_FIELDS, list, "a list"),
        (PAIR_FIELDS, dict, "an object"),
    ]
    errors = [
        undecodable(meta[name], f"/metadata/{name}", what)
        for names, kind, what in wanted
        for name in names
        if meta.get(name) is not None and (not isinstance(meta[name], kind) or meta[name] is True)
    ]
    for name in TIME_FIELDS:
        time = meta.get(name)
        if time is not None and not (isinstance(time, str) and _TIME.fullmatch(time)):
            shown = f"`{time}`" if isinstance(time, str) else type_name(time)
            errors.append(UndecodableError(TYPE_RULE, f"/metadata/{name}", f"{shown} is not a time of RFC 3339"))
    for name in PAIR_FIELDS:
        pairs = meta.get(name)
        if isinstance(pairs, dict):
            errors.extend(
                undecodable(value, f"/metadata/{name}" + pointer(key), "a string")
                for key, value in pairs.items()
                if not (value is None or isinstance(value, str))
            )
    return errors


def _check_names(meta: Plain, found: list[Refusal]) -> None:
    name, namespace = meta.get("name"), meta.get("namespace")
    if not name:
        if not meta.get("generateName"):
            found.append(Refusal("schema", "error", "K-META-1", "/metadata", "`name` is missing"))
    elif not is_dns_subdomain(name):
        message = f"name `{name}` is not a DNS subdomain of at most 253 characters"
        found.append(Refusal("schema", "error", "K-META-1", "/metadata/name", message))
    if namespace and not is_dns_label(namespace):
        message = f"namespace `{namespace}` is not a DNS label of at most 63 characters"
        found.append(Refusal("schema", "error", "K-META-2", "/metadata/namespace", message))


def _check_labels(meta: Plain, found: list[Refusal]) -> None:
    for key, value in (meta.get("labels") or {}).items():
        if not is_label_key(str(key)):
            message = f"`{key}` is not a label key"
        elif not is_label_value(value or ""):
            message = f"`{value}` is not a label value of at most 63 characters"
        else:
            continue
        found.append(Refusal("schema", "error", "K-META-3", "/metadata/labels" + pointer(key), message))


def _check_annotations(meta: Plain, found: list[Refusal]) -> None:
    size = 0
    for key, value in (meta.get("annotations") or {}).items():
        size += len((str(key) + (value or "")).encode("utf-8", "surrogatepass"))
        if not is_label_key(str(key).lower()):
            place = "/metadata/annotations" + pointer(key)
            found.append(Refusal("schema", "error", "K-META-4", place, f"`{key}` is not an annotation key"))
    if size > ANNOTATIONS_LIMIT:
        message = f"annotations of {size} bytes are larger than {ANNOTATIONS_LIMIT}"
        found.append(Refusal("schema", "error", "K-META-5", "/metadata/annotations", message))
