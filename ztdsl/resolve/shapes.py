"""Checks that an argument is of the kind that its declaration takes, in the user's words."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from ztdsl.dsl.declaration import GIVEN_EMPTY, LEFT_OUT, MISSING, Declaration
from ztdsl.resolve.ports import HIGHEST
from ztdsl.resolve.problems import label, named, number_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.resolve.problems import Problems

T = TypeVar("T")
Place = tuple[str | int, ...]
_WORDS: Final = {str: "a string", int: "a number", float: "a number", bool: "true or false", date: "a date"}


def described(value: object) -> str:
    """What a wrong value is, in words."""
    if value is None:
        return "None"
    if isinstance(value, Declaration):
        word = named(value)
        return word if "`" in word else f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
    if isinstance(value, type):
        return f"the class `{value.__name__}` itself"
    if isinstance(value, str):
        return f"the string `{value}`"
    if isinstance(value, bool | int | float):
        return f"`{number_word(value)}`"
    if isinstance(value, tuple | list):
        return "a list"
    if isinstance(value, set | frozenset):
        return "a set, which has no order"
    if isinstance(value, dict):
        return "a dictionary"
    return f"a value of type `{type(value).__name__}`"


def wrong(problems: Problems, owner: Declaration, place: Place, value: object, wanted: str) -> None:
    """Report that the argument at `place` is not what was wanted; a missing one was reported already."""
    if value is MISSING:
        return
    problems.mark_broken(owner, place[0])
    field = next((f"`{step}` of " for step in place if isinstance(step, str)), "")
    help_: tuple[str, ...] = ()
    if isinstance(value, type) and issubclass(value, Declaration):
        help_ = (f"make one: `{value.__name__}(...)`",)
    elif isinstance(value, str) and wanted.startswith("a list of strings"):
        help_ = (f'write `["{value}"]`',)
    elif isinstance(value, Declaration) and wanted.startswith("a list"):
        help_ = ("put it in a list: `[...]`",)
    elif isinstance(value, str) and wanted == "a number" and value.isdecimal():
        help_ = (f"write `{value}` without quotes",)
    elif isinstance(value, str) and wanted == "a namespace":
        help_ = (f'declare it once, `Namespace("{value}")`, and give the declaration',)
    elif wanted == "a port" and isinstance(value, int) and value is not True and 0 < value <= HIGHEST:
        help_ = (f"declare it once, `HttpPort({value})` for example, and give the declaration",)
    problems.report(
        "ZT101",
        f"{field}{named(owner)} takes {wanted}, not {described(value)}",
        label(owner, *place),
        help=help_,
    )


def one(
    problems: Problems, owner: Declaration, place: Place, value: object, kinds: tuple[type[T], ...], wanted: str
) -> T | None:
    """`value` if it is of one of `kinds`, a string or number without its subclass; None, and a finding, if not."""
    if value.__class__ in kinds:
        return value  # of one of the kinds to the letter
    if isinstance(value, kinds) and (value.__class__ is not bool or bool in kinds):
        return plain(value)
    wrong(problems, owner, place, value, wanted)
    return None


def plain(value: T) -> T:
    """A member of an enumeration of strings or numbers as the bare string or number; anything else as it is.

    How such a member prints differs between kinds of enumerations and versions of Python; what it equals does not.
    """
    kind = value.__class__
    if kind is str or isinstance(value, Declaration | bool):
        return value
    bare: Any = value
    if isinstance(bare, str):
        bare = str.__str__(bare)
    elif isinstance(bare, int):
        bare = int.__int__(bare)
    return cast("T", bare)


def string(problems: Problems, owner: Declaration, field: str, wanted: str = "a string") -> str | None:
    """The argument `field` if it is a string; None, and a finding, if not."""
    value: object = getattr(owner, field)
    if value.__class__ is str:
        return str(value)
    return one(problems, owner, (field,), value, (str,), wanted)


def optional_string(problems: Problems, owner: Declaration, field: str) -> str | None:
    """The argument `field` if it is a string; None where it was left out, or with a finding."""
    value: object = getattr(owner, field)
    return None if value is None else one(problems, owner, (field,), value, (str,), "a string")


def strings(problems: Problems, owner: Declaration, field: str) -> Iterator[tuple[int, str]]:
    """The strings of a list argument with their positions; anything else becomes a finding."""
    value: Any = getattr(owner, field)
    if not isinstance(value, tuple):
        wrong(problems, owner, (field,), value, "a list of strings")
        return
    for index, item in enumerate(value):
        if isinstance(item, str):
            yield index, plain(item)
        else:
            wrong(problems, owner, (field, index), item, "strings")


def items(
    problems: Problems, owner: Declaration, field: str, kinds: tuple[type[T], ...], wanted: str
) -> Iterator[tuple[int, T]]:
    """The declarations of a list argument with their positions; anything else becomes a finding."""
    value: Any = getattr(owner, field)
    if not isinstance(value, tuple):
        wrong(problems, owner, (field,), value, f"a list of {wanted}")
        return
    for index, item in enumerate(value):
        if isinstance(item, kinds):
            yield index, item
        else:
            wrong(problems, owner, (field, index), item, wanted)


def refuse_empty(problems: Problems, owner: Declaration, *fields: str) -> bool:
    """Report the lists that were given and are empty, where that would mean more than their author wrote."""
    empty = [field for field in fields if getattr(owner, field) is GIVEN_EMPTY]
    for field in empty:
        problems.mark_broken(owner, field)
        problems.report(
            "ZT131",
            f"`{field}` of {named(owner)} is an empty list, which Istio reads as no condition",
            label(owner, field),
            help=("leave it out if that is meant",),
        )
    return bool(empty)


def is_default(value: object) -> bool:
    """Whether a list argument was left out: a list that came out empty is another thing."""
    return value is LEFT_OUT


def listed(value: object) -> tuple[Any, ...]:
    """The items of a list argument; none of one that is no list, which is reported where it is checked."""
    return value if isinstance(value, tuple) else ()


def one_or_many(value: object, field: str) -> list[tuple[Place, object]]:
    """Each item of an argument that takes one value or a list of them, with its place."""
    if isinstance(value, tuple):
        return [((field, index), item) for index, item in enumerate(value)]
    return [((field,), value)]


def day(problems: Problems, owner: Declaration, field: str) -> date | None:
    """The argument `field` if it is a date; None, and a finding, if not."""
    value = getattr(owner, field)
    if isinstance(value, datetime):
        return value.date()
    return one(problems, owner, (field,), value, (date,), "a date, such as `date(2027, 3, 31)`")
