"""Declarations: frozen values that never raise for what a user wrote and know where they were made."""

from __future__ import annotations

import copy
import gc
import weakref
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from ztdsl import Header, Http, HttpPort, Namespace, Policy, Service, allow
from ztdsl.dsl.declaration import MISSING, faults_of, origin_of


def _kinds(declaration: Any) -> list[tuple[str, str | int]]:
    return [(fault.kind, fault.argument) for fault in faults_of(declaration)]


def test_a_good_call_has_no_faults() -> None:
    """Nothing is remembered of a call that fits."""
    assert faults_of(Namespace("shop")) == ()


def test_a_missing_argument_is_remembered() -> None:
    """A constructor without a required argument makes a declaration with a fault."""
    make: Any = Service
    made = make("orders", namespace=Namespace("shop"))
    assert _kinds(made) == [("missing", "service_account")]
    assert made.service_account is MISSING


def test_an_unknown_argument_is_remembered_with_what_is_known() -> None:
    """The names that the call takes stand beside the one that it does not."""
    make: Any = Http
    made = make(methods=["GET"], path=["/a"])
    (fault,) = faults_of(made)
    assert (fault.kind, fault.argument) == ("unknown", "path")
    assert "paths" in fault.known
    assert made.methods == ("GET",)


def test_surplus_arguments_are_counted() -> None:
    """Positional arguments beyond those that a call takes are faults by position."""
    make: Any = Namespace
    assert _kinds(make("shop", 1, 2)) == [("surplus", 1), ("surplus", 2)]


def test_an_argument_given_twice_is_a_fault() -> None:
    """Python itself would raise."""
    make: Any = Namespace
    assert _kinds(make("shop", name="web")) == [("unknown", "name")]


def test_functions_and_methods_are_as_forgiving_as_constructors() -> None:
    """`allow`, `at` and `every` collect faults, too, and several of them."""
    make: Any = allow
    made = make(htp=1)
    assert sorted(_kinds(made)) == [
        ("missing", "because"), ("missing", "callers"), ("missing", "http"), ("missing", "to"), ("unknown", "htp"),
    ]  # fmt: skip
    orders: Any = Service("orders", namespace=Namespace("shop"), service_account="orders")
    assert _kinds(orders.at()) == [("missing", "port")]
    assert _kinds(orders.at(HttpPort(8080), 5)) == [("surplus", 1)]


def test_declarations_are_frozen() -> None:
    """No attribute of a declaration can be set."""
    made: Any = Namespace("shop")
    with pytest.raises(FrozenInstanceError):
        made.name = "web"


def test_later_changes_to_a_list_or_dictionary_do_not_reach_a_declaration() -> None:
    """Constructors copy what could change."""
    methods, labels, ports = ["GET"], {"app": "a"}, [HttpPort(8080)]
    request = Http(methods=methods)
    service = Service("a", namespace=Namespace("n"), service_account="a", ports=ports, labels=labels)
    methods.append("POST")
    labels["app"] = "b"
    ports.clear()
    assert request.methods == ("GET",)
    assert service.labels == {"app": "a"}
    assert len(service.ports) == 1


def test_what_is_not_a_list_stays_as_it_is() -> None:
    """A lone string is left for `resolve` to refuse, never taken apart into letters."""
    wrong: Any = "GET"
    kept: object = Http(methods=wrong).methods
    assert kept == "GET"


def test_identity_is_the_object() -> None:
    """Two declarations of one name are not the same; each can be a key."""
    one, other = Namespace("shop"), Namespace("shop")
    assert one != other
    assert len({one, other, one}) == 2


def test_a_declaration_shows_its_name_and_not_what_is_behind_it() -> None:
    """Representations are short, whatever a declaration refers to."""
    shop = Namespace("shop")
    assert repr(shop) == "Namespace('shop')"
    assert repr(Service("a", namespace=shop, service_account="b")) == "Service('a')"
    assert repr(Header("x", any_of=["a"])) == "Header('x')"
    assert repr(HttpPort(8080)) == "HttpPort(...)"


def test_a_declaration_keeps_no_frame_alive() -> None:
    """Locals of the function that made a declaration are freed."""

    class Large:
        pass

    def helper() -> tuple[Namespace, weakref.ref[Large]]:
        large = Large()
        return Namespace("shop"), weakref.ref(large)

    made, reference = helper()
    gc.collect()
    assert reference() is None
    assert made.name == "shop"


def test_the_origin_is_the_users_call() -> None:
    """Frames of the library itself are passed over: a rule is made where `allow` was called."""
    policy = Policy("p", rules=[allow(Namespace("a"), to=(), http=(), because="b")])  # the line that counts
    line = origin_of(policy).position.line
    assert origin_of(policy.rules[0]).position.line == line
    assert origin_of(policy.rules[0]).position.file == __file__


def test_a_helper_is_among_the_callers() -> None:
    """A rule that a function made knows who called the function."""

    def grant() -> Any:
        return allow(Namespace("a"), to=(), http=(), because="b")

    def both() -> list[Any]:
        return [grant() for _ in range(2)]

    made, _ = both()
    assert [name for _, name in origin_of(made).callers][:2] == ["grant", "both"]


def test_a_mistake_inside_a_constructor_is_no_fault_of_the_call() -> None:
    """A TypeError that is not about the arguments comes through."""

    class Odd(Service):
        __slots__ = ()

        def __post_init__(self) -> None:
            message = "inside"
            raise TypeError(message)

    with pytest.raises(TypeError, match="inside"):
        Odd("shop", namespace=Namespace("shop"), service_account="shop")


def test_copies_are_shallow_and_harmless() -> None:
    """`copy` gives a declaration with the same arguments."""
    made = Namespace("shop")
    assert copy.copy(made).name == "shop"
