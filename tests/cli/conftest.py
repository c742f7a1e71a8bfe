"""Policy files for the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
from datetime import date

from ztdsl import Http, HttpPort, Namespace, Permissive, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
http = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[http])
orders = Service("orders", namespace=shop, service_account="orders", ports=[http])
policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, orders],
    rules=[allow(frontend, to=orders.at(http), http=Http(methods=["GET"], paths=["/orders"]), because="it lists")],
)
"""


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A policy without findings."""
    file = tmp_path / "policies.py"
    file.write_text(GOOD)
    return file


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    """A policy with a warning (ZT401): a weakening past its end date."""
    file = tmp_path / "policies.py"
    weakening = 'HttpPort(8080, mtls=Permissive(because="a batch host has no sidecar", until=date(2020, 1, 31)))'
    file.write_text(GOOD.replace("HttpPort(8080)", weakening))
    return file


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A policy with an error (ZT112): a rule for a port that the service does not declare."""
    file = tmp_path / "policies.py"
    file.write_text(GOOD.replace("orders.at(http)", "orders.at(HttpPort(9000))"))
    return file
