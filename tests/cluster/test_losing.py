"""A real API server that loses a kind, and then itself, while it is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cluster.reader import GROUP, create, policy, selection
from tests.mesh import lane
from tests.mesh.cluster import ADMIN, Cluster, istio_definitions
from ztdsl.cluster import ClusterFailure, read_cluster
from ztdsl.diagnostics.model import Diagnostic

pytestmark = lane.only


def test_one_kind_without_definition(cluster: Cluster) -> None:
    """A cluster in which one of the three kinds is not installed is not read in part."""
    cluster.kubectl("delete", "crd", f"peerauthentications.{GROUP}")

    said = _failure(cluster)

    assert said.code == "ZT707"
    assert f"`peerauthentications.{GROUP}`" in said.message
    cluster.kubectl("create", "-f", "-", stdin=_definition("PeerAuthentication"))
    cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")


def test_server_that_stops_between_two_pages(cluster: Cluster) -> None:
    """What was read before is not passed on."""
    create(cluster, (policy(f"policy-{number:04}") for number in range(1001)))
    assert len(read_cluster(selection(cluster, ADMIN)).objects) == 1001

    def stop(count: int) -> None:
        if count:
            cluster._server.stop()

    assert _failure(cluster, stop).code == "ZT703"


def _definition(kind: str) -> str:
    """The definition of one kind, out of all of Istio's."""
    documents = istio_definitions().split("\n---\n")
    return next(each for each in documents if f"kind: {kind}\n" in each)


def _failure(cluster: Cluster, seen: Callable[[int], None] | None = None) -> Diagnostic:
    with pytest.raises(ClusterFailure) as failed:
        read_cluster(selection(cluster, ADMIN), seen=seen)
    return failed.value.finding
