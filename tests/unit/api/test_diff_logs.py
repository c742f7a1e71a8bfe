"""Access logs in a comparison: what they make owned, foreign and needed, and what they cost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ztdsl import Diff, build_manifests, diff_live
from ztdsl.cluster import Selection

POLICY = """
from ztdsl import MeshDefaults, Namespace, Policy, log_denied

defaults = MeshDefaults()
policy = Policy("mesh", mesh=defaults, owns=[Namespace("shop"), Namespace("web")], logs=[
    log_denied(defaults, because="who was refused"),
])
"""
_ONLY_LOGS_DIFFER = """
import sys
from ztdsl import diff_live
found = diff_live(sys.argv[1], live=[sys.argv[2]])
assert found.differs, found
assert found.access.classed == "same", found.access
print(*sorted(name for name in sys.modules if name.startswith("ztdsl.access")))
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy of the whole mesh with one log for all sidecars, and what it is in a cluster."""
    file = tmp_path / "policies.py"
    file.write_text(POLICY, encoding="utf-8")
    (tmp_path / "live.json").write_text(build_manifests(file).json, encoding="utf-8")
    return file


def edited(policy: Path, edit: Any) -> Path:
    """The cluster after an edit of its objects."""
    file = policy.with_name("live.json")
    live: dict[str, Any] = json.loads(file.read_text())
    edit(live["items"])
    file.write_text(json.dumps(live), encoding="utf-8")
    return file


def foreign(namespace: str) -> dict[str, Any]:
    """Another's Telemetry for a whole namespace."""
    metadata = {"name": "default", "namespace": namespace}
    spec = {"metrics": [{"providers": [{"name": "prometheus"}]}]}
    return {"apiVersion": "telemetry.istio.io/v1", "kind": "Telemetry", "metadata": metadata, "spec": spec}


def told(found: Diff) -> list[tuple[str, str, str]]:
    """What becomes of which Telemetry."""
    assert found.plan is not None, found.report.findings
    assert {each.key.kind for each in found.plan.changes} <= {"Telemetry"}
    return [(each.kind, each.key.namespace, each.key.name) for each in found.plan.changes]


def test_a_log_of_the_mesh_is_in_the_root_namespace(policy: Path) -> None:
    """Built and compared it is the same; deleted it is to be created, and so is it said of that namespace alone."""
    assert told(diff_live(policy, live=[str(policy.with_name("live.json"))])) == []

    live = edited(policy, lambda items: items.remove(next(each for each in items if each["kind"] == "Telemetry")))

    (created,) = told(diff_live(policy, live=[str(live)]))
    assert created[:2] == ("create", "istio-system")
    assert told(diff_live(policy, live=[str(live)], selection=Selection(namespaces=("shop",)))) == []


def test_what_may_hide_a_log_is_foreign_wherever_the_policy_owns(policy: Path) -> None:
    """Even in a namespace without a log of its own, be it the only one compared: that of the mesh is at stake."""
    live = edited(policy, lambda items: items.extend(map(foreign, ("shop", "web", "elsewhere"))))

    assert told(diff_live(policy, live=[str(live)])) == [("foreign", "shop", "default"), ("foreign", "web", "default")]
    chosen = Selection(namespaces=("web",))
    assert told(diff_live(policy, live=[str(live)], selection=chosen)) == [("foreign", "web", "default")]


def test_an_unmanaged_copy_of_a_log_is_told(policy: Path) -> None:
    """As of any other object."""

    def copy(items: list[dict[str, Any]]) -> None:
        log = next(each for each in items if each["kind"] == "Telemetry")
        items.append({**log, "metadata": {"name": "copied", "namespace": "istio-system"}})

    found = diff_live(policy, live=[str(edited(policy, copy))])

    assert told(found) == [("foreign", "istio-system", "copied")]
    assert found.plan is not None
    assert str(found.plan.changes[0].copy_of).startswith("Telemetry istio-system/")


def test_logs_cost_no_effect_on_access(policy: Path) -> None:
    """Where nothing else differs, nobody asks what opens and closes."""

    def disable(items: list[dict[str, Any]]) -> None:
        next(each for each in items if each["kind"] == "Telemetry")["spec"]["accessLogging"][0]["disabled"] = True

    words = [sys.executable, "-c", _ONLY_LOGS_DIFFER, str(policy), str(edited(policy, disable))]
    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "\n", "")
