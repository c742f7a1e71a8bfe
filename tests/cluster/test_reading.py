"""A real API server, read by `ztdsl.cluster` with the rights that the docs show."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.cluster.reader import GROUP, create, documented, events, grant, policy, selection
from tests.mesh import lane
from tests.mesh.cluster import Cluster, Refused
from tests.mesh.network import inside
from tests.mesh.place import Place
from tests.mesh.small import until
from ztdsl.cluster import ClusterFailure, Selection, read_cluster
from ztdsl.diagnostics.model import Diagnostic

pytestmark = lane.only
_RESOURCES = ("authorizationpolicies", "peerauthentications", "requestauthentications")
_LOGGING = "telemetries"
_ETCD = "http://127.0.0.1:2379/v3/kv"
_COMPACT = f"""
import base64, json, urllib.request
def ask(path, **body):
    request = urllib.request.Request("{_ETCD}" + path, json.dumps(body).encode(), method="POST")
    return json.load(urllib.request.urlopen(request))
now = ask("/range", key=base64.b64encode(b"any").decode())["header"]["revision"]
ask("/compaction", revision=now, physical=True)
"""
"""Lets etcd forget all states before the present one, as it does by itself every few minutes."""


def failure(chosen: Selection, *, workloads: bool = False, needs_logging: bool = False) -> Diagnostic:
    """What reading fails with."""
    with pytest.raises(ClusterFailure) as failed:
        read_cluster(replace(chosen, workloads=workloads), needs_logging=needs_logging)
    return failed.value.finding


@pytest.fixture(autouse=True)
def _no_policies_left(cluster: Cluster) -> Iterator[None]:
    yield
    for space in ("shop", "web"):
        cluster.ask("DELETE", f"/apis/{GROUP}/v1/namespaces/{space}/authorizationpolicies")


def test_documented_role_suffices(cluster: Cluster) -> None:
    """The role of the docs reads everything, as the server has it; the server's log has nothing but get and list."""
    grant(cluster, documented("ztc-reader"), documented("ztc-reader-binding"))
    cluster.apply([policy("orders"), policy("pages", "web")])
    before = len(events(cluster))

    live = read_cluster(selection(cluster))

    assert [each.key for each in live.objects] == [
        ("AuthorizationPolicy", "shop", "orders"),
        ("AuthorizationPolicy", "web", "pages"),
    ]
    kept = cluster.ask("GET", f"/apis/{GROUP}/v1/namespaces/shop/authorizationpolicies/orders")
    assert live.objects[0].plain == kept
    assert kept["metadata"]["managedFields"]
    asked = events(cluster)[before:]
    assert {each["verb"] for each in asked} <= {"get", "list"}
    listed = [each["objectRef"]["resource"] for each in asked if each["verb"] == "list"]
    assert sorted(listed) == sorted((*_RESOURCES, _LOGGING))
    assert live.unlogged is None


@pytest.mark.parametrize("lacking", _RESOURCES)
def test_one_right_less_is_named(lacking: str, cluster: Cluster) -> None:
    """Without the right to list one kind, the finding names verb, resource and scope, and nothing is given."""
    role = documented("ztc-reader")
    rest = [each for each in _RESOURCES if each != lacking]
    role["rules"] = [
        *(each for each in role["rules"] if each["apiGroups"] != [GROUP]),
        {"apiGroups": [GROUP], "resources": rest, "verbs": ["get", "list"]},
        {"apiGroups": [GROUP], "resources": [lacking], "verbs": ["get"]},
    ]
    grant(cluster, role, documented("ztc-reader-binding"))

    said = failure(selection(cluster))

    assert said.code == "ZT706"
    assert said.message.startswith(f"`list` of `{lacking}.{GROUP}` in all namespaces is forbidden in context ")
    assert 'User "reader" cannot list resource' in said.notes[0]
    assert len(said.notes) == 1


def test_telemetry_is_a_right_that_logs_need(cluster: Cluster) -> None:
    """Without it a policy without logs is compared and told so; one with logs gets the finding."""
    role = documented("ztc-reader")
    role["rules"] = [each for each in role["rules"] if each["apiGroups"] == [GROUP]]
    grant(cluster, role, documented("ztc-reader-binding"))
    cluster.apply([policy("orders")])

    live = read_cluster(selection(cluster))

    assert [each.key[2] for each in live.objects] == ["orders"]
    assert live.unlogged == "`list` of `telemetries.telemetry.istio.io` in all namespaces is forbidden"
    said = failure(selection(cluster), needs_logging=True)
    assert said.code == "ZT706"
    assert said.message.startswith("`list` of `telemetries.telemetry.istio.io` in all namespaces is forbidden in ")


def test_right_in_a_namespace_reads_that_namespace(cluster: Cluster) -> None:
    """A RoleBinding is enough for what it binds, and for nothing else."""
    binding = documented("ztc-reader-binding")
    binding["kind"], binding["metadata"]["namespace"] = "RoleBinding", "shop"
    grant(cluster, documented("ztc-reader"), binding)
    cluster.apply([policy("orders"), policy("pages", "web")])

    assert [each.key[1] for each in read_cluster(selection(cluster, namespaces=("shop",))).objects] == ["shop"]
    assert "in namespace `web`" in failure(selection(cluster, namespaces=("shop", "web"))).message
    assert "in all namespaces" in failure(selection(cluster)).message


def test_workloads_need_the_second_role(cluster: Cluster) -> None:
    """The inventory is read with the role that the docs show for it, and refused without."""
    roles = [documented("ztc-reader"), documented("ztc-reader-binding")]
    grant(cluster, *roles)
    assert "`list` of `pods`" in failure(selection(cluster), workloads=True).message

    second = documented("ztc-reader-binding")
    second["metadata"]["name"] = second["roleRef"]["name"] = "ztc-reader-workloads"
    grant(cluster, *roles, documented("ztc-reader-workloads"), second)
    assert read_cluster(replace(selection(cluster), workloads=True)).workloads == ()


def test_documented_role_cannot_write(cluster: Cluster) -> None:
    """Whoever has the reader's role changes nothing, not even in a dry run."""
    grant(cluster, documented("ztc-reader"), documented("ztc-reader-binding"))

    with pytest.raises(Refused, match="cannot create"):
        cluster.kubectl("create", "--dry-run=server", "-f", "-", stdin=json.dumps(policy("mine")), user="reader")


def test_stranger_and_expired_token_are_told_apart(cluster: Cluster, place: Place) -> None:
    """A known user without rights is forbidden; a token that the server does not know is a login."""
    assert failure(selection(cluster, "nobody")).code == "ZT706"
    old = json.loads(cluster.kubeconfig("reader").read_text(encoding="ascii"))
    old["users"][0]["user"]["token"] = "of-yesterday"  # noqa: S105 - no token of anybody
    file = place.directory / "old.kubeconfig"
    file.write_text(json.dumps(old), encoding="ascii")

    assert failure(Selection(kubeconfig=str(file))).code == "ZT705"


def test_five_thousand_objects_come_in_pages(cluster: Cluster, place: Place) -> None:
    """All are read in two pages; when etcd forgets the list between the pages, it is read anew, with what is new."""
    grant(cluster, documented("ztc-reader"), documented("ztc-reader-binding"))
    names = {f"policy-{number:04}" for number in range(5000)}
    create(cluster, (policy(name) for name in sorted(names)))
    before = len(events(cluster))

    assert {each.key[2] for each in read_cluster(selection(cluster)).objects} == names
    assert _pages(events(cluster)[before:]) == ["limit=1000", "limit=4000"]

    before = len(events(cluster))
    live = read_cluster(selection(cluster), seen=_Forgetting(cluster, place))
    assert {each.key[2] for each in live.objects} == {*names, "between"}
    asked = [each for each in events(cluster)[before:] if each.get("objectRef", {}).get("resource") == _RESOURCES[0]]
    codes = [each["responseStatus"]["code"] for each in asked]
    assert codes[:2] == [200, 410]
    assert set(codes[2:]) == {200}


class _Forgetting:
    """After the first page: a new object, a server that has begun anew, and an etcd that has no earlier state.

    A server that has run for a while may answer for a state that etcd has forgotten.
    """

    def __init__(self, cluster: Cluster, place: Place) -> None:
        self._cluster = cluster
        self._place = place
        self._before = len(events(cluster))
        self._done = False

    def __call__(self, count: int) -> None:
        """Do it once."""
        if count and not self._done:
            self._done = True
            until(self._is_only_one_list_open, "the lists of the other kinds are read")
            create(self._cluster, [policy("between")])
            command = inside(self._place.network, [sys.executable, "-c", _COMPACT])
            subprocess.run(command, check=True, capture_output=True)
            self._cluster._server.stop()
            self._cluster._server = self._cluster._start_server()

    def _is_only_one_list_open(self) -> bool:
        asked = events(self._cluster)[self._before :]
        return {each["objectRef"]["resource"] for each in asked if each["verb"] == "list"} == {*_RESOURCES, _LOGGING}


def _pages(asked: list[dict[str, Any]]) -> list[str]:
    """The limits of the pages of the list of policies."""
    paths = [each["requestURI"] for each in asked if f"/{_RESOURCES[0]}?" in each["requestURI"]]
    return [part for path in paths for part in path.partition("?")[2].split("&") if part.startswith("limit=")]
