"""One namespace compared, with what applies there from elsewhere."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.unit.api.policies import GOOD, good
from tests.unit.cluster.conftest import _kubectl_alone
from tests.unit.cluster.server import ApiServer, forbidden, serving, write_kubeconfig
from ztdsl import Diff, build_manifests, diff_live
from ztdsl.cluster import Selection

TODAY = date(2026, 11, 24)
__all__ = ["_kubectl_alone"]  # a fixture that each test uses
DENY_ALL: dict[str, Any] = {
    "apiVersion": "security.istio.io/v1",
    "kind": "AuthorizationPolicy",
    "metadata": {"name": "closed", "namespace": "istio-system"},
    "spec": {"action": "DENY", "rules": [{}]},
}


@pytest.fixture
def edited(tmp_path: Path) -> list[dict[str, Any]]:
    """What the policy built before a caller's block of addresses grew."""
    file = good(tmp_path)
    built: list[dict[str, Any]] = json.loads(build_manifests(file, today=TODAY).json)["items"]
    file.write_text(GOOD.replace('"10.0.0.0/8"', '"10.0.0.0/7"'), encoding="utf-8")
    return built


def compared_with_files(place: Path, objects: list[dict[str, Any]]) -> Diff:
    """The namespace `shop` of an export."""
    (place / "live.json").write_text(json.dumps({"kind": "List", "apiVersion": "v1", "items": objects}))
    chosen = Selection(namespaces=("shop",))
    return diff_live(place / "policies.py", live=[str(place / "live.json")], selection=chosen, today=TODAY)


def compared_with(server: ApiServer, place: Path) -> Diff:
    """The namespace `shop` of a cluster."""
    kubeconfig = str(write_kubeconfig(place / "kubeconfig", server.url))
    chosen = Selection(kubeconfig=kubeconfig, namespaces=("shop",))
    return diff_live(place / "policies.py", selection=chosen, today=TODAY)


def holding(server: ApiServer, objects: list[dict[str, Any]]) -> None:
    """Let the server hold these objects."""
    kinds = {"AuthorizationPolicy": "authorizationpolicies", "PeerAuthentication": "peerauthentications"}
    for each in objects:
        resource = kinds.get(each["kind"], "requestauthentications")
        server.objects.setdefault(resource, []).append(each)


def test_a_refusal_for_the_whole_mesh_counts(tmp_path: Path, edited: list[dict[str, Any]]) -> None:
    """What opens only without it does not open."""
    assert compared_with_files(tmp_path, edited).access.classed == "widened"
    closed = compared_with_files(tmp_path, [*edited, DENY_ALL])

    assert closed.plan is not None
    assert [each.kind for each in closed.plan.changes] == ["change"]
    assert closed.access.classed == "same"


def test_the_same_of_a_cluster(tmp_path: Path, edited: list[dict[str, Any]]) -> None:
    """The root namespace is read beside the chosen one; where it may not be, the effect is not known."""
    with serving() as server:
        holding(server, [*edited, DENY_ALL])
        assert compared_with(server, tmp_path).access.classed == "same"

        server.decide = lambda asked: forbidden(asked) if "/istio-system/" in asked.path else None
        unread = compared_with(server, tmp_path)

    assert unread.plan is not None
    assert [each.kind for each in unread.plan.changes] == ["change"]
    assert unread.access.classed == "unknown"
    assert "`istio-system`" in unread.access.undecided[0]
    assert unread.undecided


def test_what_runs_is_read_where_it_is_asked_for(tmp_path: Path, edited: list[dict[str, Any]]) -> None:
    """A foreign policy opens a workload that no policy declares, which only the cluster's pods tell of."""
    pod = {
        "metadata": {"name": "cron-1", "namespace": "shop", "labels": {"app": "cron"}},
        "spec": {"serviceAccountName": "cron", "containers": [{"name": "cron", "ports": [{"containerPort": 9000}]}]},
    }
    opened = {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": "cron", "namespace": "shop"},
        "spec": {"selector": {"matchLabels": {"app": "cron"}}, "rules": [{}]},
    }
    with serving() as server:
        holding(server, [*edited, opened])
        server.objects["pods"] = [pod]
        kubeconfig = str(write_kubeconfig(tmp_path / "kubeconfig", server.url))
        told = diff_live(tmp_path / "policies.py", selection=Selection(kubeconfig=kubeconfig, workloads=True))

    places = {effect.place for effect in told.foreign_access.effects}
    assert "shop/cron" in places
