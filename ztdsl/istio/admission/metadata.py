"""An object's kind and metadata, as the API server checks them and as istiod decodes them.

Source: Kubernetes `apimachinery/pkg/api/validation/objectmeta.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.istio.admission.meta_types import META_FIELDS, type_errors, whatever_case
from ztdsl.istio.admission.refusal import DECODE_RULE, KIND_RULE, TYPE_RULE, Refusal, UndecodableError
from ztdsl.istio.admission.shapes import undecodable, wrong_type
from ztdsl.istio.grammar import is_dns_label, is_dns_subdomain, is_label_key, is_label_value
from ztdsl.istio.pointer import pointer
from ztdsl.istio.validate.metadata import ANNOTATIONS_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.istio.admission.records import Plain

GROUP: Final = "security.istio.io"
VERSIONS: Final = ("v1", "v1beta1")
SERVED: Final = {"Telemetry": ("telemetry.istio.io", ("v1", "v1alpha1"))}
"""Group and versions of kinds that are not of the security group."""
TOP_FIELDS: Final = ("apiVersion", "kind", "metadata", "spec", "status")

_OWNER_NAMES: Final = ("apiVersion", "kind", "name", "uid")
_LONGEST_PREFIX: Final = 58
"""Characters of a prefix that Kubernetes puts before the end of a name that it makes."""


def kind_of(plain: Plain, *, any_version: bool) -> tuple[str, str, str] | None:
    """Why `plain` is not of its kind's group, or not of a served version: a rule, a pointer and a message; or None."""
    version, kind = plain.get("apiVersion"), plain.get("kind")
    served_group, versions = SERVED.get(kind, (GROUP, VERSIONS)) if isinstance(kind, str) else (GROUP, VERSIONS)
    if not isinstance(version, str):
        return KIND_RULE, "", "`apiVersion` is missing or not a string"
    group, _, name = version.rpartition("/")
    if group != served_group or not (any_version or name in versions):
        return KIND_RULE, "/apiVersion", f"`{version}` is not served; `{served_group}/{versions[0]}` is"
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
    types = type_errors(meta, any_case=False)
    found.extend(Refusal("schema", "error", TYPE_RULE, place, message) for place, message in types)
    if len(found) == before:
        _check_names(meta, found)
        _check_labels(meta, found)
        _check_annotations(meta, found)
        _check_owners(meta, found)


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
    for place, message in type_errors(meta, any_case=True):
        raise UndecodableError(DECODE_RULE, place, message)
    return {str(key): value or "" for key, value in (meta.get("annotations") or {}).items()}


def _check_names(meta: Plain, found: list[Refusal]) -> None:
    name, prefix, namespace = meta.get("name"), meta.get("generateName"), meta.get("namespace")
    if prefix and not is_dns_subdomain(_masked(prefix)):
        message = f"`{prefix}` is no beginning of a DNS subdomain"
        found.append(Refusal("schema", "error", "K-META-1", "/metadata/generateName", message))
    elif not name and prefix and not is_dns_subdomain(prefix[:_LONGEST_PREFIX] + "x"):
        message = f"a name that begins with `{prefix}` is not a DNS subdomain"
        found.append(Refusal("schema", "error", "K-META-1", "/metadata/generateName", message))
    if not name:
        if not prefix:
            found.append(Refusal("schema", "error", "K-META-1", "/metadata", "`name` is missing"))
    elif not is_dns_subdomain(name):
        message = f"name `{name}` is not a DNS subdomain of at most 253 characters"
        found.append(Refusal("schema", "error", "K-META-1", "/metadata/name", message))
    if namespace and not is_dns_label(namespace):
        message = f"namespace `{namespace}` is not a DNS label of at most 63 characters"
        found.append(Refusal("schema", "error", "K-META-2", "/metadata/namespace", message))


def _masked(prefix: str) -> str:
    """What Kubernetes looks at instead of a prefix with a dash at the end: the character before is lost on the way."""
    return prefix[:-2] + "a" if len(prefix) > 1 and prefix.endswith("-") else prefix


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


def _check_owners(meta: Plain, found: list[Refusal]) -> None:
    controllers = 0
    owners: list[Plain] = [each or {} for each in meta.get("ownerReferences") or []]
    for index, owner in enumerate(owners):
        at = f"/metadata/ownerReferences/{index}"
        found.extend(Refusal("schema", "error", "K-META-6", at, message) for message in _owner_faults(owner))
        controllers += owner.get("controller") is True
    if controllers > 1:
        message = f"{controllers} owners are controllers: one may be"
        found.append(Refusal("schema", "error", "K-META-6", "/metadata/ownerReferences", message))


def _owner_faults(owner: Plain) -> Iterator[str]:
    version = owner.get("apiVersion") or ""
    yield from (f"`{name}` of an owner is missing" for name in _OWNER_NAMES if not owner.get(name))
    if version and (version.count("/") > 1 or version.endswith("/")):
        yield f"`{version}` is not a version, nor a group and a version"
    if (version.removeprefix("/"), owner.get("kind")) == ("v1", "Event"):
        yield "an event cannot be an owner"
