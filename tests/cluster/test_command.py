"""The whole command on a real API server with five thousand objects, as a reader with the documented role runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cluster.reader import GROUP, READER, create, documented, events, grant, path_of, policy
from tests.conftest import ROOT, Ended
from tests.golden.test_examples import TODAY
from tests.mesh import lane
from tests.mesh.cluster import Cluster
from tests.mesh.objects import namespace
from ztdsl.cli import exits

pytestmark = lane.only
_MESH: Final = ROOT / "bench" / "mesh.py"
_SERVICES: Final = 2380
_OBJECTS: Final = 5000
_RESOURCES: Final = ("authorizationpolicies", "peerauthentications", "requestauthentications")
_GONE: Final = ("AuthorizationPolicy", "team-0001", "svc-00020-allow")
_EDITED: Final = ("AuthorizationPolicy", "team-0002", "svc-00040-allow")
_FOREIGN: Final = ("AuthorizationPolicy", "team-0003", "by-hand")

Plain = dict[str, Any]


def ztc(*words: str) -> Ended:
    """How a command ends that is told how large the mesh is; its `kubectl` is the lane's."""
    environment = {**os.environ, "ZTC_BENCH_SERVICES": str(_SERVICES)}
    command = [sys.executable, "-m", "ztdsl", *words, "--today", TODAY]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    return Ended(done.returncode, done.stdout, done.stderr)


def diff(cluster: Cluster, *words: str) -> Ended:
    """What the reader is told."""
    return ztc("diff", str(_MESH), "--kubeconfig", str(cluster.kubeconfig(READER)), *words)


def found(done: Ended) -> set[tuple[str, ...]]:
    """What is done to which object."""
    assert done.code == exits.FINDINGS, done.err
    assert done.err == ""
    return {(each["action"], each["kind"], each["namespace"], each["name"]) for each in json.loads(done.out)["changes"]}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Plain]:
    """The objects of the mesh."""
    file: Path = tmp_path_factory.mktemp("built") / "mesh.json"
    done = ztc("build", str(_MESH), "-o", "json", "--out-file", str(file))
    assert (done.code, done.err) == (0, "")
    items: list[Plain] = json.loads(file.read_bytes())["items"]
    assert len(items) == _OBJECTS
    return items


@pytest.fixture(scope="module")
def large(cluster: Cluster, built: Sequence[Plain]) -> Cluster:
    """The server with all of them."""
    cluster.apply([namespace(each) for each in sorted({each["metadata"]["namespace"] for each in built})])
    create(cluster, built)
    return cluster


@pytest.fixture(autouse=True)
def _may_read(large: Cluster) -> None:
    """The reader has the role of the docs."""
    grant(large, documented("ztc-reader"), documented("ztc-reader-binding"))


def test_nothing_differs_and_nothing_but_lists_is_asked(large: Cluster) -> None:
    """Five thousand objects in pages are what the policy says; the audit log of the server has only get and list."""
    before = len(events(large))

    done = diff(large)

    assert (done.code, done.err) == (exits.CLEAN, ""), done.out
    asked = events(large)[before:]
    assert {each["verb"] for each in asked} <= {"get", "list"}
    assert {each["responseStatus"]["code"] for each in asked} == {200}
    lists = [each for each in asked if each["verb"] == "list"]
    assert {each["objectRef"]["resource"] for each in lists} == {*_RESOURCES, "telemetries"}
    assert {each["objectRef"].get("namespace") for each in lists} == {None}
    others = {urlsplit(each["requestURI"]).path for each in asked if each["verb"] == "get"}
    assert others <= {"/version"}
    queries = [parse_qs(urlsplit(each["requestURI"]).query) for each in lists]
    assert sum("continue" in each for each in queries) >= 1
    assert max(int(each["limit"][0]) for each in queries) < _OBJECTS


def test_three_of_five_thousand_differ(large: Cluster) -> None:
    """A deleted, an edited and a foreign object are found among all; on one page or another, and nothing else."""
    gone, edited, foreign = path_of(*_GONE), path_of(*_EDITED), policy(_FOREIGN[2], _FOREIGN[1])
    large.ask("DELETE", gone)
    rules = [{"to": [{"operation": {"ports": ["8080"]}}]}]
    large.ask("PATCH", f"{edited}?fieldManager=somebody", {"spec": {"rules": rules}}, "merge-patch+json")
    create(large, [foreign])

    expected = {("create", *_GONE), ("change", *_EDITED), ("foreign", *_FOREIGN)}
    assert found(diff(large, "-o", "json")) == expected

    said = diff(large, "-o", "json", "-n", "team-0002")
    assert found(said) == {("change", *_EDITED)}
    assert json.loads(said.out)["access"]["class"] == "narrowed"


@pytest.mark.parametrize("lacking", _RESOURCES)
def test_one_right_less_leaves_no_diff(lacking: str, large: Cluster) -> None:
    """Without `list` of one kind the command says which, prints no diff, and ends with 3."""
    role = documented("ztc-reader")
    rest = [each for each in _RESOURCES if each != lacking]
    role["rules"] = [
        {"apiGroups": [GROUP], "resources": rest, "verbs": ["get", "list"]},
        {"apiGroups": [GROUP], "resources": [lacking], "verbs": ["get"]},
    ]
    grant(large, role, documented("ztc-reader-binding"))

    done = diff(large)

    assert (done.code, done.out) == (exits.UNREACHABLE, "")
    assert re.search(rf"error\[ZT706\]: `list` of `{lacking}\.{GROUP}`\s+in all namespaces is\s+forbidden", done.err)
    assert "cluster-access" in done.err or "ClusterRole" in done.err
