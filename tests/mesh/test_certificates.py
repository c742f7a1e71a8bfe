"""Certificates of running workloads: what `ztc inspect cert` says of those that istiod signs and agents replace."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conformance.lab.authority import Authority
from tests.mesh import lane
from tests.mesh.mesh import Mesh
from tests.mesh.network import inside
from tests.mesh.pod import Pod, PodSpec
from ztdsl.api import inspect_certificate
from ztdsl.certificate.lifetime import rotation

pytestmark = lane.only
POLICY: Final = Path(__file__).parents[2] / "examples" / "quickstart" / "policies.py"
SHORT: Final = 30
"""Seconds for which the agent of one workload asks for certificates."""
BACKDATED: Final = timedelta(minutes=2)
"""By how much istiod dates certificates back (`ClockSkewGracePeriod` in security/pkg/pki/util/generate_cert.go)."""
PODS: Final = (
    PodSpec("shop", "orders", "orders", {"app": "orders"}, {8080: "http"}),
    PodSpec("shop", "brief", "brief", {"app": "brief"}, {8080: "http"}, environment={"SECRET_TTL": f"{SHORT}s"}),
)
SECRETS: Final = "/config_dump?resource=dynamic_active_secrets"


@pytest.fixture(scope="module")
def mesh() -> Iterator[Mesh]:
    """A mesh in which two workloads run."""
    with lane.required(), Mesh(lane.own_name("certificates")) as running:
        running.add_pods(PODS)
        running.settle()
        yield running


@pytest.fixture(scope="module")
def root(mesh: Mesh, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the cluster's CA, as its ConfigMap `istio-ca-root-cert` has it."""
    file = tmp_path_factory.mktemp("ca") / "root-cert.pem"
    file.write_text(mesh.authority.root, encoding="ascii")
    return file


def secrets(pod: Pod) -> bytes:
    """What `istioctl proxy-config secret -o json` prints: the secrets that the agent gave to the proxy."""
    dump: dict[str, Any] = json.loads(pod.envoy(SECRETS))
    return json.dumps({"dynamicActiveSecrets": dump["configs"]}).encode()


def test_the_agents_certificate_is_of_the_declared_workload(mesh: Mesh, root: Path) -> None:
    """Nothing is wrong with what istiod signed: the chain leads to its CA, and the policy knows whose it is."""
    found = inspect_certificate(secrets(mesh.pods["shop", "orders"]), POLICY, ca=[root])

    assert found.report.findings == ()
    (chain,) = found.to_dict()["chains"]
    assert chain["workloads"][0]["name"] == "orders"
    assert "spiffe://cluster.local/ns/shop/sa/orders" in found.text()


def test_a_live_port_shows_the_same(mesh: Mesh, root: Path) -> None:
    """The command, with a certificate of a client: the port of a STRICT sidecar shows the identity."""
    pod = mesh.pods["shop", "orders"]
    own = root.with_name("own.pem")
    own.write_text("".join(mesh.authority.certificate("spiffe://cluster.local/ns/web/sa/frontend")), encoding="ascii")
    words = ["inspect", "cert", f"{pod.address}:8080", str(POLICY), "--ca", str(root), "-o", "json"]
    words += ["--client-cert", str(own), "--client-key", str(own)]
    command = inside(mesh.place.network, [sys.executable, "-m", "ztdsl", *words])
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=POLICY.parent)

    assert done.returncode == 0, done.stdout + done.stderr
    (chain,) = json.loads(done.stdout)["chains"]
    assert chain["workloads"][0]["name"] == "orders"
    assert own.read_text(encoding="ascii").split("-----")[2].strip()[:40] not in done.stdout


def test_another_authority_does_not_vouch_for_it(mesh: Mesh, tmp_path: Path) -> None:
    """The same certificate, held against a CA that did not sign it."""
    stranger = tmp_path / "stranger.pem"
    stranger.write_text(Authority(tmp_path).root, encoding="ascii")
    assert inspect_certificate(secrets(mesh.pods["shop", "orders"]), POLICY, ca=[stranger]).report.has_errors


def test_agents_replace_certificates_when_foretold(mesh: Mesh, root: Path) -> None:
    """The second certificate of a short-lived workload comes within the window that was told for the first."""
    pod = mesh.pods["shop", "brief"]

    def leaf() -> Any:
        inspection = inspect_certificate(secrets(pod), ca=[root]).inspection
        assert inspection is not None
        return inspection.chains[0].chain.certificates[0]

    first = leaf()
    window = rotation(first)
    end = time.monotonic() + 2 * SHORT
    while (second := leaf()).serial == first.serial:
        assert time.monotonic() < end, "the agent keeps its certificate"
        time.sleep(0.5)
    assert window.earliest <= second.not_before + BACKDATED <= window.latest
