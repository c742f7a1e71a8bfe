"""Shapes of single values: what the schema asks of them and what istiod's decoder makes of them.

Each shape answers four questions: what the API server refuses, which fields it would drop because it does not know
them, which because they are `null`, and what istiod reads. The decoder is the older of protobuf's two for Go, which
takes `null` for nothing and the numbers of enumerations.
Sources: Kubernetes `kube-openapi/pkg/validation/validate`, `apiextensions-apiserver/pkg/apiserver/schema/defaulting/
prunenulls.go`; golang/protobuf 1.5 `jsonpb/decode.go`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from ztdsl.istio.admission.refusal import DECODE_RULE, TYPE_RULE, Refusal, UndecodableError
from ztdsl.istio.golang.values import duration

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

MILLISECOND: Final = 1_000_000
"""In nanoseconds."""
_LOWEST_INT32: Final = -(2**31)
_HIGHEST_INT32: Final = 2**31 - 1

Unknown = tuple[str, str | None]


class Shape(Protocol):
    """What one value of a manifest has to look like."""

    def check(self, plain: object, at: str, found: list[Refusal]) -> None:
        """Add what the API server refuses in `plain`, which stands at the pointer `at`."""

    def unknown(self, plain: object, at: str, found: list[Unknown]) -> None:
        """Add the pointers of the fields in `plain` that the API server drops, each with a known name like it."""

    def nulls(self, plain: object, at: str, found: list[str]) -> None:
        """Add the pointers of the known fields and entries below `plain` that are `null`: the API server drops them."""

    def decode(self, plain: object, at: str) -> Any:  # noqa: ANN401 - the value that the shape describes
        """The value as istiod reads it, fields by their names in JSON; `null` is an empty value.

        Raises:
            UndecodableError: istiod cannot read it.
        """


def type_name(plain: object) -> str:
    """What JSON calls the type of `plain`."""
    for kind, name in _TYPES:
        if isinstance(plain, kind):
            return name
    return "null" if plain is None else type(plain).__name__


_TYPES: Final = (
    (str, "a string"),
    (bool, "a boolean"),
    (int, "a number"),
    (float, "a number"),
    (dict, "an object"),
    (list, "a list"),
)


def wrong_type(plain: object, at: str, wanted: str, rule: str = TYPE_RULE) -> Refusal:
    """The refusal of a value of another type."""
    return Refusal("schema", "error", rule, at, f"{type_name(plain)} stands where the schema asks for {wanted}")


def undecodable(plain: object, at: str, wanted: str) -> UndecodableError:
    """The error for a value of another type."""
    return UndecodableError(DECODE_RULE, at, f"istiod cannot decode {type_name(plain)} as {wanted}")


class _Leaf:
    """A value without fields."""

    __slots__ = ()

    def unknown(self, plain: object, at: str, found: list[Unknown]) -> None:
        """Nothing: there are no fields."""

    def nulls(self, plain: object, at: str, found: list[str]) -> None:
        """Nothing: there are no fields."""


@dataclass(frozen=True, slots=True)
class Text(_Leaf):
    """A string; lengths count characters.

    Attributes:
        rule: what a string breaks that is too short or too long, or unlike the pattern.
        shortest: characters at least.
        longest: characters at most.
        pattern: what has to be found in it.
        validate: further rules of the schema: what is wrong with a string, with the rule that it breaks.
    """

    rule: str = TYPE_RULE
    shortest: int = 0
    longest: int | None = None
    pattern: re.Pattern[str] | None = None
    validate: Callable[[str], tuple[str, str] | None] | None = None

    def check(self, plain: object, at: str, found: list[Refusal]) -> None:
        """A string within the limits."""
        if not isinstance(plain, str):
            found.append(wrong_type(plain, at, "a string"))
            return
        limits = found.append
        if len(plain) < self.shortest:
            limits(Refusal("schema", "error", self.rule, at, "a value is empty"))
        elif self.longest is not None and len(plain) > self.longest:
            message = f"a value of {len(plain)} characters is longer than {self.longest}"
            limits(Refusal("schema", "error", self.rule, at, message))
        elif self.pattern is not None and not self.pattern.search(plain):
            limits(Refusal("schema", "error", self.rule, at, f"`{plain}` is not of the form that the schema asks for"))
        elif self.validate is not None and (fault := self.validate(plain)):
            limits(Refusal("schema", "error", fault[0], at, fault[1]))

    def decode(self, plain: object, at: str) -> str:
        """The string."""
        if plain is None:
            return ""
        if not isinstance(plain, str):
            raise undecodable(plain, at, "a string")
        return plain


@dataclass(frozen=True, slots=True)
class Free(_Leaf):
    """Anything: what is not described here."""

    def check(self, plain: object, at: str, found: list[Refusal]) -> None:
        """Nothing is refused."""

    def decode(self, plain: object, at: str) -> object:  # noqa: ARG002 - the shape of shapes
        """The value."""
        return plain


@dataclass(frozen=True, slots=True)
class Flag(_Leaf):
    """True or false."""

    def check(self, plain: object, at: str, found: list[Refusal]) -> None:
        """A boolean."""
        if not isinstance(plain, bool):
            found.append(wrong_type(plain, at, "a boolean"))

    def decode(self, plain: object, at: str) -> bool:
        """The boolean; false for `null`."""
        if plain is None:
            return False
        if not isinstance(plain, bool):
            raise undecodable(plain, at, "a boolean")
        return plain


@dataclass(frozen=True, slots=True)
class Choice(_Leaf):
    """One of several words, in the order of their numbers in protobuf."""

    rule: str
    words: tuple[str, ...]

    def check(self, plain: object, at: str, found: list[Refusal]) -> None:
        """One of the words."""
        if not isinstance(plain, str):
            found.append(wrong_type(plain, at, "a string"))
        elif plain not in self.words:
            found.append(Refusal("schema", "error", self.rule, at, self._message(plain)))

    def decode(self, plain: object, at: str) -> str:
        """The word; a number's word, or the number itself if it has none."""
        if plain is None:
            return self.words[0]
        if isinstance(plain, str):
            if plain not in self.words:
                raise UndecodableError(self.rule, at, self._message(plain))
            return plain
        if isinstance(plain, bool) or not isinstance(plain, int) or not _LOWEST_INT32 <= plain <= _HIGHEST_INT32:
            raise undecodable(plain, at, "one of the words " + ", ".join(self.words))
        return self.words[plain] if 0 <= plain < len(self.words) else str(plain)

    def _message(self, plain: str) -> str:
        return f"`{plain}` is none of " + ", ".join(f"`{word}`" for word in self.words)


@dataclass(frozen=True, slots=True)
class Duration(_Leaf):
    """A duration as Go writes it, of one millisecond at least."""

    rule: str

    def check(self, plain: object, at: str, found: list[Refusal]) -> None:
        """A duration that is long enough."""
        if not isinstance(plain, str):
            found.append(wrong_type(plain, at, "a string"))
            return
        length = duration(plain)
        if length is None:
            found.append(Refusal("schema", "error", self.rule, at, f"`{plain}` is not a duration such as `5s`"))
        elif length < MILLISECOND:
            found.append(Refusal("schema", "error", self.rule, at, f"`{plain}` is shorter than a millisecond"))

    def decode(self, plain: object, at: str) -> int:
        """The duration in nanoseconds."""
        length = duration(plain) if isinstance(plain, str) else None
        if length is None:
            shown = f"`{plain}`" if isinstance(plain, str) else type_name(plain)
            raise UndecodableError(self.rule, at, f"istiod cannot decode {shown} as a duration such as `5s`")
        return length
