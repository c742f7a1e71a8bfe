"""Access logs: what they are about, who may ask for them, and every mistake in one with its place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.resolve.findings import TODAY, codes, findings, loose, policy, underlined
from ztdsl import AccessLog, Entries, Gateway, HttpPort, MeshDefaults, Namespace, Policy, Service, log_all, log_denied
from ztdsl.ir import model as ir
from ztdsl.resolve import resolve
from ztdsl.traffic.mesh import Mesh

shop, web = Namespace("shop"), Namespace("web")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[api])
gateway = Gateway("gateway", namespace=web, service_account="gateway", ports=[api])
defaults = MeshDefaults()


def shop_with(*logs: Any, **more: Any) -> Policy:
    """A policy with access logs."""
    return policy(owns=[shop, web], services=[orders, frontend, gateway], mesh=defaults, logs=logs, **more)


def places(whole: Policy) -> list[tuple[str | None, str | None, str, str]]:
    """The logs of the model."""
    model = resolve(whole, Mesh(), TODAY).model
    assert model is not None
    return [(each.namespace, each.workload, each.entries, each.provider) for each in model.logs]


def test_a_log_of_several_is_one_for_each() -> None:
    """The mesh comes first, then namespaces by name, each before its workloads."""
    whole = shop_with(
        log_all([orders, web], because="all", provider="other"), log_denied([gateway, defaults, shop], because="denied")
    )
    assert places(whole) == [
        (None, None, "denied", "ztc"),
        ("shop", None, "denied", "ztc"),
        ("shop", "orders", "all", "other"),
        ("web", None, "all", "other"),
        ("web", "gateway", "denied", "ztc"),
    ]


def test_a_policy_without_logs_has_none() -> None:
    """Nothing is logged that nobody asked for."""
    assert places(policy(owns=[shop], services=[orders])) == []


def test_the_order_of_logs_does_not_matter() -> None:
    """The model has one order."""
    one, two = log_all(orders, because="a"), log_denied(shop, because="b")
    assert places(shop_with(one, two)) == places(shop_with(two, one))


def test_a_log_carries_its_reason_and_the_team_of_its_part() -> None:
    """Both become comments."""
    part = Policy("web", owns=[web], services=[frontend, gateway], logs=[log_all(web, because="all")], owner="team-web")
    model = resolve(policy(owns=[shop], services=[orders], parts=[part]), Mesh(), TODAY).model
    assert model is not None
    assert model.logs == (ir.Log("web", None, ir.Entries.ALL, "ztc", "all", "team-web"),)


@pytest.mark.parametrize(
    ("log", "code", "at"),
    [
        (log_denied(shop, because=""), "ZT136", '""'),
        (log_denied(shop, because=" "), "ZT136", '" "'),
        (log_denied([], because="a"), "ZT131", "[]"),
        (log_denied(loose("shop"), because="a"), "ZT101", 'loose("shop")'),
        (log_denied(loose(api), because="a"), "ZT101", "loose(api)"),
        (log_denied([shop, loose(orders.at(api))], because="a"), "ZT101", "loose(orders.at(api))"),
        (log_denied(shop, because=loose(None)), "ZT101", "loose(None)"),
        (log_denied(shop, because="a", provider=""), "ZT140", '""'),
        (log_denied(shop, because="a", provider="our log"), "ZT140", '"our log"'),
        (log_denied(shop, because="a", provider="a\n"), "ZT140", '"a\\n"'),
        (log_denied(shop, because="a", provider="a" * 254), "ZT140", '"a" * 254'),
        (log_denied(shop, because="a", provider=loose(1)), "ZT101", "loose(1)"),
        (log_denied(Namespace("other"), because="a"), "ZT201", 'Namespace("other")'),
        (log_denied(MeshDefaults(), because="a"), "ZT201", "MeshDefaults()"),
        (AccessLog(loose("all"), shop, because="a"), "ZT101", 'loose("all")'),
        (log_denied(Namespace("A"), because="a"), "ZT104", '"A"'),
    ],
)
def test_one_mistake_is_one_finding_at_its_place(log: AccessLog, code: str, at: str) -> None:
    """Each argument is looked at, and nothing that follows from a mistake is reported."""
    (found,) = findings(shop_with(log))
    assert (found.code, underlined(found)) == (code, at)


def test_a_call_that_does_not_fit_is_a_finding() -> None:
    """Missing, unknown and surplus arguments are collected as those of rules are."""
    call: Any = log_all
    assert codes(shop_with(call(shop))) == ["ZT136"]
    assert codes(shop_with(call(because="a"))) == ["ZT102"]
    assert codes(shop_with(call(shop, because="a", providers="x"))) == ["ZT103"]
    assert codes(shop_with(call(shop, "ztc", because="a"))) == ["ZT103"]


@pytest.mark.parametrize("logs", [None, "x", log_all(shop, because="a"), [loose("x")], {1}])
def test_logs_are_a_list_of_access_logs(logs: object) -> None:
    """Anything else is a finding, also what is false in Python."""
    assert codes(policy(owns=[shop], services=[orders], logs=logs)) == ["ZT101"]


def test_a_workload_of_another_part_is_not_ours_to_log() -> None:
    """Whoever decides about a workload says what its proxy logs."""
    theirs = Policy("web", owns=[web], services=[frontend, gateway])
    for log in (log_all(frontend, because="a"), log_all(web, because="a")):
        (found,) = findings(policy(owns=[shop], services=[orders], parts=[theirs], logs=[log]))
        assert (found.code, len(found.related)) == ("ZT201", 1)


def test_a_workload_that_is_not_listed_is_not_logged() -> None:
    """It is likely a mistake in `services`."""
    (found,) = findings(policy(owns=[shop], logs=[log_all(orders, because="a")], services=[]))
    assert (found.code, underlined(found)) == ("ZT110", "orders")


def test_a_service_that_is_owned_by_itself_is_logged_by_its_owner() -> None:
    """It needs no namespace."""
    assert places(policy(owns=[orders], logs=[log_all(orders, because="a")])) == [("shop", "orders", "all", "ztc")]


@pytest.mark.parametrize("provider", ["ztc", "ZTC"])
def test_two_logs_of_one_provider_are_one_too_many(provider: str) -> None:
    """Istio keeps the last one, and finds providers by their names in any case."""
    (found,) = findings(shop_with(log_denied(shop, because="a"), log_all([shop], because="b", provider=provider)))
    assert (found.code, underlined(found), len(found.related)) == ("ZT139", "shop", 1)


def test_a_place_that_is_named_twice_in_one_log_is_reported() -> None:
    """There is no other call to point at."""
    (found,) = findings(shop_with(log_denied([shop, shop], because="a")))
    assert (found.code, found.related) == ("ZT139", ())


def test_one_log_that_is_listed_twice_counts_once() -> None:
    """It is the same object."""
    log = log_denied(shop, because="a")
    assert places(shop_with(log, log)) == [("shop", None, "denied", "ztc")]


def test_the_functions_make_what_the_class_makes() -> None:
    """The class is for annotations and for whoever computes which entries."""
    made = AccessLog(Entries.DENIED, (shop,), because="a")
    assert (made.entries, made.provider) == (log_denied(shop, because="a").entries, "ztc")
