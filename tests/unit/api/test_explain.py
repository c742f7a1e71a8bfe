"""`explain_service` and `explain_code`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.unit.api.policies import bad, good
from ztdsl import explain_code, explain_service
from ztdsl.api import UnknownCode, UnknownWorkload

TODAY = date(2026, 11, 24)


def test_a_workload_is_explained_as_text_and_as_data(tmp_path: Path) -> None:
    """Who reaches it, on which port, why and until when; and what it reaches."""
    found = explain_service(good(tmp_path), "orders", today=TODAY)
    text = found.text()
    for words in ("service shop/orders", "port 8080 `api` (http), mTLS STRICT", "the shop UI lists orders",
                  "port 7001 `intake` (tcp), mTLS PERMISSIVE", "until 2027-01-31: a batch host", "address 10.0.0.0/8",
                  "cluster.local/ns/web/sa/frontend"):  # fmt: skip
        assert words in text
    data = found.to_dict()
    assert data["identity"] == "cluster.local/ns/shop/sa/orders"
    assert [port["container"] for port in data["ports"]] == [7001, 8080]
    assert data["ports"][1]["rules"][0]["because"] == "the shop UI lists orders"
    assert data["defaultDeny"] is True


def test_what_a_workload_reaches(tmp_path: Path) -> None:
    """Rules that name it as a caller are listed by callee; so are those for anyone."""
    data = explain_service(good(tmp_path), "web/frontend", today=TODAY).to_dict()
    assert {each["callee"] for each in data["reaches"]} == {"shop/orders", "web/frontend"}


@pytest.mark.parametrize("port", ["8080", "api"])
def test_one_port_is_named_by_number_or_variable(tmp_path: Path, port: str) -> None:
    """Only that port is explained; what the workload reaches does not depend on it."""
    data = explain_service(good(tmp_path), f"shop/orders:{port}", today=TODAY).to_dict()
    assert [each["container"] for each in data["ports"]] == [8080]
    assert data["reaches"] == explain_service(good(tmp_path), "shop/orders", today=TODAY).to_dict()["reaches"]


@pytest.mark.parametrize(
    ("name", "candidate"),
    [
        ("order", "orders"),
        ("shop/frontend", "web/frontend"),
        ("orders:9", "orders:8080"),
        ("orders:intak", "orders:intake"),
    ],
)
def test_an_unknown_workload_comes_with_candidates(tmp_path: Path, name: str, candidate: str) -> None:
    """Whoever mistypes a name is told what there is."""
    with pytest.raises(UnknownWorkload) as caught:
        explain_service(good(tmp_path), name, today=TODAY)
    assert candidate in caught.value.candidates


def test_an_ambiguous_workload_is_not_guessed(tmp_path: Path) -> None:
    """Two services of one name in two namespaces need the namespace."""
    file = good(tmp_path)
    twin = 'orders2 = Service("orders", namespace=web, service_account="orders", ports=[])\n\npolicy = '
    text = file.read_text(encoding="utf-8").replace("policy = ", twin, 1).replace("orders],", "orders, orders2],")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UnknownWorkload, match="ambiguous") as caught:
        explain_service(file, "orders", today=TODAY)
    assert caught.value.candidates == ("shop/orders", "web/orders")
    assert explain_service(file, "shop/orders", today=TODAY).access is not None


def test_a_policy_with_errors_explains_nothing(tmp_path: Path) -> None:
    """What is not built has no meaning yet."""
    found = explain_service(bad(tmp_path), "orders", today=TODAY)
    assert found.report.has_errors
    assert (found.access, found.text(), found.to_dict()) == (None, "", {})


def test_a_code_has_a_page_by_number_and_by_name() -> None:
    """Numbers in any case, or the words of the catalogue."""
    assert explain_code("zt112") == explain_code("undeclared-port")
    assert "ZT112" in explain_code("ZT112")


def test_an_unknown_code_comes_with_suggestions() -> None:
    """Near misses are named."""
    with pytest.raises(UnknownCode) as caught:
        explain_code("ZT1122")
    assert "ZT112" in caught.value.suggestions
