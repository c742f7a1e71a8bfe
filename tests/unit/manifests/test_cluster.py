"""Workloads from the objects of a cluster."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.manifests.cluster import Cluster
from ztdsl.manifests.known import KnownPort, KnownWorkload

ODD: list[Any] = [None, True, 5, 1.5, "", "x", [], [None], ["x"], [{}], {}, {"a": "b"}, {"a": [1]}]


def _pod(name: str = "orders-7d9-x", **metadata: Any) -> dict[str, Any]:
    spec = {"containers": [{"name": "app", "ports": [{"containerPort": 8080, "name": "web"}]}]}
    return {"kind": "Pod", "metadata": {"name": name, "namespace": "shop", **metadata}, "spec": spec}


def _service(name: str, *ports: dict[str, Any], **more: Any) -> dict[str, Any]:
    spec = {"selector": {"tier": "o"}, "ports": list(ports), **more}
    return {"kind": "Service", "metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def _of(*objects: dict[str, Any]) -> list[KnownWorkload]:
    cluster = Cluster()
    for each in objects:
        cluster.take(each)
    return list(cluster.workloads())


def test_pods_of_a_deployment_go_by_its_name() -> None:
    """The ReplicaSet between them is nobody's name, and the Deployment itself is not a second workload."""
    labels = {"tier": "o", "pod-template-hash": "7d9"}
    owner = [{"kind": "ReplicaSet", "name": "orders-7d9"}]
    template = {"metadata": {"labels": {"tier": "o"}}}
    deployment = {
        "kind": "Deployment",
        "metadata": {"name": "orders", "namespace": "shop"},
        "spec": {"template": template},
    }
    found = _of(_pod(labels=labels, ownerReferences=owner), deployment)
    assert [each.name for each in found] == ["orders"]


def test_pods_of_a_stateful_set_are_one_workload() -> None:
    """They differ in labels that the controller adds."""
    owner = [{"kind": "StatefulSet", "name": "db"}]
    pods = [
        _pod(f"db-{n}", labels={"tier": "o", "statefulset.kubernetes.io/pod-name": f"db-{n}"}, ownerReferences=owner)
        for n in range(3)
    ]
    assert [each.name for each in _of(*pods)] == ["db"]


def test_services_that_disagree_leave_the_protocol_unknown() -> None:
    """Which one Istio takes depends on their age."""
    web = _service("web", {"port": 80, "targetPort": "web", "name": "http"})
    raw = _service("raw", {"port": 81, "targetPort": 8080, "name": "tcp"})
    (workload,) = _of(_pod(labels={"tier": "o"}), web, raw)
    assert workload.ports == (KnownPort(8080, 80, "http", None),)


def test_a_service_entry_may_select_pods() -> None:
    """Its ports name their protocol themselves."""
    entry = {
        "kind": "ServiceEntry",
        "metadata": {"name": "legacy", "namespace": "shop"},
        "spec": {
            "workloadSelector": {"labels": {"tier": "o"}},
            "ports": [
                {"number": 80, "targetPort": 8080, "name": "a", "protocol": "HTTP"},
                {"number": 9, "name": "http"},
            ],
        },
    }
    (workload,) = _of(_pod(labels={"tier": "o"}), entry)
    assert (workload.name, workload.ports) == (
        "legacy",
        (KnownPort(8080, 80, "a", "http"), KnownPort(9, 9, "http", None)),
    )


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("key", ["selector", "ports"])
def test_a_malformed_service_selects_nothing(key: str, odd: Any) -> None:
    """What no API server would take is passed over."""
    (workload,) = _of(_pod(labels={"tier": "o"}), _service("s", **{key: odd}))
    assert workload.ports[0].number == 8080


@given(st.sampled_from(["Pod", "Deployment", "Service", "ServiceEntry"]), st.data())
def test_no_object_stops_the_reading(kind: str, data: st.DataObject) -> None:
    """Whatever stands where Kubernetes has names, lists and numbers."""
    odd = st.sampled_from(ODD)
    port = st.fixed_dictionaries(
        {"containerPort": odd, "port": odd, "targetPort": odd, "name": odd, "appProtocol": odd}
    )
    spec = st.fixed_dictionaries(
        {
            "template": odd,
            "selector": odd,
            "serviceAccountName": odd,
            "ports": odd | st.lists(port, max_size=2),
            "containers": odd
            | st.lists(st.fixed_dictionaries({"name": odd, "ports": odd | st.lists(port)}), max_size=2),
        }
    )
    metadata = st.fixed_dictionaries({"name": odd, "namespace": odd, "labels": odd, "ownerReferences": odd})
    given_ = {"kind": kind, "metadata": data.draw(odd | metadata), "spec": data.draw(odd | spec)}
    assert len(_of(given_)) == (kind in {"Pod", "Deployment"})
