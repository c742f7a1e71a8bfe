"""An object's kind and metadata, as the API server checks them and as istiod decodes them.

Sources: Kubernetes `apimachinery/pkg/api/validation/objectmeta.go`, `apimachinery/pkg/apis/meta/v1/types.go`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ztdsl.istio.admission.refusal import DECODE_RULE, KIND_RULE, TYPE_RULE, Refusal, UndecodableError
from ztdsl.istio.admission.shapes import type_name, undecodable, wrong_type
from ztdsl.istio.grammar import is_dns_label, is_dns_subdomain, is_label_key, is_label_value
from ztdsl.istio.pointer import pointer
from ztdsl.istio.validate.metadata import ANNOTATIONS_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ztdsl.istio.admission.records import Plain

GROUP: Final = "security.istio.io"
VERSIONS: Final = ("v1", "v1beta1")
TOP_FIELDS: Final = ("apiVersion", "kind", "metadata", "spec", "status")
TEXT_FIELDS: Final = ("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion")
TIME_FIELDS: Final = ("creationTimestamp", "deletionTimestamp")
NUMBER_FIELDS: Final = ("generation", "deletionGracePeriodSeconds")
TEXT_LIST_FIELDS: Final = ("finalizers",)
OBJECT_LIST_FIELDS: Final = ("ownerReferences", "managedFields")
PAIR_FIELDS: Final = ("labels", "annotations")
META_FIELDS: Final = (
    *(*TEXT_FIELDS, *TIME_FIELDS, *NUMBER_FIELDS),
    *(*TEXT_LIST_FIELDS, *OBJECT_LIST_FIELDS, *PAIR_FIELDS),
)

_LONGEST_PREFIX: Final = 58
"""Characters of a prefix that Kubernetes puts before the end of a name that it makes."""
_TIME: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:[.,][0-9]+)?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-4]):[0-5][0-9])"
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
    found.extend(Refusal("schema", "error", TYPE_RULE, place, message) for place, message in _type_errors(meta))
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
    for place, message in _type_errors(meta):
        raise UndecodableError(DECODE_RULE, place, message)
    return {str(key): value or "" for key, value in (meta.get("annotations") or {}).items()}


def _type_errors(meta: Plain) -> list[tuple[str, str]]:
    """The places of what has another type than in all objects, with messages; `null` counts as absent.

    What stands in owner references and managed fields is not looked at: Kubernetes writes it, not people.
    """
    return [
        (f"/metadata/{name}{below}", f"{type_name(value)} stands where {wanted} belongs")
        for names, problems in _FORMS
        for name in names
        if meta.get(name) is not None
        for below, value, wanted in problems(meta[name])
    ]


def _text_problems(value: object) -> Iterator[_Problem]:
    if not isinstance(value, str):
        yield "", value, "a string"


def _number_problems(value: object) -> Iterator[_Problem]:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        yield "", value, "a whole number of 64 bits"


def _time_problems(value: object) -> Iterator[_Problem]:
    if not (isinstance(value, str) and _is_time(value)):
        yield "", value, "a time of RFC 3339"


def _is_time(text: str) -> bool:
    match = _TIME.fullmatch(text)
    if match is None:
        return False
    year, month, day, hour, minute, second = map(int, match.groups())
    try:
        datetime(year or 4, month, day, hour, minute, second, tzinfo=UTC)  # Go knows the year 0, a leap year
    except ValueError:
        return False
    return True


def _list_problems(kind: type[object], wanted: str) -> Callable[[object], Iterator[_Problem]]:
    def problems(value: object) -> Iterator[_Problem]:
        if not isinstance(value, list):
            yield "", value, "a list"
            return
        for index, item in enumerate(value):
            if not (item is None or isinstance(item, kind)):
                yield f"/{index}", item, wanted

    return problems


def _pair_problems(value: object) -> Iterator[_Problem]:
    if not isinstance(value, dict):
        yield "", value, "an object"
        return
    for key, text in value.items():
        if not (text is None or isinstance(text, str)):
            yield pointer(key), text, "a string"


_Problem = tuple[str, object, str]
"""A pointer below a field, the value there, what belongs there."""
_FORMS: Final = (
    (TEXT_FIELDS, _text_problems),
    (NUMBER_FIELDS, _number_problems),
    (TIME_FIELDS, _time_problems),
    (TEXT_LIST_FIELDS, _list_problems(str, "a string")),
    (OBJECT_LIST_FIELDS, _list_problems(dict, "an object")),
    (PAIR_FIELDS, _pair_problems),
)


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
