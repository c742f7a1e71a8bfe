"""Shapes of values that hold others: lists, mappings and objects with named fields."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from operator import is_
from typing import TYPE_CHECKING, Any, Final

from ztdsl.istio.admission.refusal import Refusal, UndecodableError
from ztdsl.istio.admission.shapes import undecodable, wrong_type
from ztdsl.istio.golang.values import port_key
from ztdsl.istio.pointer import pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ztdsl.istio.admission.shapes import Shape, Unknown

Plain = dict[str, Any]
Fault = tuple[str, str, str]
"""A rule, a pointer below the value, a message."""

_CAPITAL: Final = re.compile(r"[A-Z]")
_LONGEST_LIKENESS: Final = 64
_SAME_IN_PROTOBUF: Final = frozenset({"targetRef", "targetRefs"})


@dataclass(frozen=True, slots=True)
class Items:
    """A list.

    Attributes:
        item: what each item has to be.
        most: items at most.
        rule: what a longer list breaks.
        null: what an item of `null` breaks.
    """

    item: Shape
    most: int | None = None
    rule: str = "V-TYPE"
    null: str = "V-TYPE"

    def check(self, plain: object, at: str, found: list[Refusal]) -> None:
        """A list that is not too long, each of its items as it should be."""
        if not isinstance(plain, list):
            found.append(wrong_type(plain, at, "a list"))
            return
        if self.most is not None and len(plain) > self.most:
            message = f"{len(plain)} items are more than {self.most}"
            found.append(Refusal("schema", "error", self.rule, at, message))
        for index, item in enumerate(plain):
            if item is None:
                message = "an item is null"
                found.append(Refusal("schema", "error", self.null, f"{at}/{index}", message))
            else:
                self.item.check(item, f"{at}/{index}", found)

    def unknown(self, plain: object, at: str, found: list[Unknown]) -> None:
        """The unknown fields of the items."""
        if isinstance(plain, list):
            for index, item in enumerate(plain):
                self.item.unknown(item, f"{at}/{index}", found)

    def nulls(self, plain: object, at: str, found: list[str]) -> None:
        """Those of the items; an item of `null` is refused, not dropped."""
        if isinstance(plain, list):
            for index, item in enumerate(plain):
                self.item.nulls(item, f"{at}/{index}", found)

    def decode(self, plain: object, at: str) -> list[Any]:
        """The items; one of `null` is an empty one."""
        if plain is None:
            return []
        if not isinstance(plain, list):
            raise undecodable(plain, at, "a list")
        return [self.item.decode(item, f"{at}/{index}") for index, item in enumerate(plain)]


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping with free keys.

    Attributes:
        value: what each value has to be.
        rule: what a mapping with too few or too many entries breaks.
        least: entries at least.
        most: entries at most.
        key_fault: what the schema has against a key, with the rule that it breaks.
        ports: whether the keys are numbers for istiod.
    """

    value: Shape
    rule: str
    key_fault: Callable[[str], tuple[str, str] | None]
    least: int = 0
    most: int | None = None
    ports: bool = False

    def check(self, plain: object, at: str, found: list[Refusal]) -> None:
        """A mapping with enough entries and not too many, each as it should be."""
        if not isinstance(plain, dict):
            found.append(wrong_type(plain, at, "an object"))
            return
        if len(plain) < self.least:
            found.append(Refusal("schema", "error", self.rule, at, "a mapping is present and empty"))
        if self.most is not None and len(plain) > self.most:
            message = f"{len(plain)} entries are more than {self.most}"
            found.append(Refusal("schema", "error", self.rule, at, message))
        for key, value in plain.items():
            place = at + pointer(key)
            if fault := self.key_fault(str(key)):
                found.append(Refusal("schema", "error", fault[0], place, fault[1]))
            self.value.check(value, place, found)

    def unknown(self, plain: object, at: str, found: list[Unknown]) -> None:
        """The unknown fields of the values."""
        if isinstance(plain, dict):
            for key, value in plain.items():
                self.value.unknown(value, at + pointer(key), found)

    def nulls(self, plain: object, at: str, found: list[str]) -> None:
        """The entries that are `null`, and those of the values."""
        if isinstance(plain, dict):
            for key, value in plain.items():
                if value is None:
                    found.append(at + pointer(key))
                else:
                    self.value.nulls(value, at + pointer(key), found)

    def decode(self, plain: object, at: str) -> dict[Any, Any]:
        """The mapping, by number where keys are ports."""
        if plain is None:
            return {}
        if not isinstance(plain, dict):
            raise undecodable(plain, at, "an object")
        return {self._key(str(key), at): self.value.decode(value, at + pointer(key)) for key, value in plain.items()}

    def _key(self, key: str, at: str) -> str | int:
        if not self.ports:
            return key
        number = port_key(key)
        if number is None:
            raise UndecodableError(self.rule, at + pointer(key), f"`{key}` is not the number of a port")
        return number


def _nothing(plain: Plain) -> Iterable[Fault]:  # noqa: ARG001 - the shape of a rule
    return ()


@dataclass(frozen=True, slots=True)
class Record:
    """An object with named fields.

    Attributes:
        fields: the fields and what each has to be.
        required: fields that may not be absent, and the rule that an absent one breaks.
        rules: what the schema has against the object as a whole; it is asked only if each field is as it should be.
        alias: fields that istiod reads as another one.
    """

    fields: Mapping[str, Shape]
    required: Mapping[str, str] = field(default_factory=dict)
    rules: Callable[[Plain], Iterable[Fault]] = _nothing
    alias: Mapping[str, str] = field(default_factory=dict)
    _decoded: tuple[tuple[str, str, Shape], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare the names under which istiod looks for a field: protobuf's, and that of JSON, which wins."""
        decoded = tuple((name, _snake(name), shape) for name, shape in self.fields.items() if name not in self.alias)
        object.__setattr__(self, "_decoded", decoded)

    def check(self, plain: object, at: str, found: list[Refusal]) -> None:
        """An object with the required fields, each of its known fields as it should be."""
        if not isinstance(plain, dict):
            found.append(wrong_type(plain, at, "an object"))
            return
        for name, rule in self.required.items():
            if name not in plain:
                found.append(Refusal("schema", "error", rule, at, f"`{name}` is missing"))
        before = len(found)
        for name, value in plain.items():
            shape = self.fields.get(name)
            if shape is not None:
                shape.check(value, f"{at}/{name}", found)
        if len(found) == before:
            found.extend(Refusal("schema", "error", rule, at + end, text) for rule, end, text in self.rules(plain))

    def unknown(self, plain: object, at: str, found: list[Unknown]) -> None:
        """The unknown fields of the object and of what it holds."""
        if not isinstance(plain, dict):
            return
        for name, value in plain.items():
            shape = self.fields.get(name)
            if shape is not None:
                shape.unknown(value, f"{at}/{name}", found)
            else:
                found.append((at + pointer(name), like(str(name), tuple(self.fields))))

    def nulls(self, plain: object, at: str, found: list[str]) -> None:
        """The known fields that are `null`, and those of the others."""
        if isinstance(plain, dict):
            for name, value in plain.items():
                shape = self.fields.get(name)
                if shape is not None and value is None:
                    found.append(f"{at}/{name}")
                elif shape is not None:
                    shape.nulls(value, f"{at}/{name}", found)

    def decode(self, plain: object, at: str) -> Plain:
        """The fields that are present and not `null`; a field without a value is not there."""
        if plain is None:
            return {}
        if not isinstance(plain, dict):
            raise undecodable(plain, at, "an object")
        decoded: Plain = {}
        for name, old_name, shape in self._decoded:
            written = name if name in plain else old_name
            value = plain.get(written)
            if value is not None:
                decoded[name] = shape.decode(value, f"{at}/{written}")
        return decoded


def without_nulls(plain: object) -> Any:  # noqa: ANN401 - of the type of `plain`
    """What the API server keeps of a spec before it checks anything: no field or entry of `null`, but such items."""
    if isinstance(plain, dict):
        kept = {key: without_nulls(value) for key, value in plain.items() if value is not None}
        return plain if len(kept) == len(plain) and all(map(is_, kept.values(), plain.values())) else kept
    if isinstance(plain, list):
        items = [without_nulls(item) for item in plain]
        return plain if all(map(is_, items, plain)) else items
    return plain


@lru_cache(1 << 12)
def like(name: str, known: tuple[str, ...]) -> str | None:
    """The name among `known` that is most like `name`, whatever its case, or None."""
    if len(name) > _LONGEST_LIKENESS:
        return None
    by_lower = {word.lower(): word for word in known}
    close = get_close_matches(name.lower().replace("_", ""), by_lower, n=1)
    return by_lower[close[0]] if close else None


def _snake(name: str) -> str:
    """The field's name in protobuf."""
    return name if name in _SAME_IN_PROTOBUF else _CAPITAL.sub(lambda capital: "_" + capital.group().lower(), name)
