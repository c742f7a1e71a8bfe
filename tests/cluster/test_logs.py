"""Telemetry of a policy's logs on a real API server: applied, edited by others, no longer declared, out of reach."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.cluster.reader import documented, grant, selection
from tests.conftest import Ztc
from tests.mesh import lane
from tests.mesh.cluster import ADMIN, Cluster, istio_definitions
from tests.unit.diff.test_access_logs import DIFFERENT, SAME
from ztdsl.api import Diff, diff_live
from ztdsl.cluster import ClusterFailure, read_cluster
from ztdsl.diff import normal_form

pytestmark = lane.only
_LOGGED: Final = """
from ztdsl import AnyRequest, External, HttpPort, Namespace, Policy, Service, allow, log_all, log_denied

shop = Namespace("shop")
http = HttpPort(8080)
web = External("web", namespace="web", service_account="web")
orders = Service("orders", namespace=shop, service_account="orders", ports=[http])
policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(web, to=orders.at(http), http=AnyRequest(), because="the shop UI lists orders")],
    logs=[
        log_denied(shop, because="who was refused"),
        log_all(orders, because="FIN-9: who asks", provider="archive"),
    ],
)
"""
_TELEMETRIES: Final = "/apis/telemetry.istio.io/{}/namespaces/shop/telemetries"
_DEFINITION: Final = "telemetries.telemetry.istio.io"
_OBJECTS: Final = 5


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """The policy."""
    file = tmp_path / "policies.py"
    file.write_text(_LOGGED, encoding="utf-8")
    return file


@pytest.fixture(autouse=True)
def _applied(cluster: Cluster, policy: Path, ztc: Ztc) -> Iterator[None]:
    """What `ztc build` prints, applied as people do."""
    built = ztc("build", policy)
    assert built.code == 0, built.err
    words = ["kubectl", f"--kubeconfig={cluster.kubeconfig()}", "apply", "--validate=strict", "-f", "-"]
    done = subprocess.run(words, input=built.out, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == _OBJECTS
    yield
    cluster.ask("DELETE", _TELEMETRIES.format("v1"))
    for each in ("authorizationpolicies", "peerauthentications"):
        cluster.ask("DELETE", f"/apis/security.istio.io/v1/namespaces/shop/{each}")


def difference(cluster: Cluster, policy: Path, user: str = ADMIN) -> Diff:
    """The policy beside what the server holds."""
    return diff_live(policy, selection=selection(cluster, user))


def kinds(found: Diff) -> list[tuple[str, str, str, str]]:
    """What becomes of which object."""
    assert found.plan is not None, found.report.findings
    return [(each.kind, *each.key) for each in found.plan.changes]


def without_logs(policy: Path) -> None:
    """Take the logs out of the policy."""
    policy.write_text(_LOGGED.replace("logs=[", "logs=[] and ["), encoding="utf-8")


def rewrite(cluster: Cluster, edit: Callable[[Any], None], version: str = "v1") -> None:
    """Let another manager write the log of the service as `edit` leaves it."""
    path = f"{_TELEMETRIES.format(version)}/orders-log"
    plain = cluster.ask("GET", path)
    edit(plain["spec"]["accessLogging"])
    cluster.ask("PUT", f"{path}?fieldManager=another", plain)


def test_what_was_applied_is_no_difference(cluster: Cluster, policy: Path) -> None:
    """With everything that the server writes into it, and in the other version."""
    found = difference(cluster, policy)
    assert (kinds(found), found.not_compared) == ([], ())
    assert found.plan is not None
    assert found.plan.same == _OBJECTS

    rewrite(cluster, lambda logs: logs[0].update(disabled=False), version="v1alpha1")
    assert kinds(difference(cluster, policy)) == []


def test_an_edit_is_a_change_of_its_writer(cluster: Cluster, policy: Path) -> None:
    """With the line of the log; access stays as it is."""
    rewrite(cluster, lambda logs: logs[0].update(disabled=True))

    found = difference(cluster, policy)

    assert kinds(found) == [("change", "Telemetry", "shop", "orders-log")]
    assert found.plan is not None
    (change,) = found.plan.changes
    assert (change.manager, [each.pointer for each in change.fields]) == (
        "another",
        ["/spec/accessLogging/0/disabled"],
    )
    assert change.fields[0].manager == "another"
    assert str(change.fields[0].declared_at).endswith("policies.py:15")
    assert (found.access.classed, found.access.undecided) == ("same", ())


def test_logs_that_are_no_longer_declared_are_deleted(cluster: Cluster, policy: Path) -> None:
    """Though nothing of the policy is a Telemetry any more."""
    without_logs(policy)

    assert kinds(difference(cluster, policy)) == [
        ("delete", "Telemetry", "shop", "logging"),
        ("delete", "Telemetry", "shop", "orders-log"),
    ]


@pytest.mark.parametrize("is_same", [True, False])
def test_forms_hold_for_what_the_server_gives_back(is_same: bool, cluster: Cluster) -> None:
    """Each pair of the unit tests, one of the two through the server: what means the same still does, and no more."""
    cluster.ask("DELETE", _TELEMETRIES.format("v1"))
    for name, (wanted, live) in (SAME if is_same else DIFFERENT).items():
        cluster.ask("POST", _TELEMETRIES.format(live["apiVersion"].partition("/")[2]), live)
        (found,) = read_cluster(selection(cluster, ADMIN)).telemetries
        assert (normal_form(found.plain) == normal_form(wanted)) == is_same, name
        cluster.ask("DELETE", f"{_TELEMETRIES.format('v1')}/logging")


def test_without_the_right_only_logs_are_an_error(cluster: Cluster, policy: Path) -> None:
    """A policy without logs is compared, and its report says what was not; one with logs is not."""
    role = documented("ztc-reader")
    role["rules"] = [each for each in role["rules"] if "telemetries" not in each["resources"]]
    grant(cluster, role, documented("ztc-reader-binding"))
    with pytest.raises(ClusterFailure) as failed:
        difference(cluster, policy, "reader")
    assert failed.value.finding.code == "ZT706"

    without_logs(policy)
    found = difference(cluster, policy, "reader")
    assert kinds(found) == []
    said = "Telemetry: `list` of `telemetries.telemetry.istio.io` in all namespaces is forbidden"
    assert found.not_compared == (said,)
    assert f"not compared: {said}" in found.text()

    grant(cluster, documented("ztc-reader"), documented("ztc-reader-binding"))
    assert len(kinds(difference(cluster, policy, "reader"))) == 2


def test_without_the_definition_only_logs_are_an_error(cluster: Cluster, policy: Path) -> None:
    """A cluster that has no Telemetry at all."""
    cluster.kubectl("delete", "crd", _DEFINITION)
    try:
        with pytest.raises(ClusterFailure) as failed:
            difference(cluster, policy)
        assert failed.value.finding.code == "ZT707"
        without_logs(policy)
        found = difference(cluster, policy)
        assert kinds(found) == []
        assert found.not_compared == ("Telemetry: the cluster does not know `telemetries.telemetry.istio.io`",)
    finally:
        wanted = [each for each in yaml.safe_load_all(istio_definitions()) if each["metadata"]["name"] == _DEFINITION]
        cluster.kubectl("create", "-f", "-", stdin=yaml.safe_dump_all(wanted))
        cluster.kubectl("wait", "--for=condition=Established", "crd", _DEFINITION, "--timeout=60s")
