"""Policy files for the tests of the library's verbs."""

from __future__ import annotations

from pathlib import Path

GOOD = """\
from datetime import date

from ztdsl import Anyone, AnyRequest, HttpPort, IpBlock, Namespace, Permissive, Policy, Service, TcpPort
from ztdsl import allow, allow_tcp

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
intake = TcpPort(7001, mtls=Permissive(because="a batch host", until=date(2027, 1, 31)))
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[api])
orders = Service("orders", namespace=shop, service_account="orders", ports=[api, intake])

policy = Policy(
    "shop-orders",
    owns=[web, shop],
    services=[frontend, orders],
    owner="team-shop",
    rules=[
        allow(Anyone(), to=frontend.at(api), http=AnyRequest(), because="the shop is open"),
        allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop UI lists orders"),
        allow_tcp(IpBlock("10.0.0.0/8"), to=orders.at(intake), because="nightly batch"),
    ],
)
"""


def good(directory: Path) -> Path:
    """A policy file without findings."""
    file = directory / "policies.py"
    file.write_text(GOOD, encoding="utf-8")
    return file


def bad(directory: Path) -> Path:
    """A policy file with one error."""
    file = directory / "policies.py"
    file.write_text(GOOD.replace("HttpPort(8080)", "HttpPort(80800)"), encoding="utf-8")
    return file
