"""`inspect_certificate` as a function."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import ztdsl
from tests.certificates import FRONTEND, GOOD, INTERMEDIATE, NOW, ROOT, chain
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow, inspect_certificate
from ztdsl.api import NoAnswer, NoCertificate
from ztdsl.traffic.mesh import Mesh

if TYPE_CHECKING:
    from ztdsl.api import CertificateInspection

WEB, SHOP, HTTP = Namespace("web"), Namespace("shop"), HttpPort(8080)
CALLER = Service("frontend", namespace=WEB, service_account="frontend", ports=[HTTP])
CALLEE = Service("orders", namespace=SHOP, service_account="orders", ports=[HTTP])
POLICY = Policy(
    "shop",
    owns=[WEB, SHOP],
    services=[CALLER, CALLEE],
    rules=[allow(CALLER, to=CALLEE.at(HTTP), http=Http(paths=["/orders"]), because="it lists orders")],
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The file of the CA."""
    file = tmp_path / "root.pem"
    file.write_text(ROOT.pem)
    return file


def test_bytes_and_a_policy_object_are_enough(root: Path) -> None:
    """No file but the CA is needed, and nothing is printed."""
    found = inspect_certificate(chain(GOOD, INTERMEDIATE).encode(), POLICY, ca=[root], now=NOW)
    assert found.report.findings == ()
    assert found.inspection is not None
    (one,) = found.inspection.chains
    assert one.identity is not None
    assert (one.identity.text, one.path.is_trusted) == (FRONTEND, True)
    assert one.owner is not None
    assert [each.name for each in one.owner.workloads] == ["frontend"]
    assert "shop/orders:8080" in found.text()


def test_a_mesh_decides_on_trust_domains(root: Path) -> None:
    """A mesh that is given is compared with, without any configuration."""
    found = inspect_certificate(chain(GOOD, INTERMEDIATE).encode(), mesh=Mesh(trust_domain="a"), ca=[root], now=NOW)
    assert [each.code for each in found.report.findings] == ["ZT753"]


def test_a_partner_is_of_no_workload_and_may_reach_what_names_its_domain(root: Path) -> None:
    """A federated identity is no miss; only rules for it or for everybody count."""
    mesh = Mesh(trust_domain="a", federated_trust_domains=("cluster.local",))
    found = inspect_certificate(chain(GOOD, INTERMEDIATE).encode(), POLICY, mesh=mesh, ca=[root], now=NOW)
    assert found.report.findings == ()
    assert found.to_dict()["chains"][0]["reaches"] == []


def test_a_policy_with_errors_gives_its_findings() -> None:
    """There is nothing to say of a certificate under a policy that is not sound."""
    broken = Policy(
        "shop",
        owns=[SHOP],
        services=[CALLEE],
        rules=[allow(CALLER, to=CALLEE.at(HttpPort(9000)), http=Http(paths=["/a"]), because="no")],
    )
    found: CertificateInspection = inspect_certificate(GOOD.der, broken, now=NOW)
    assert found.report.has_errors
    assert (found.inspection, found.text(), found.to_dict()) == (None, "", {})


def test_failures_carry_their_finding() -> None:
    """What cannot be read, and what does not answer."""
    with pytest.raises(NoCertificate) as unreadable:
        ztdsl.inspect_certificate(b"")
    with pytest.raises(NoAnswer) as silent:
        ztdsl.inspect_certificate("127.0.0.1:1")
    assert [each.diagnostics[0].code for each in (unreadable.value, silent.value)] == ["ZT740", "ZT743"]
