from __future__ import annotations

import pytest

from ztdsl.traffic.names import UnknownWorkload, pick

KNOWN = [("shop", "orders"), ("web", "frontend"), ("web", "orders")]


@pytest.mark.parametrize(
    ("name", "place"), [("frontend", 1), ("web/frontend", 1), ("shop/orders", 0), ("web/orders", 2)]
)
def test_a_name_with_or_without_its_namespace_means_one_workload(name: str, place: int) -> None:
    """A bare name will do where it is the only one."""
    assert pick(KNOWN, name, "the policy declares") == place


@pytest.mark.parametrize(
    ("name", "message", "candidates"),
    [
        ("orders", "`orders` is ambiguous", ("shop/orders", "web/orders")),
        ("frontent", "the policy declares no workload `frontent`", ("frontend", "web/frontend")),
        ("db", "the policy declares no workload `db`", ("shop/orders", "web/frontend", "web/orders")),
        ("shop/frontend", "the policy declares no workload `shop/frontend`", ("web/frontend",)),
    ],
)
def test_a_name_that_means_none_or_several_has_candidates(name: str, message: str, candidates: tuple[str, ...]) -> None:
    """The nearest names are offered, or all of them."""
    with pytest.raises(UnknownWorkload) as caught:
        pick(KNOWN, name, "the policy declares")
    assert caught.value.message == message
    assert set(candidates) <= set(caught.value.candidates)
