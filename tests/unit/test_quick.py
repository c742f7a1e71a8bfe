"""The fast dataclasses behave as the standard ones do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, field
from typing import Any

import pytest

from ztdsl import quick
from ztdsl.quick import KW_ONLY


@quick.dataclass(frozen=True, slots=True)
class Point:
    """One of ours."""

    x: int
    y: int = 0
    _: KW_ONLY
    label: str = field(default="", compare=False, repr=False)
    total: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Work out a field that is not given."""
        object.__setattr__(self, "total", self.x + self.y)


@dataclasses.dataclass(frozen=True, slots=True)
class Standard:
    """Its standard twin."""

    x: int
    y: int = 0
    _: KW_ONLY
    label: str = field(default="", compare=False, repr=False)
    total: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Work out a field that is not given."""
        object.__setattr__(self, "total", self.x + self.y)


@quick.dataclass(frozen=True, slots=True)
class Deep(Point):
    """One that inherits."""

    z: int = 0


@quick.dataclass(frozen=True, slots=True)
class Same:
    """Has the fields of nothing."""


@quick.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Bare:
    """Keeps the identity and the looks of an object."""

    x: int


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


@quick.quick_with(_listed, "items", "more")
@quick.dataclass(frozen=True, slots=True)
class Listing:
    """Converts what is given."""

    items: Any
    more: Any = None
    other: Any = None


def test_values_show_themselves_as_standard_ones() -> None:
    """The text has the fields that are to be shown, in their order."""
    assert repr(Point(1, 2, label="a")) == repr(Standard(1, 2, label="a")).replace("Standard", "Point")
    assert repr(Same()) == "Same()"


def test_values_are_equal_by_the_fields_that_count() -> None:
    """Fields that are left out of comparison make no difference, another class does."""
    assert Point(1, 2, label="a") == Point(1, 2, label="b")
    assert hash(Point(1, 2, label="a")) == hash(Point(1, 2, label="b"))
    assert Point(1, 2) != Point(2, 1)
    other: object = Standard(1)
    assert Point(1) != other
    assert Point(1) != Deep(1)
    assert Same() == Same()
    assert hash(Same()) == hash(Same())


def test_identity_can_stay_what_tells_values_apart() -> None:
    """Without `eq` and `repr` a value compares and shows itself as any object does."""
    one = Bare(1)
    assert one != Bare(1)
    assert len({one, Bare(1)}) == 2
    assert repr(one).startswith("<")


def test_values_are_frozen() -> None:
    """Nothing but `__init__` sets a field, and there is nowhere to put another attribute."""
    point: Any = Point(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'x'"):
        point.x = 2
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'other'"):
        point.other = 2
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'x'"):
        del point.x
    assert not hasattr(point, "__dict__")


@pytest.mark.parametrize("value", [Point(1, 2, label="a"), Deep(1, 2, z=3), Same(), Listing([1])])
def test_values_are_copied_and_pickled(value: Any) -> None:
    """A copy has every field, also those that do not count."""
    for twin in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):  # noqa: S301 - our own
        assert twin == value
        assert [getattr(twin, each.name) for each in dataclasses.fields(twin)] == [
            getattr(value, each.name) for each in dataclasses.fields(value)
        ]


def test_the_functions_of_dataclasses_know_them() -> None:
    """`fields`, `replace`, `is_dataclass` and patterns work."""
    point = Point(1, 2, label="a")
    assert dataclasses.is_dataclass(point)
    assert [each.name for each in dataclasses.fields(Point)] == [each.name for each in dataclasses.fields(Standard)]
    assert dataclasses.replace(point, y=5) == Point(1, 5)
    match point:
        case Point(x, y):
            assert (x, y) == (1, 2)


def test_arguments_are_those_of_a_standard_one() -> None:
    """A call that does not fit raises as it does there; a field without default must be given."""
    made: Any = Point
    for args, kwargs in (((), {}), ((1, 2, "a"), {}), ((1,), {"z": 1}), ((1,), {"total": 3})):
        with pytest.raises(TypeError):
            made(*args, **kwargs)
    assert Point(1, y=2, label="a").total == 3


def test_what_is_given_is_converted_and_defaults_stay() -> None:
    """Only the named fields are converted."""
    listing = Listing([1], other=[2])
    assert (listing.items, listing.more, listing.other) == ((1,), None, [2])
    assert Listing((), more=[3]).more == (3,)


def test_other_kinds_of_dataclasses_are_refused() -> None:
    """What is shared holds for frozen, slotted classes without default factories alone."""
    with pytest.raises(TypeError, match="use the standard dataclass"):
        quick.dataclass(frozen=False, slots=True)(Same)
    with pytest.raises(TypeError, match="has a default factory"):

        @quick.dataclass(frozen=True, slots=True)
        class _Filled:
            items: list[int] = field(default_factory=list)


def test_own_methods_are_kept() -> None:
    """A class that says how it shows itself does so."""

    @quick.dataclass(frozen=True, slots=True)
    class Shown:
        x: int

        def __repr__(self) -> str:
            return "shown"

    assert repr(Shown(1)) == "shown"
