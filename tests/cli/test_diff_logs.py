"""`ztc diff` of a policy whose logs become Telemetry: against files, an older policy, a server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Ztc
from tests.unit.cluster.server import Answer, ApiServer, Asked, as_json, forbidden, serving, write_kubeconfig

PLAIN = """
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
    logs=[],
)
"""
LOGGED = PLAIN.replace(
    "logs=[]",
    'logs=[\n        log_denied(shop, because="who was refused"),\n'
    '        log_all(orders, because="FIN-9: who asks", provider="archive"),\n    ]',
)
NAMES = ["Telemetry/logging", "Telemetry/orders-log"]
ABSENT = Answer(404, b"404 page not found\n", "text/plain; charset=utf-8")
needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")


@pytest.fixture
def place(tmp_path: Path, ztc: Ztc) -> Path:
    """A policy with logs, the same without, and what the first one's objects are in a cluster."""
    (tmp_path / "logged.py").write_text(LOGGED, encoding="utf-8")
    (tmp_path / "plain.py").write_text(PLAIN, encoding="utf-8")
    (tmp_path / "live.json").write_text(ztc("build", "logged.py", "-o", "json", cwd=tmp_path).out, encoding="utf-8")
    return tmp_path


def edited(place: Path, edit: Callable[[list[dict[str, Any]]], None]) -> None:
    """Edit the objects of the cluster."""
    live: dict[str, Any] = json.loads((place / "live.json").read_text())
    edit(live["items"])
    (place / "live.json").write_text(json.dumps(live), encoding="utf-8")


def report(place: Path, ztc: Ztc, *words: str) -> dict[str, Any]:
    """The report for programs, which is what its schema says."""
    ended = ztc("diff", *words, "-o", "json", cwd=place)
    assert ended.err == ""
    found: dict[str, Any] = json.loads(ended.out)
    assert ended.code == bool(found["changes"])
    return found


def told(found: dict[str, Any]) -> list[tuple[str, str]]:
    """What becomes of which object."""
    return [(each["action"], f"{each['kind']}/{each['name']}") for each in found["changes"]]


def test_what_was_built_does_not_differ(place: Path, ztc: Ztc) -> None:
    """Access logs are among what is compared."""
    ended = ztc("diff", "logged.py", "--live", "live.json", cwd=place)

    assert ended.code == 0
    assert ended.out == "policy `shop` compared with `live.json`\n\nno difference, 5 the same\n"


def test_an_edited_log_is_a_change_without_effect_on_access(place: Path, root: Path, ztc: Ztc) -> None:
    """With the line of the log, and who wrote the live one."""

    def edit(items: list[dict[str, Any]]) -> None:
        log = next(each for each in items if each["metadata"]["name"] == "logging")
        log["spec"]["accessLogging"][0]["disabled"] = True
        writer = {"manager": "kubectl-edit", "time": "2026-11-20T21:14:03Z"}
        log["metadata"]["managedFields"] = [{**writer, "fieldsV1": {"f:spec": {"f:accessLogging": {}}}}]

    edited(place, edit)
    found = report(place, ztc, "logged.py", "--live", "live.json")

    assert told(found) == [("change", "Telemetry/logging")]
    (field,) = found["changes"][0]["fields"]
    assert (field["pointer"], field["before"], field["manager"]) == (
        "/spec/accessLogging/0/disabled",
        True,
        "kubectl-edit",
    )
    line = LOGGED[: LOGGED.index("log_denied(shop")].count("\n") + 1
    assert field["declaredAt"] == f"logged.py:{line}"
    assert (found["access"]["class"], found["access"]["undecided"]) == ("same", [])
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(found, json.loads((root / "docs" / "reference" / "diff.schema.json").read_text()))
    for how in ("widened", "narrowed"):
        assert ztc("diff", "logged.py", "--live", "live.json", "--fail-on-access", how, cwd=place).code == 0


def test_logs_that_are_no_longer_declared_are_deleted(place: Path, ztc: Ztc) -> None:
    """And those that are new are created, where two revisions are compared."""
    gone = report(place, ztc, "plain.py", "--live", "live.json")
    assert told(gone) == [("delete", name) for name in NAMES]
    new = report(place, ztc, "logged.py", "--base", "plain.py")
    assert told(new) == [("create", name) for name in NAMES]
    assert gone["access"]["class"] == new["access"]["class"] == "same"
    assert all(each["declaredAt"].startswith("logged.py:") for each in new["changes"])


def test_manifests_are_compared_with_their_logs(place: Path, ztc: Ztc) -> None:
    """A directory stands for the cluster, and files for the policy."""
    assert ztc("build", "plain.py", "--out-dir", "old", cwd=place).code == 0
    assert ztc("build", "logged.py", "--out-dir", "new", cwd=place).code == 0

    assert told(report(place, ztc, "-f", "new", "--live", "old")) == [("create", name) for name in NAMES]
    assert told(report(place, ztc, "-f", "old", "--live", "new")) == [("delete", name) for name in NAMES]
    assert told(report(place, ztc, "-f", "new", "--base", "new")) == []


def test_others_telemetry_counts_where_logs_are_declared(place: Path, ztc: Ztc) -> None:
    """It may switch them off; where no logs are declared it is nobody's concern."""

    def add(items: list[dict[str, Any]]) -> None:
        for space in ("shop", "elsewhere"):
            metadata = {"name": "mesh-default", "namespace": space, "creationTimestamp": "2020-01-01T00:00:00Z"}
            spec = {"accessLogging": [{"disabled": True}]}
            items.append(
                {"apiVersion": "telemetry.istio.io/v1", "kind": "Telemetry", "metadata": metadata, "spec": spec}
            )

    edited(place, add)
    found = report(place, ztc, "logged.py", "--live", "live.json")
    assert told(found) == [("foreign", "Telemetry/mesh-default")]
    assert (found["foreignAccess"]["class"], found["foreignAccess"]["effects"]) == ("same", [])
    assert told(report(place, ztc, "plain.py", "--live", "live.json")) == [("delete", name) for name in NAMES]


def test_another_policys_log_is_a_conflict(place: Path, ztc: Ztc) -> None:
    """As for every other kind."""

    def relabel(items: list[dict[str, Any]]) -> None:
        for each in items:
            if each["kind"] == "Telemetry":
                each["metadata"]["labels"]["app.kubernetes.io/part-of"] = "observability"

    edited(place, relabel)
    ended = ztc("diff", "logged.py", "--live", "live.json", cwd=place)
    assert (ended.code, ended.err.count("error[ZT730]")) == (2, 2)
    assert "Telemetry `shop/orders-log` belongs to policy `observability`" in ended.err


def hold(server: ApiServer, place: Path) -> Path:
    """Let the server hold what the file does; a kubeconfig that leads to it."""
    plural = {
        "AuthorizationPolicy": "authorizationpolicies",
        "PeerAuthentication": "peerauthentications",
        "Telemetry": "telemetries",
    }
    for each in json.loads((place / "live.json").read_text())["items"]:
        server.objects[plural[each["kind"]]].append(each)
    return write_kubeconfig(place / "kubeconfig", server.url)


@needs_kubectl
def test_a_cluster_gives_the_same_report_as_its_export(place: Path, ztc: Ztc) -> None:
    """The first line aside."""
    with serving() as server:
        file = hold(server, place)
        for policy in ("logged.py", "plain.py"):
            by_cluster = ztc("diff", policy, "--kubeconfig", file, cwd=place)
            by_export = ztc("diff", policy, "--live", "live.json", cwd=place)
            assert by_cluster.code == by_export.code, by_cluster.err
            assert by_cluster.out.splitlines()[1:] == by_export.out.splitlines()[1:]


@needs_kubectl
@pytest.mark.parametrize(
    ("answer", "words", "code"),
    [
        (None, "`list` of `telemetries.telemetry.istio.io` in all namespaces is forbidden", "ZT706"),
        (ABSENT, "the cluster does not know `telemetries.telemetry.istio.io`", "ZT707"),
    ],
    ids=["forbidden", "not installed"],
)
def test_a_cluster_whose_telemetry_is_out_of_reach(
    answer: Answer | None, words: str, code: str, place: Path, root: Path, ztc: Ztc
) -> None:
    """Without logs the rest is compared and each format says what was not; with logs it is an error."""
    jsonschema = pytest.importorskip("jsonschema")
    with serving() as server:
        file = hold(server, place)
        server.decide = lambda asked: (answer or forbidden(asked)) if asked.resource == "telemetries" else None
        for output in ("text", "summary", "markdown", "json"):
            ended = ztc("diff", "plain.py", "--kubeconfig", file, "-o", output, cwd=place)
            assert (ended.code, ended.err) == (0, "")
            assert words in ended.out
        found = json.loads(ended.out)
        jsonschema.validate(found, json.loads((root / "docs" / "reference" / "diff.schema.json").read_text()))
        assert found["notCompared"] == [f"Telemetry: {words}"]
        assert ztc("diff", "plain.py", "--kubeconfig", file, "--fail-on-access", "widened", cwd=place).code == 0

        ended = ztc("diff", "logged.py", "--kubeconfig", file, cwd=place)
        assert (ended.code, ended.out) == (3, "")
        assert f"error[{code}]" in ended.err


@needs_kubectl
def test_the_server_is_asked_about_logs_too(place: Path, ztc: Ztc) -> None:
    """What admission refuses is an error at the line of the log."""

    def decide(asked: Asked) -> Answer | None:
        return as_json({"kind": "Any"}) if asked.method == "PATCH" else None

    with serving() as server:
        server.decide = decide
        file = write_kubeconfig(place / "kubeconfig", server.url)
        ended = ztc("diff", "logged.py", "--kubeconfig", file, "--server-side", cwd=place)
        writes = [each.path for each in server.asked if each.method == "PATCH"]

    assert ended.code == 1, ended.err
    assert "API server (dry run): 5 accepted" in ended.out
    assert sorted(each for each in writes if "telemetry" in each) == [
        "/apis/telemetry.istio.io/v1/namespaces/shop/telemetries/logging",
        "/apis/telemetry.istio.io/v1/namespaces/shop/telemetries/orders-log",
    ]
