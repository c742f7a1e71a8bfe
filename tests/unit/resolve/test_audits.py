"""`audit` rules whose marks no access log of the policy writes down."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.resolve.findings import codes, policy
from ztdsl import AnyRequest, Gateway, HttpPort, MeshDefaults, Namespace, Service, allow, audit, log_all, log_denied

shop, web = Namespace("shop"), Namespace("web")
api, other = HttpPort(8080), HttpPort(9090)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
stock = Service("stock", namespace=shop, service_account="stock", ports=[api])
jobs = Service("jobs", namespace=shop, service_account="jobs", ports=[other])
gateway = Gateway("gateway", namespace=web, service_account="gateway", ports=[api])
defaults = MeshDefaults()
MARKED = {
    "one": audit(gateway, to=orders.at(api), http=AnyRequest(), because="who"),
    "two": audit(gateway, to=[orders.at(api), stock.at(api)], http=AnyRequest(), because="who"),
    "all": audit(gateway, to=shop.every(api), http=AnyRequest(), because="who"),
}


def found(marked: str, *logs: Any) -> list[str]:
    """The codes of a policy with a rule that marks, and logs."""
    opened = allow(gateway, to=shop.every(api), http=AnyRequest(), because="open")
    whole = policy(
        owns=[shop, web],
        services=[orders, stock, jobs, gateway],
        mesh=defaults,
        rules=[opened, MARKED[marked]],
        logs=logs,
    )
    return [code for code in codes(whole) if code == "ZT141"]


@pytest.mark.parametrize("marked", MARKED)
def test_without_a_log_each_declaration_is_told_once(marked: str) -> None:
    """However many workloads it is about."""
    assert found(marked) == ["ZT141"]
    assert found(marked, log_all([web, jobs], because="elsewhere")) == ["ZT141"]


@pytest.mark.parametrize("marked", MARKED)
@pytest.mark.parametrize("place", [defaults, shop])
def test_a_log_of_the_namespace_or_of_the_mesh_is_enough(marked: str, place: Any) -> None:
    """Of refusals, which has the marks, or of everything; by whatever provider."""
    assert found(marked, log_denied(place, because="a")) == []
    assert found(marked, log_all(place, because="a", provider="ours")) == []


@pytest.mark.parametrize(
    ("marked", "logged", "is_told"),
    [
        ("one", [orders], False),
        ("two", [orders], True),
        ("two", [orders, stock], False),
        ("all", [orders], True),
        ("all", [orders, stock], False),  # no other workload of the namespace has the port
    ],
)
def test_a_log_of_the_workloads_is_enough(marked: str, logged: list[Any], is_told: bool) -> None:
    """If it is of each that the rule is about."""
    assert bool(found(marked, log_all(logged, because="a"))) is is_told


def test_where_a_log_is_broken_it_is_not_said_to_be_missing() -> None:
    """The error is told, and what follows from it is not."""
    assert found("one", log_all(orders, because="")) == []
