"""What `ztc build` prints, applied to a real API server as people do: then `ztc diff` has nothing to say."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.cluster.reader import GROUP, selection
from tests.conftest import ROOT, Ztc
from tests.golden.test_examples import EXAMPLES, TODAY
from tests.mesh import lane
from tests.mesh.cluster import ADMIN, Cluster
from tests.mesh.objects import namespace
from ztdsl.api import diff_live

pytestmark = lane.only
_MESH: Final = ROOT / "bench" / "mesh.py"
_SERVICES: Final = 200
_STRICT: Final = "--validate=strict"
_HERE: Final = "--server-side=false"
_THERE: Final = "--server-side"
ORDERS: Final = {
    "twice": (_HERE, _HERE),
    "twice by the server": (_THERE, _THERE),
    "then by the server": (_HERE, _THERE),
}


@pytest.fixture(autouse=True)
def _nothing_left(cluster: Cluster) -> Iterator[None]:
    """A server without policies for the test that follows."""
    yield
    kinds = ("authorizationpolicies", "peerauthentications", "requestauthentications")
    for each in (*(f"{kind}.{GROUP}" for kind in kinds), "telemetries.telemetry.istio.io"):
        cluster.kubectl("delete", each, "--all", "--all-namespaces", "--wait=false")


def apply(cluster: Cluster, file: Path, *words: str) -> list[str]:
    """What `kubectl` says of each object; of warnings and errors there are none."""
    command = ["kubectl", f"--kubeconfig={cluster.kubeconfig()}", "apply", _STRICT, *words, "-f", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def spaces(cluster: Cluster, file: Path) -> int:
    """Make the namespaces of a file; how many objects it holds."""
    documents = [each for each in yaml.load_all(file.read_bytes(), yaml.CSafeLoader) if each]
    cluster.apply([namespace(each) for each in sorted({each["metadata"]["namespace"] for each in documents})])
    return len(documents)


def differs(cluster: Cluster, policy: Path) -> list[tuple[str, ...]]:
    """What differs, after everything was compared."""
    config = policy.with_name("ztc.toml")
    found = diff_live(policy, selection=selection(cluster, ADMIN), config=config if config.exists() else None)
    assert found.plan is not None, found.report.findings
    assert found.report.findings == ()
    return [(each.kind, *each.key) for each in found.plan.changes]


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_applied_example_is_no_difference(name: str, order: tuple[str, ...], cluster: Cluster) -> None:
    """After one apply and after a second one nothing differs, whichever way it is done, and nobody warns."""
    directory = ROOT / "examples" / name
    file, policy = directory / "expected" / "manifests.yaml", directory / "policies.py"
    count = spaces(cluster, file)

    for way in order:
        assert len(apply(cluster, file, way)) == count
        assert differs(cluster, policy) == []


def test_an_applied_mesh_is_no_difference(
    cluster: Cluster, ztc: Ztc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same with a policy of two hundred services that a program writes."""
    monkeypatch.setenv("ZTC_BENCH_SERVICES", str(_SERVICES))
    file = tmp_path / "mesh.yaml"
    built = ztc("build", _MESH, "--today", TODAY, "--out-file", file)
    assert (built.code, built.err) == (0, "")
    count = spaces(cluster, file)
    assert count > 2 * _SERVICES

    assert len(differs(cluster, _MESH)) == count
    for expected in ("created", "unchanged"):
        lines = apply(cluster, file)
        assert [line.split()[-1] for line in lines] == [expected] * count
        assert differs(cluster, _MESH) == []
