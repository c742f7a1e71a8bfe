"""What a real API server, its schema, istiod's webhook and RBAC say to dry runs, and that nothing is written."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.cluster.reader import GROUP, READER, documented, events, policy
from tests.mesh import lane
from tests.mesh.cluster import Cluster, kubectl
from tests.mesh.mesh import Mesh
from tests.mesh.network import inside
from tests.mesh.objects import namespace
from ztdsl.cluster import Reply, Selection
from ztdsl.cluster.apply import dry_run
from ztdsl.cluster.reply import Held
from ztdsl.traffic.mesh import Mesh as Facts

pytestmark = lane.only
_BINDING: Final = "ztc-reader-binding"


def objects(*plain: dict[str, Any]) -> list[tuple[tuple[str, str, str], dict[str, Any]]]:
    """Objects with their keys."""
    return [((each["kind"], each["metadata"]["namespace"], each["metadata"]["name"]), each) for each in plain]


def reply(cluster: Cluster, plain: dict[str, Any]) -> Reply:
    """What is said to one object."""
    (found,) = dry_run(Selection(kubeconfig=str(cluster.kubeconfig(READER))), objects(plain))
    return found


def telemetry(name: str, **log: Any) -> dict[str, Any]:
    """A Telemetry that asks for one access log."""
    metadata, spec = {"name": name, "namespace": "shop"}, {"accessLogging": [{"providers": [{"name": "ztc"}], **log}]}
    return {"apiVersion": "telemetry.istio.io/v1", "kind": "Telemetry", "metadata": metadata, "spec": spec}


def binding(role: str) -> dict[str, Any]:
    """The documented binding, of another role."""
    plain = documented(_BINDING)
    return {**plain, "metadata": {"name": role}, "roleRef": {**plain["roleRef"], "name": role}}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A server with istiod's webhook; `kubectl` on PATH runs in its network; the reader has both documented roles."""
    with lane.required():
        mesh = Mesh(lane.own_name("dry"), facts=Facts())
    with mesh, pytest.MonkeyPatch.context() as patch:
        programs = tmp_path_factory.mktemp("programs")
        program = programs / "kubectl"
        command = shlex.join(inside(mesh.place.network, [kubectl()]))
        program.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        patch.setenv("PATH", str(programs), prepend=":")
        running = mesh.cluster
        running.apply([namespace("shop")])
        running.apply([documented("ztc-writer"), binding("ztc-writer")])
        yield running


def test_accepted_and_nothing_is_stored(cluster: Cluster) -> None:
    """A new object is accepted, and is not there afterwards."""
    assert reply(cluster, policy("orders")).result == "accepted"
    assert "items" in (held := cluster.ask("GET", f"/apis/{GROUP}/v1/namespaces/shop/authorizationpolicies"))
    assert held["items"] == []


def test_schema_and_webhook_refuse_by_name(cluster: Cluster) -> None:
    """CEL refuses as the schema, istiod as a webhook with its name."""
    selector = {"selector": {"matchLabels": {"app": "a"}}}
    target = {"targetRefs": [{"kind": "Gateway", "group": "gateway.networking.k8s.io", "name": "x"}]}
    cel = {**policy("orders"), "spec": {**selector, **target, "rules": [{}]}}
    found = reply(cluster, cel)
    assert (found.result, found.gate, found.fields) == ("refused", "schema", ("spec",))

    hook = {**policy("orders"), "spec": {"rules": [{"when": [{"key": "no.such", "values": ["x"]}]}]}}
    found = reply(cluster, hook)
    assert (found.result, found.gate, found.by) == ("refused", "webhook", "rev.validation.istio.io")

    unknown = {**policy("orders"), "spec": {"acton": "DENY"}}
    assert (found := reply(cluster, unknown)).gate == "schema"
    assert "acton" in found.said


def test_telemetry_goes_through_the_same_gates(cluster: Cluster) -> None:
    """With the documented role: accepted as it is built, refused by the schema and by istiod."""
    assert reply(cluster, telemetry("logging")).result == "accepted"
    assert reply(cluster, telemetry("logging", match={"mode": "SOMETIMES"})).gate == "schema"
    found = reply(cluster, telemetry("logging", filter={"expression": "response.code >"}))
    assert (found.result, found.gate, found.by) == ("refused", "webhook", "rev.validation.istio.io")


def test_warning_and_missing_namespace(cluster: Cluster) -> None:
    """A warning of istiod is passed on; a namespace that is not there leaves admission unknown."""
    warned = {**policy("orders"), "spec": {"action": "DENY", "rules": [{"to": [{"operation": {"methods": ["GET"]}}]}]}}
    found = reply(cluster, warned)
    assert found.result == "warned"
    assert "deny all traffic to TCP" in found.warnings[0]

    found = reply(cluster, policy("orders", "elsewhere"))
    assert (found.result, found.gate, found.by) == ("unknown", "namespace", "elsewhere")


def test_conflict_names_manager_and_field_and_admission_still_speaks(cluster: Cluster) -> None:
    """What another manager has set is named; a client-side apply is no conflict; forced, admission refuses."""
    held = policy("held")
    cluster.kubectl("apply", "--server-side", "--field-manager=argocd-controller", "-f", "-", stdin=json.dumps(held))
    other = {**held, "spec": {"rules": [{"to": [{"operation": {"ports": ["9090"]}}]}]}}
    found = reply(cluster, other)
    assert found.result == "conflict"
    assert Held("argocd-controller", ".spec.rules") in found.held

    bad = {**held, "spec": {"rules": [{"when": [{"key": "no.such", "values": ["x"]}]}]}}
    found = reply(cluster, bad)
    assert (found.result, found.gate, bool(found.held)) == ("refused", "webhook", True)

    cluster.apply([policy("client")])
    mine = {**policy("client"), "spec": other["spec"]}
    assert reply(cluster, mine).result == "accepted"


def test_each_missing_right_is_named(cluster: Cluster) -> None:
    """Without `create` a new object is refused with that verb, without `patch` every one."""
    role = documented("ztc-writer")
    try:
        for verbs, expected in ((["patch"], "create"), (["create"], "patch")):
            cluster.apply([{**role, "rules": [{**each, "verbs": verbs} for each in role["rules"]]}])
            for plain in (policy("new"), telemetry("new")):
                found = reply(cluster, plain)
                assert (found.result, found.gate, found.by) == ("refused", "rbac", expected)
    finally:
        cluster.apply([role])


def test_every_write_in_the_audit_log_is_a_dry_run(cluster: Cluster) -> None:
    """The server's own log has no request of ours but reads and patches with `dryRun=All`."""
    many = [policy(f"p{number}") for number in range(40)]
    found = dry_run(Selection(kubeconfig=str(cluster.kubeconfig(READER))), objects(*many))
    assert {each.result for each in found} == {"accepted"}
    assert [each.key[2] for each in found] == [each["metadata"]["name"] for each in many]

    logged = events(cluster)
    writes = [each for each in logged if each["verb"] not in {"get", "list"}]
    assert len(writes) >= len(many)
    assert all(each["verb"] == "patch" and "dryRun=All" in each["requestURI"] for each in writes)
