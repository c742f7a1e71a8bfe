"""The base of everything a user declares: a frozen value that knows where it was made.

Constructors never validate and never raise for what a user wrote: a missing, unknown or surplus
argument is remembered as a `Fault`, and `resolve` reports all of them at once.
"""

from __future__ import annotations

import inspect
from functools import partial, wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, ParamSpec, TypeVar, cast
from weakref import ref

from ztdsl.origin import Origin, capture
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
D = TypeVar("D", bound="Declaration")


class _Missing:
    """Stands for a required argument that was not given."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<missing>"


MISSING: Final = _Missing()


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a call did not fit its signature.

    Attributes:
        kind: `missing` (a required argument was not given), `unknown` (no argument of that name
            exists) or `surplus` (more positional arguments than the call takes).
        argument: the argument's name, or the position of a surplus one from 0.
        known: the names that the call takes, for "did you mean".
    """

    kind: Literal["missing", "unknown", "surplus"]
    argument: str | int
    known: tuple[str, ...]


class _DeclarationType(type):
    """Records the origin of each declaration and turns a call that does not fit into faults."""

    if not TYPE_CHECKING:  # type checkers see the signature of each class itself

        def __call__(cls, *args: object, **kwargs: object) -> object:
            try:
                declaration = type.__call__(cls, *args, **kwargs)
            except TypeError:
                declaration = _fitted(cls.__init__, partial(type.__call__, cls), args, kwargs)
            _set_origin(declaration, capture(2))
            return declaration


class Declaration(metaclass=_DeclarationType):
    """A frozen value; two declarations are the same only if they are the same object."""

    __slots__ = ("__weakref__", "_origin")
    _origin: Origin

    def __repr__(self) -> str:
        """The class and the declared name, never the whole graph of objects behind it."""
        name = getattr(self, "name", None)
        shown = repr(name) if isinstance(name, str) else "..."
        return f"{type(self).__name__}({shown})"


# The slot's own setter: faster than `object.__setattr__`, and as far out of users' reach.
_set_origin: Final[Callable[[object, Origin], None]] = Declaration.__dict__["_origin"].__set__
# By id, gone with the declaration; a dictionary with weak keys takes longer to say that it has none.
_FAULTS: Final[dict[int, tuple[ref[Declaration], tuple[Fault, ...]]]] = {}


def origin_of(declaration: Declaration) -> Origin:
    """The place where `declaration` was made."""
    return declaration._origin  # noqa: SLF001 - kept out of what users see on a declaration


def faults_of(declaration: Declaration) -> tuple[Fault, ...]:
    """How the call that made `declaration` did not fit its signature; empty for a good call."""
    known = _FAULTS.get(id(declaration))
    return known[1] if known is not None else ()


def collected(function: Callable[P, D]) -> Callable[P, D]:
    """Make a function or method that returns a declaration as forgiving as a constructor."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> D:
        try:
            return function(*args, **kwargs)
        except TypeError:
            if args and "self" in inspect.signature(function).parameters:
                bound: Callable[..., D] = partial(function, args[0])  # type: ignore[arg-type] # the method's own `self`
                return _fitted(function, bound, args[1:], kwargs)
            return _fitted(function, function, args, kwargs)

    return call


def _fitted(
    signature: Callable[..., Any], function: Callable[..., D], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> D:
    """Call `function` with what fits `signature`, the rest remembered as faults of the result."""
    parameters = {n: p for n, p in inspect.signature(signature).parameters.items() if n != "self"}
    positions = [n for n, p in parameters.items() if p.kind is p.POSITIONAL_OR_KEYWORD]
    positional, surplus = args[: len(positions)], args[len(positions) :]
    given = positions[: len(positional)]
    known = tuple(parameters)
    faults = [Fault("surplus", len(positional) + index, known) for index in range(len(surplus))]
    keywords: dict[str, Any] = {}
    for name, value in kwargs.items():
        if name in parameters and name not in given:
            keywords[name] = value
        else:
            faults.append(Fault("unknown", name, known))
    for name, parameter in parameters.items():
        if parameter.default is parameter.empty and name not in given and name not in keywords:
            keywords[name] = MISSING
            faults.append(Fault("missing", name, known))
    if not faults:  # the TypeError came from inside, not from the call
        return function(*args, **kwargs)
    result = function(*positional, **keywords)
    key, forget = id(result), _FAULTS.pop
    _FAULTS[key] = (ref(result, lambda _: forget(key, None)), (*faults_of(result), *faults))
    return result


class _NoItems(tuple[()]):
    """No items, in one of two ways that mean different things."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "()"


LEFT_OUT: Final = _NoItems()
"""The default of a list that sets no condition where it is left out."""
GIVEN_EMPTY: Final = _NoItems()
"""A list or tuple that was given and is empty: as a condition it would silently mean everything."""


def frozen_list(value: object) -> object:
    """`value` as a tuple if it is a list, so that no later change to the list can change a declaration.

    Anything that is not a list or tuple (a lone string, None, a set) is left for `resolve` to refuse.
    """
    kind = value.__class__
    if kind is list or (kind is tuple and not value):
        return tuple(cast("list[object]", value)) or GIVEN_EMPTY
    return value


def as_tuple(declaration: Declaration, *fields: str) -> None:
    """Freeze the named list fields."""
    for field in fields:
        value = getattr(declaration, field)
        frozen = frozen_list(value)
        if frozen is not value:
            object.__setattr__(declaration, field, frozen)


def as_mapping(declaration: Declaration, *fields: str) -> None:
    """Replace the named dictionary fields by copies that nobody can change."""
    for field in fields:
        value = getattr(declaration, field)
        if isinstance(value, dict):
            object.__setattr__(declaration, field, MappingProxyType(dict(value)))
