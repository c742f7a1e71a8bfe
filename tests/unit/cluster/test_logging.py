"""Telemetry of a cluster and of files: read beside the kinds that decide, and done without where nobody declares it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cluster.scenes import holding
from tests.unit.cluster.server import Answer, ApiServer, Asked, as_json, forbidden, status
from ztdsl.cluster import ClusterFailure, ManifestFailure, Selection, read_cluster, read_directory
from ztdsl.cluster.apply import dry_run

_NAMED = "apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: a, namespace: a}\n"
_ABSENT = Answer(404, b"404 page not found\n", "text/plain; charset=utf-8")


def telemetry(name: str = "logging", namespace: str = "shop", **spec: Any) -> dict[str, Any]:
    """A Telemetry as a server has it."""
    created = "2026-11-20T08:00:00Z"
    metadata = {"name": name, "namespace": namespace, "uid": "u1", "resourceVersion": "7", "creationTimestamp": created}
    return {"kind": "Telemetry", "metadata": metadata, "spec": spec}


def lacking(server: ApiServer, answer: Answer | None) -> None:
    """Let the server say this to lists of Telemetry; that they are forbidden if None."""
    server.decide = lambda asked: (answer or forbidden(asked)) if asked.resource == "telemetries" else None


def test_telemetry_is_read_beside_what_decides(server: ApiServer, selection: Selection) -> None:
    """As the server has it, whatever it holds; none of it is among the objects that decide."""
    server.objects["telemetries"] = [telemetry(metrics=[{"x": None}], accessLogging="no list")]

    live = read_cluster(selection)

    assert (live.objects, live.unlogged) == ((), None)
    (found,) = live.telemetries
    assert (found.key, found.created) == (("Telemetry", "shop", "logging"), "2026-11-20T08:00:00Z")
    assert found.plain["apiVersion"] == "telemetry.istio.io/v1"
    assert found.plain["spec"] == {"metrics": [{"x": None}], "accessLogging": "no list"}


def test_old_cluster_is_asked_in_its_version(server: ApiServer, selection: Selection) -> None:
    """Telemetry was `v1alpha1` for long."""
    server.logging_versions = ("v1alpha1",)
    server.objects["telemetries"] = [telemetry()]

    assert read_cluster(selection).telemetries[0].plain["apiVersion"] == "telemetry.istio.io/v1alpha1"


@pytest.mark.parametrize(
    ("answer", "said", "code"),
    [
        (None, "`list` of `telemetries.telemetry.istio.io` in all namespaces is forbidden", "ZT706"),
        (_ABSENT, "the cluster does not know `telemetries.telemetry.istio.io`", "ZT707"),
    ],
    ids=["forbidden", "not installed"],
)
def test_what_nobody_declares_may_be_out_of_reach(
    answer: Answer | None, said: str, code: str, server: ApiServer, selection: Selection
) -> None:
    """The rest is read, with the reason; where Telemetry is needed it is a failure as for any kind."""
    holding(server, 1)
    lacking(server, answer)

    live = read_cluster(selection)

    assert (len(live.objects), live.telemetries, live.unlogged) == (1, (), said)
    with pytest.raises(ClusterFailure) as failed:
        read_cluster(selection, needs_logging=True)
    assert failed.value.finding.code == code
    assert "`telemetries.telemetry.istio.io`" in failed.value.finding.message


def test_one_forbidden_namespace_leaves_no_part(server: ApiServer, selection: Selection) -> None:
    """There is no list of some namespaces, and the one that is missing is named."""
    server.objects["telemetries"] = [telemetry()]
    server.decide = lambda asked: forbidden(asked) if asked.path.endswith("/web/telemetries") else None

    live = read_cluster(replace(selection, namespaces=("shop", "web")))

    assert live.telemetries == ()
    assert live.unlogged is not None
    assert "in namespace `web` is forbidden" in live.unlogged


def test_other_trouble_stops_the_reading(server: ApiServer, selection: Selection) -> None:
    """A server that fails is no cluster without Telemetry."""
    lacking(server, status(500, "etcdserver: leader changed"))

    with pytest.raises(ClusterFailure) as failed:
        read_cluster(selection)
    assert failed.value.finding.code == "ZT709"


def test_root_namespace_is_not_asked_for_logs(server: ApiServer, selection: Selection) -> None:
    """Only what decides applies from there to the effect on access."""
    read_cluster(replace(selection, namespaces=("shop",)), root="istio-system")

    asked = {each.path for each in server.asked if each.resource == "telemetries"}
    assert asked == {"/apis/telemetry.istio.io/v1/namespaces/shop/telemetries"}


def test_dry_run_of_telemetry_passes_the_proxy(server: ApiServer, selection: Selection) -> None:
    """It goes to its own API group."""
    server.decide = lambda asked: as_json({"kind": "Any"}) if asked.method == "PATCH" else None
    plain = {"apiVersion": "telemetry.istio.io/v1", **telemetry()}

    (reply,) = dry_run(selection, [(("Telemetry", "shop", "logging"), plain)])

    assert reply.result == "accepted"
    asked: list[Asked] = [each for each in server.asked if each.method == "PATCH"]
    assert [each.path for each in asked] == ["/apis/telemetry.istio.io/v1/namespaces/shop/telemetries/logging"]
    assert asked[0].query["dryRun"] == "All"


def test_files_hold_telemetry_too(tmp_path: Path) -> None:
    """An export's as it is, others as a cluster would take them, each with its place; of other groups none."""
    export = tmp_path / "export.json"
    items = [{"apiVersion": "telemetry.istio.io/v1", **telemetry(accessLogging=[{}])}]
    export.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}), encoding="utf-8")
    file = tmp_path / "own.yaml"
    own = "apiVersion: {}/v1\nkind: Telemetry\nmetadata: {{name: own}}\nspec: {{accessLogging: [{{}}]}}\n"
    file.write_text(own.format("telemetry.istio.io") + "---\n" + own.format("example.com"), encoding="utf-8")

    live = read_directory([str(export), str(file)])

    assert live.objects == ()
    assert [each.key for each in live.telemetries] == [
        ("Telemetry", "shop", "logging"),
        ("Telemetry", "default", "own"),
    ]
    assert [each.created for each in live.telemetries] == ["2026-11-20T08:00:00Z", None]
    assert live.telemetries[0].plain == items[0]
    assert live.telemetries[1].plain["metadata"] == {"name": "own", "namespace": "default"}
    assert [each.place for each in live.telemetries] == [f"{export}:1", f"{file}:1"]
    assert [each.code for each in live.findings] == ["ZT027"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {namespace: a}\n", "ZT040"),
        (
            _NAMED + "spec: {accessLogging: [{match: {mode: SOMETIMES}}]}\n",
            "ZT040",
        ),
        (
            _NAMED + "---\n" + _NAMED.replace("v1", "v1alpha1"),
            "ZT028",
        ),
    ],
    ids=["nameless", "refused", "twice"],
)
def test_files_that_no_cluster_could_hold_are_refused(text: str, code: str, tmp_path: Path) -> None:
    """As for the kinds that decide."""
    file = tmp_path / "live.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ManifestFailure) as failed:
        read_directory([str(file)])
    assert code in {each.code for each in failed.value.diagnostics}
