"""The types of what stands in an object's metadata, the same for every kind.

Source: Kubernetes `apimachinery/pkg/apis/meta/v1/types.go` (ObjectMeta, OwnerReference, ManagedFieldsEntry). Go decodes
`null` as nothing, and the record of managed fields as whatever it is.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from ztdsl.istio.admission.shapes import type_name
from ztdsl.istio.pointer import pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ztdsl.istio.admission.records import Plain

_Problem: TypeAlias = "tuple[str, object, str]"
"""A pointer below a value, what stands there, what belongs there."""
_Type: TypeAlias = "Callable[[object, bool], Iterator[_Problem]]"
"""What is wrong with a value; with True names of fields are read in upper and lower case."""

_TIME: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:[.,][0-9]+)?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-4]):[0-5][0-9])"
)


def type_errors(meta: Plain, *, any_case: bool) -> list[tuple[str, str]]:
    """The places of what has another type than in all objects, with messages; `null` counts as absent.

    Args:
        meta: the metadata.
        any_case: whether names of fields are read in upper and lower case, as istiod does and the API server does not.
    """
    return [
        (f"/metadata{below}", f"{type_name(value)} stands where {wanted} belongs")
        for below, value, wanted in _META(meta, any_case)
    ]


def whatever_case(plain: Plain, known: Iterable[str]) -> Plain:
    """The known fields of an object as Go's decoder reads them: in upper or lower case, the last one wins."""
    by_lower = {name.lower(): name for name in known}
    named = ((by_lower.get(str(name).lower()), value) for name, value in plain.items())
    return {name: value for name, value in named if name is not None}


def _text(value: object, _: bool) -> Iterator[_Problem]:  # noqa: FBT001 - the shape of a type
    if not isinstance(value, str):
        yield "", value, "a string"


def _flag(value: object, _: bool) -> Iterator[_Problem]:  # noqa: FBT001 - likewise
    if not isinstance(value, bool):
        yield "", value, "a boolean"


def _number(value: object, _: bool) -> Iterator[_Problem]:  # noqa: FBT001 - likewise
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        yield "", value, "a whole number of 64 bits"


def _time(value: object, _: bool) -> Iterator[_Problem]:  # noqa: FBT001 - likewise
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


def _list(item: _Type) -> _Type:
    def problems(value: object, any_case: bool) -> Iterator[_Problem]:  # noqa: FBT001 - likewise
        if not isinstance(value, list):
            yield "", value, "a list"
            return
        for index, each in enumerate(value):
            if each is not None:
                yield from _below(f"/{index}", item(each, any_case))

    return problems


def _pairs(value: object, any_case: bool) -> Iterator[_Problem]:  # noqa: FBT001 - likewise
    if not isinstance(value, dict):
        yield "", value, "an object"
        return
    for key, each in value.items():
        if each is not None:
            yield from _below(pointer(key), _text(each, any_case))


def _object(fields: Mapping[str, _Type]) -> _Type:
    def problems(value: object, any_case: bool) -> Iterator[_Problem]:  # noqa: FBT001 - likewise
        if not isinstance(value, dict):
            yield "", value, "an object"
            return
        plain = whatever_case(value, fields) if any_case else value
        for name, kind in fields.items():
            if plain.get(name) is not None:
                yield from _below(f"/{name}", kind(plain[name], any_case))

    return problems


def _below(at: str, problems: Iterator[_Problem]) -> Iterator[_Problem]:
    return ((at + place, value, wanted) for place, value, wanted in problems)


_OWNER: Final = _object(
    {
        **dict.fromkeys(("apiVersion", "kind", "name", "uid"), _text),
        **dict.fromkeys(("controller", "blockOwnerDeletion"), _flag),
    }
)
_MANAGED: Final = _object(
    {**dict.fromkeys(("manager", "operation", "apiVersion", "fieldsType", "subresource"), _text), "time": _time}
)
_TYPES: Final[dict[str, _Type]] = {
    **dict.fromkeys(("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion"), _text),
    **dict.fromkeys(("generation", "deletionGracePeriodSeconds"), _number),
    **dict.fromkeys(("creationTimestamp", "deletionTimestamp"), _time),
    "finalizers": _list(_text),
    "ownerReferences": _list(_OWNER),
    "managedFields": _list(_MANAGED),
    **dict.fromkeys(("labels", "annotations"), _pairs),
}
_META: Final = _object(_TYPES)
META_FIELDS: Final = tuple(_TYPES)
