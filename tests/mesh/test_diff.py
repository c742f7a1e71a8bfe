"""What `ztc diff` reports, met on a real mesh: nothing after an apply, and openings and closings by real clients."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.golden.test_examples import TODAY
from tests.mesh import lane
from tests.mesh.agreement import is_met, send
from tests.mesh.cluster import kubectl
from tests.mesh.network import inside
from tests.mesh.objects import fresh_connections
from tests.mesh.sending import CannotSend, Sending
from tests.mesh.stage import Stage, Theatre, key_hosts, model_of, staged
from ztdsl.access import Access, Effect, access_change
from ztdsl.istio.read import from_document

pytestmark = lane.only
Objects = list[dict[str, Any]]
Edit = Callable[[Objects], None]
EXAMPLES: Final = Path(__file__).parents[2] / "examples"
UNSENDABLE: Final = 0.5
"""The share of witnesses that the lab may be unable to send."""


def spec(objects: Objects, kind: str, space: str, name: str) -> dict[str, Any]:
    """What one object of an example says."""
    found: dict[str, Any] = next(each for each in objects if key(each) == (kind, space, name))["spec"]
    return found


def key(plain: dict[str, Any]) -> tuple[str, str, str]:
    """Kind, namespace and name."""
    return plain["kind"], plain["metadata"]["namespace"], plain["metadata"]["name"]


def policy(space: str, action: str, rule: dict[str, Any]) -> dict[str, Any]:
    """A policy of somebody else, for a whole namespace."""
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": "of-another", "namespace": space},
        "spec": {"action": action, "rules": [rule]},
    }


def remove(objects: Objects, *wanted: str) -> None:
    """Delete an object."""
    objects[:] = [each for each in objects if key(each) != wanted]


def _let_in_plaintext(objects: Objects) -> None:
    """Ask for no certificate, and allow a caller without an identity, whom the example's rules do not."""
    spec(objects, "PeerAuthentication", "shop", "default")["mtls"]["mode"] = "PERMISSIVE"
    objects.append(policy("shop", "ALLOW", _LISTING))


_ORDERS: Final = ("AuthorizationPolicy", "shop", "orders-allow")
_LISTING: Final = {"to": [{"operation": {"methods": ["GET"], "paths": ["/orders"]}}]}
QUICKSTART: Final[dict[str, Edit]] = {
    "a caller removed": lambda it: spec(it, *_ORDERS)["rules"].pop(1),
    "a path added": lambda it: spec(it, *_ORDERS)["rules"][1]["to"][0]["operation"]["paths"].append("/new"),
    "a method removed": lambda it: spec(it, *_ORDERS)["rules"][1]["to"][0]["operation"]["methods"].pop(),
    "a claim's value removed": lambda it: spec(it, *_ORDERS)["rules"][0]["when"][0]["values"].pop(),
    "PERMISSIVE, and whoever calls": _let_in_plaintext,
    "a DENY added": lambda it: it.append(policy("shop", "DENY", _LISTING)),
    "another audience": lambda it: spec(it, "RequestAuthentication", "shop", "orders-jwt")["jwtRules"][0].update(
        audiences=["other-api"]
    ),
    "an object deleted": lambda it: remove(it, *_ORDERS),
    "a foreign object": lambda it: it.append(policy("shop", "ALLOW", _LISTING)),
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The example `quickstart` in a mesh, as `ztc build` prints it."""
    directory = EXAMPLES / "quickstart"
    model = model_of(directory)
    printed = tmp_path_factory.mktemp("built") / "manifests.yaml"
    words = ["build", "policies.py", "--today", TODAY, "--out-file", str(printed)]
    subprocess.run([sys.executable, "-m", "ztdsl", *words], cwd=directory, check=True, capture_output=True)
    theatre = Theatre(key_hosts([model]))
    try:
        with theatre.empty(model.mesh) as mesh, staged(directory, printed, mesh) as made:
            mesh.cluster.apply([fresh_connections()])
            mesh.settle()
            yield made
    finally:
        theatre.close()


def difference(stage: Stage) -> subprocess.CompletedProcess[str]:
    """What `ztc diff` says of the example and the mesh, inside its network."""
    cluster = stage.mesh.cluster
    words = ["diff", "policies.py", "--today", TODAY, "--kubeconfig", str(cluster.kubeconfig())]
    command = inside(stage.mesh.place.network, [sys.executable, "-m", "ztdsl", *words])
    path = f"{Path(kubectl()).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command, cwd=stage.directory, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )


def built(stage: Stage) -> Objects:
    """The objects of the example."""
    text = (stage.directory / "expected" / "manifests.yaml").read_text(encoding="utf-8")
    return [each for each in yaml.safe_load_all(text) if each]


def change(stage: Stage, before: Objects, after: Objects) -> None:
    """Let the mesh have `after` instead of `before`."""
    kept = {key(each) for each in after}
    for kind, space, name in (key(each) for each in before if key(each) not in kept):
        stage.mesh.cluster.kubectl("delete", kind.lower(), name, "-n", space)
    stage.mesh.cluster.apply(after)
    stage.mesh.settle()


def reported(stage: Stage, before: Objects, after: Objects) -> Access:
    """What opens and closes, as the library says."""
    old, new = ([from_document(each) for each in side] for side in (before, after))
    return access_change(old, new, stage.model.mesh, None, stage.model)


def sendable(stage: Stage, effects: tuple[Effect, ...], unsent: Counter[str]) -> list[tuple[Effect, Sending]]:
    """The witnesses that the lab can send; the others are counted by reason."""
    found = []
    for each in effects:
        try:
            found.append((each, stage.sender.prepare(each.witness)))
        except CannotSend as reason:
            unsent[str(reason)] += 1
    return found


def test_an_applied_example_differs_in_nothing(stage: Stage) -> None:
    """After one apply and after a second one the command ends with 0."""
    for _ in range(2):
        done = difference(stage)
        assert done.returncode == 0, done.stdout + done.stderr
        stage.mesh.cluster.apply(built(stage))


def test_clients_meet_what_is_reported(stage: Stage, note: Callable[[str], None]) -> None:
    """Each witness meets the reported decision before the change and after it."""
    sent, unsent, different = 0, Counter[str](), []
    for name, edit in QUICKSTART.items():
        before = built(stage)
        after = copy.deepcopy(before)
        edit(after)
        effects = reported(stage, before, after).effects
        assert effects, name
        chosen = sendable(stage, effects, unsent)
        sendings = [sending for _, sending in chosen]
        old = send(sendings)
        change(stage, before, after)
        new = send(sendings)
        change(stage, after, before)
        for (effect, sending), was, now in zip(chosen, old, new, strict=True):
            sent += 1
            if not (is_met(effect.before, *was, sending.request) and is_met(effect.after, *now, sending.request)):
                different.append((name, effect, was, now))
    assert different == []
    assert sent
    assert unsent.total() <= UNSENDABLE * (sent + unsent.total()), unsent
    note(f"diff: {sent} witnesses of {len(QUICKSTART)} edits met what was reported; cannot be sent: {dict(unsent)}")
