"""`ztc explain`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ztc


@pytest.mark.parametrize("topic", ["ZT112", "zt112", "undeclared-port"])
def test_a_code_is_explained_by_its_page(topic: str, root: Path, ztc: Ztc) -> None:
    """The page is the one of the documentation, by number or by name."""
    ended = ztc("explain", topic)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (root / "docs" / "checks" / "ZT112.md").read_text()


def test_a_workload_is_explained(good: Path, ztc: Ztc) -> None:
    """Who may reach it, and why."""
    ended = ztc("explain", good, "shop/orders:8080")
    assert (ended.code, ended.err) == (0, "")
    assert "frontend" in ended.out
    assert "it lists" in ended.out


def test_a_workload_is_explained_to_programs(good: Path, ztc: Ztc) -> None:
    """JSON names its schema."""
    assert json.loads(ztc("explain", good, "orders", "-o", "json").out)["schema"].startswith("ztdsl/")


def test_an_unknown_workload_is_a_mistake_in_the_command(good: Path, ztc: Ztc) -> None:
    """The near names are listed; the exit code is 2."""
    ended = ztc("explain", good, "ordres")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.endswith("  = help: candidates: `orders`\n")


def test_a_policy_with_errors_is_not_explained(bad: Path, ztc: Ztc) -> None:
    """Its findings are on stderr; the exit code is 1."""
    ended = ztc("explain", bad, "orders")
    assert (ended.code, ended.out) == (1, "")
    assert "error[ZT112]" in ended.err
