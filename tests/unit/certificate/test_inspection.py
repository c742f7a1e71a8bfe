"""Seeded faults, and what openssl says of the same chains."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.certificate_cases import CASES
from tests.certificates import FRONTEND, GOOD, INTERMEDIATE, NOW, ROOT, Plan, chain, make
from ztdsl.certificate.inspection import Around, Inspection, inspect
from ztdsl.certificate.pem import from_pem
from ztdsl.certificate.read import read
from ztdsl.certificate.workload import Standing
from ztdsl.traffic.mesh import Mesh

ANCHORS = from_pem(ROOT.pem.encode(), "root.pem").certificates
MESH = Mesh(trust_domain_aliases=("old.local",), federated_trust_domains=("partner.example",))


def looked_at(text: str, *, with_anchors: bool = True) -> Inspection:
    """What is said of a text in PEM."""
    around = Around(ANCHORS if with_anchors else (), "root.pem" if with_anchors else None, MESH, None, NOW)
    return inspect(read(text.encode(), "cert.pem"), around)


def codes(found: Inspection) -> tuple[str, ...]:
    """The codes of all findings, sorted."""
    return tuple(sorted(each.code for each in found.findings))


@pytest.mark.parametrize("name", CASES)
def test_each_fault_is_found_and_no_other(name: str) -> None:
    """A seeded fault gives its codes, each as often as it has faults."""
    found = looked_at(CASES[name].text())
    assert codes(found) == CASES[name].codes, [each.message for each in found.findings]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.openssl is not None])
def test_openssl_agrees_on_the_chain(name: str, tmp_path: Path) -> None:
    """`openssl verify` accepts the chains whose links, dates and CA are all right, and no other."""
    openssl = shutil.which("openssl")
    if openssl is None:
        if os.environ.get("CI"):
            pytest.fail("openssl is missing")
        pytest.skip("openssl is missing")
    text = CASES[name].text()
    (tmp_path / "root.pem").write_text(ROOT.pem)
    (tmp_path / "chain.pem").write_text(text)
    done = subprocess.run(
        [openssl, "verify", "-attime", str(int(NOW.timestamp())), "-auth_level", "0", "-CAfile", "root.pem",
         "-no-CApath", "-no-CAstore", "-purpose", "any", "-untrusted", "chain.pem", "chain.pem"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode == 0) is CASES[name].openssl, done.stderr


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.openssl is not None and case.openssl])
def test_what_openssl_accepts_leads_to_the_ca(name: str) -> None:
    """A chain that openssl accepts is trusted here."""
    assert looked_at(CASES[name].text()).chains[0].path.is_trusted


@pytest.mark.parametrize(
    ("domain", "standing", "found"),
    [
        ("cluster.local", Standing.OWN, ()),
        ("old.local", Standing.ALIAS, ()),
        ("partner.example", Standing.FEDERATED, ()),
        ("stranger.example", Standing.FOREIGN, ("ZT753",)),
    ],
)
def test_trust_domains_are_held_against_the_mesh(domain: str, standing: Standing, found: tuple[str, ...]) -> None:
    """The mesh's own, an alias, a federated one, and one that nobody knows."""
    leaf = make(Plan(uris=(FRONTEND.replace("cluster.local", domain),)), INTERMEDIATE)
    seen = looked_at(chain(leaf, INTERMEDIATE))
    assert (seen.chains[0].standing, codes(seen)) == (standing, found)


def test_without_cas_nothing_is_called_trusted() -> None:
    """Where nobody says whom to trust, the links are checked and the end is left open."""
    seen = looked_at(chain(GOOD, INTERMEDIATE), with_anchors=False)
    path = seen.chains[0].path
    assert (codes(seen), path.anchor, path.is_trusted, len(path.links)) == ((), None, False, 1)


def test_a_certificate_that_is_trusted_itself_ends_the_path() -> None:
    """The path of a CA that is one of the trusted ones is that CA alone."""
    path = looked_at(ROOT.pem).chains[0].path
    assert (path.is_trusted, len(path.certificates)) == (True, 1)


def test_a_chain_that_stands_on_its_head_is_told_once() -> None:
    """The CA comes first: the help says which certificate is meant."""
    found = looked_at(chain(ROOT, INTERMEDIATE, GOOD))

    told = [help_ for each in found.findings for help_ in each.help if "comes first" in help_]
    assert told == ["a workload's own certificate comes first: certificate 3 of `cert.pem` is no CA"]
    assert not any("comes first" in help_ for each in looked_at(chain(ROOT)).findings for help_ in each.help)
