"""Findings of manifests, from the library."""

from __future__ import annotations

from pathlib import Path

import pytest

from ztdsl.api import check_manifests
from ztdsl.traffic.mesh import Mesh

POLICY = """apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: orders, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  action: ALLOW
  rules:
  - from: [{source: {principals: [prod.example/ns/web/sa/frontend]}}]
    to: [{operation: {ports: ["80"]}}]
"""
WORKLOADS = """workloads:
- {namespace: shop, name: orders, labels: {app: orders}, ports: [{container: 8080, service: 80}]}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.yaml").write_text(POLICY)
    Path("w.yaml").write_text(WORKLOADS)


def _codes(workloads: str | None = None, mesh: Mesh | None = None) -> list[str]:
    return [each.code for each in check_manifests(["m.yaml"], workloads=workloads, mesh=mesh).report.findings]


def test_the_mesh_and_the_inventory_decide_what_is_found() -> None:
    """A trust domain is foreign to a mesh, and a port is the Service's beside a workload."""
    assert _codes(mesh=Mesh("production", "prod.example")) == []
    assert _codes(mesh=Mesh("production", "other.example")) == ["ZT336"]
    assert _codes("w.yaml", Mesh("production", "prod.example")) == ["ZT334"]


def test_an_inventory_that_cannot_be_read_ends_the_check() -> None:
    """Nothing is said of what the objects mean beside workloads that are not known."""
    Path("w.yaml").write_text("workloads: [{name: 1}]\n")

    checked = check_manifests(["m.yaml"], workloads="w.yaml", mesh=Mesh("production", "other.example"))

    assert not checked.is_read
    assert {each.code for each in checked.report.findings} == {"ZT029"}


def test_counts() -> None:
    """Objects of Istio's kinds are counted, and others by their kind."""
    Path("n.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: shop}\n")

    checked = check_manifests(["m.yaml", "n.yaml"])

    assert (checked.objects, dict(checked.skipped), checked.is_read) == (1, {"Service": 1}, True)


def test_beside_a_refused_object_the_others_are_checked_one_by_one() -> None:
    """A trust domain is foreign whatever else there is; who gets in is not judged, nor is its acceptance unused."""
    refused = POLICY.replace("name: orders,", "name: refused,").replace("ALLOW", "allow")
    opens = (
        POLICY.replace("name: orders,", "name: opens,").partition("  - from")[0] + "  - {} # zt: accept[ZT325] open\n"
    )
    mesh = Mesh("production", "other.example")
    Path("m.yaml").write_text(f"{POLICY}---\n{refused}---\n{opens}")

    checked = check_manifests(["m.yaml"], mesh=mesh)

    assert not checked.is_read
    assert sorted(each.code for each in checked.report.findings) == ["ZT040", "ZT336"]
    assert not [note for each in checked.report.findings for note in each.notes if note.startswith("for example")]
