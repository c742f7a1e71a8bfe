"""Frozen dataclasses that are made by the hundred thousand, at half the price, and declared at a third of it.

`dataclass` compiles six methods for every class, which is half of what a small `ztc build` imports. Here `__init__` is
compiled, since it runs most; what compares, hashes and shows values is shared by all classes.
"""

from __future__ import annotations

import dataclasses
from dataclasses import KW_ONLY, MISSING, FrozenInstanceError, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass  # type checkers see the standard one, which ours stands in for

__all__ = ["KW_ONLY", "dataclass", "quick", "quick_with"]
T = TypeVar("T")

if not TYPE_CHECKING:

    def dataclass(*, frozen: bool, slots: bool, eq: bool = True, repr: bool = True) -> Callable[[type[T]], type[T]]:  # noqa: A002 - as the standard one
        """The standard decorator for classes that are frozen and slotted, whose fields have no default factories.

        Raises:
            TypeError: the class is to be another kind of dataclass, or a field has a default factory.
        """
        if not (frozen and slots):
            msg = "use the standard dataclass for what is not frozen and slotted"
            raise TypeError(msg)
        return lambda made: _frozen(made, eq=eq, repr=repr)


def _frozen(declared: type[T], *, eq: bool, repr: bool) -> type[T]:  # noqa: A002 - as above
    # To the standard decorator it is not frozen: that would compile the methods that are shared here.
    made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(declared)
    methods = {name: method for name, method in vars(_Frozen).items() if callable(method)}
    if not repr:
        del methods["__repr__"]
    if eq:
        names = [each.name for each in fields(made) if each.compare]  # type: ignore[arg-type] # a dataclass by now
        methods["__eq__"], methods["__hash__"] = _comparison(names)
    for name, method in methods.items():
        if vars(declared).get(name) is None:  # a method of the class's own stays; None is what `__eq__` does to a hash
            setattr(made, name, method)
    return quick(made)


class _Frozen:
    """What all of them have in common, copied into each as the standard decorator does."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        msg = f"cannot assign to field {name!r}"
        raise FrozenInstanceError(msg)

    def __delattr__(self, name: str) -> NoReturn:
        msg = f"cannot delete field {name!r}"
        raise FrozenInstanceError(msg)

    def __getstate__(self) -> list[object]:
        return [getattr(self, each.name) for each in _fields_of(self)]

    def __setstate__(self, state: list[object]) -> None:
        for each, value in zip(_fields_of(self), state, strict=True):
            object.__setattr__(self, each.name, value)  # as copying and unpickling do it

    def __repr__(self) -> str:
        texts = [f"{each.name}={getattr(self, each.name)!r}" for each in _fields_of(self) if each.repr]
        return f"{type(self).__qualname__}({', '.join(texts)})"


def _fields_of(value: Any) -> tuple[dataclasses.Field[Any], ...]:  # noqa: ANN401 - of any of these classes
    return fields(value)


def _comparison(names: list[str]) -> tuple[Callable[[Any, Any], bool], Callable[[Any], int]]:
    """`__eq__` and `__hash__` of a class that is told apart by the fields `names`."""
    values: Callable[[Any], object] = attrgetter(*names) if names else type

    def equal(self: object, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: object) -> int:
        return hash(values(self))

    return equal, hashed


def quick(made: type[T]) -> type[T]:
    """The frozen, slotted dataclass `made` with a faster `__init__` of the same signature.

    A frozen dataclass stores each field through `object.__setattr__`, which looks the slot up by name; this one
    calls the slot's own setter. It is as frozen as before: nothing but `__init__` knows the setters.

    Raises:
        TypeError: a field has a default factory, which no hot class needs.
    """
    return _quickened(made, {})


def quick_with(convert: Callable[[object], object], *names: str) -> Callable[[type[T]], type[T]]:
    """`quick`, with `convert` applied to what is given for the fields `names`; a default stays as it is.

    Most arguments of most calls are left out, so that `__init__` does without a `__post_init__` that looks at all.
    """
    return lambda made: _quickened(made, dict.fromkeys(names, convert))


def _quickened(made: type[T], converters: dict[str, Callable[[object], object]]) -> type[T]:
    positional: list[str] = []
    named: list[str] = []
    known: dict[str, Any] = {}
    stores: list[str] = []
    for field in fields(made):  # type: ignore[arg-type] # a dataclass, or this raises
        if not field.init:
            continue
        if field.default_factory is not MISSING:
            msg = f"{made.__name__}.{field.name} has a default factory"
            raise TypeError(msg)
        known[f"set_{field.name}"] = getattr(made, field.name).__set__
        known[f"default_{field.name}"] = field.default
        default = "" if field.default is MISSING else f"=default_{field.name}"
        (named if field.kw_only else positional).append(f"{field.name}{default}")
        value = field.name
        if field.name in converters:
            known[f"convert_{field.name}"] = converters[field.name]
            value = f"convert_{field.name}({field.name})"
            if field.default is not MISSING:
                value = f"{field.name} if {field.name} is default_{field.name} else {value}"
        stores.append(f"    set_{field.name}(self, {value})\n")
    if hasattr(made, "__post_init__"):
        stores.append("    self.__post_init__()\n")
    arguments = ", ".join(["self", *positional, *(["*", *named] if named else [])])
    exec(f"def __init__({arguments}):\n{''.join(stores) or '    pass'}", known)  # noqa: S102 - names of fields, as `dataclass` does
    init = known["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    made.__init__ = init  # type: ignore[method-assign] # the same signature
    return made
