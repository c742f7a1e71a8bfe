"""What `ztc diff` reports, met on a real mesh: nothing after an apply, and openings and closings by real clients.

The mesh is read with the rights that the docs show, and no more.
"""

from __future__ import annotations

import copy
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.cluster.reader import READER, documented, selection
from tests.cluster.server import path_with_kubectl
from tests.golden.test_examples import TODAY
from tests.mesh import lane
from tests.mesh.agreement import is_met, send
from tests.mesh.objects import fresh_connections
from tests.mesh.sending import CannotSend, Sending
from tests.mesh.stage import DIRECTORIES, Stage, Theatre, key_hosts, model_of, printed, staged
from ztdsl.api import Diff, diff_live
from ztdsl.diff.shown import Effect
from ztdsl.traffic.decision import Decision, Verdict
from ztdsl.traffic.wire import request_from

pytestmark = lane.only
Objects = list[dict[str, Any]]
Edit = Callable[[Objects], None]
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


def _rules(objects: Objects) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The ALLOW policies with their rules, those with most rules first."""
    allowing = [
        each
        for each in objects
        if each["kind"] == "AuthorizationPolicy"
        and each["spec"].get("action", "ALLOW") == "ALLOW"
        and each["spec"].get("rules")
    ]
    for each in sorted(allowing, key=lambda one: -len(one["spec"]["rules"])):
        yield each, each["spec"]["rules"]


def _values(objects: Objects, part: str, inside: str, name: str) -> list[str] | None:
    """The first list of values of that name in a rule; None if no rule has one."""
    for _, rules in _rules(objects):
        for each in (one[inside] for rule in rules for one in rule.get(part, ())):
            if name in each:
                found: list[str] = each[name]
                return found
    return None


def _drop_rule(objects: Objects) -> None:
    next(_rules(objects))[1].pop(0)


def _drop_last_rule(objects: Objects) -> None:
    next(_rules(objects))[1].pop()


def _add_path(objects: Objects) -> None:
    paths = _values(objects, "to", "operation", "paths")
    assert paths is not None
    paths.append("/by-hand")


def _drop_method(objects: Objects) -> None:
    methods = _values(objects, "to", "operation", "methods")
    assert methods is not None
    methods[:] = ["PATCH"]


def _widen_caller(objects: Objects) -> None:
    principals = _values(objects, "from", "source", "principals")
    assert principals is not None
    principals[:] = ["*"]


def _delete_largest(objects: Objects) -> None:
    objects.remove(next(_rules(objects))[0])


def _of_another(action: str) -> Edit:
    def add(objects: Objects) -> None:
        space = next(_rules(objects))[0]["metadata"]["namespace"]
        objects.append(policy(space, action, {"to": [{"operation": {"methods": ["GET"]}}]}))

    return add


ANY: Final[dict[str, Edit]] = {
    "the first rule dropped": _drop_rule,
    "the last rule dropped": _drop_last_rule,
    "a path by hand": _add_path,
    "another method": _drop_method,
    "whatever caller": _widen_caller,
    "the largest policy deleted": _delete_largest,
    "a foreign ALLOW": _of_another("ALLOW"),
    "a foreign DENY": _of_another("DENY"),
}
"""Edits of any example."""


@pytest.fixture(scope="module")
def theatre() -> Iterator[Theatre]:
    """Where the examples stand, one after the other."""
    made = Theatre(key_hosts([model_of(each) for each in DIRECTORIES]))
    yield made
    made.close()


@pytest.fixture(scope="module", params=DIRECTORIES, ids=lambda path: path.name)
def stage(
    request: pytest.FixtureRequest, theatre: Theatre, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """An example in a mesh, as `ztc build` prints it; `kubectl` on PATH is in its network."""
    directory: Path = request.param
    built = printed(directory, tmp_path_factory.mktemp("built"))
    with theatre.empty(model_of(directory).mesh) as mesh, staged(directory, built, mesh) as made:
        mesh.cluster.apply([fresh_connections(), documented("ztc-reader"), documented("ztc-reader-binding")])
        mesh.settle()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", path_with_kubectl(mesh.place, tmp_path_factory.mktemp("programs")))
            yield made


def command(stage: Stage) -> subprocess.CompletedProcess[str]:
    """What `ztc diff` says of the example and the mesh."""
    words = ["diff", "policies.py", "--today", TODAY, "--kubeconfig", str(stage.mesh.cluster.kubeconfig(READER))]
    return subprocess.run(
        [sys.executable, "-m", "ztdsl", *words], cwd=stage.directory, capture_output=True, text=True, check=False
    )


def difference(stage: Stage) -> Diff:
    """The same as the library says it."""
    config = stage.directory / "ztc.toml"
    return diff_live(
        stage.directory / "policies.py",
        selection=selection(stage.mesh.cluster),
        config=config if config.exists() else None,
        today=date.fromisoformat(TODAY),
    )


def built(stage: Stage) -> Objects:
    """The objects of the example."""
    text = (stage.directory / "expected" / "manifests.yaml").read_text(encoding="utf-8")
    return [each for each in yaml.safe_load_all(text) if each]


def change(stage: Stage, before: Objects, after: Objects) -> None:
    """Let the mesh have `after` instead of `before`."""
    if before == after:
        return
    kept = {key(each) for each in after}
    for kind, space, name in (key(each) for each in before if key(each) not in kept):
        stage.mesh.cluster.kubectl("delete", "--ignore-not-found", kind.lower(), name, "-n", space)
    stage.mesh.cluster.apply(after)
    stage.mesh.settle()


@dataclass
class Meeting:
    """What witnesses met, and what was reported of them."""

    stage: Stage
    unsent: Counter[str] = field(default_factory=Counter)
    different: list[object] = field(default_factory=list)
    sent: int = 0

    def prepared(self, effects: tuple[Effect, ...]) -> list[tuple[Effect, Sending]]:
        """The witnesses that the lab can send; the others are counted by reason."""
        found = []
        for each in effects:
            try:
                found.append((each, self.stage.sender.prepare(request_from(each.witness))))
            except CannotSend as reason:
                self.unsent[str(reason)] += 1
        return found

    def meet(self, name: str, chosen: list[tuple[Effect, Sending]], *, is_after: bool) -> None:
        """Send them now, after the change or before it."""
        answers = send([sending for _, sending in chosen])
        self.sent += len(answers)
        for (effect, sending), answer in zip(chosen, answers, strict=True):
            reported = effect.after if is_after else effect.before
            if not is_met(Decision(Verdict(reported.verdict), None), *answer, sending.request):
                self.different.append((name, is_after, effect, answer))


def test_an_applied_example_differs_in_nothing(stage: Stage) -> None:
    """After one apply and after a second one the command ends with 0."""
    for _ in range(2):
        done = command(stage)
        assert done.returncode == 0, done.stdout + done.stderr
        stage.mesh.cluster.apply(built(stage))


def test_clients_meet_what_is_reported(stage: Stage, note: Callable[[str], None]) -> None:
    """Each witness meets the reported decisions: before and after an apply, and with and without a foreign object."""
    edits = {**ANY, **(QUICKSTART if stage.name == "quickstart" else {})}
    meeting = Meeting(stage)
    for name, edit in edits.items():
        _meet_one(meeting, name, edit)
    assert meeting.different == []
    assert meeting.sent
    unsent = meeting.unsent.total()
    assert 2 * unsent <= UNSENDABLE * (meeting.sent + 2 * unsent), meeting.unsent
    told = f"{meeting.sent} times a witness of {len(edits)} edits met what was reported"
    note(f"diff of {stage.name}: {told}; cannot be sent: {dict(meeting.unsent)}")


def _meet_one(meeting: Meeting, name: str, edit: Edit) -> None:
    """Let somebody edit the mesh, and meet what is reported; the mesh is as it was afterwards."""
    clean = built(meeting.stage)
    edited = copy.deepcopy(clean)
    edit(edited)
    own = {key(each) for each in clean}
    applied = [*clean, *(each for each in edited if key(each) not in own)]
    try:
        _meet_states(meeting, name, clean, edited, applied)
    except BaseException:
        change(meeting.stage, applied, clean)
        raise


def _meet_states(meeting: Meeting, name: str, clean: Objects, edited: Objects, applied: Objects) -> None:
    """Read what an apply would change, apply, and take away what is foreign."""
    stage = meeting.stage
    change(stage, clean, edited)
    found = difference(stage)
    assert found.access.effects + found.foreign_access.effects, name
    by_apply, by_foreign = (meeting.prepared(each.effects) for each in (found.access, found.foreign_access))
    meeting.meet(name, by_apply, is_after=False)
    change(stage, edited, applied)
    meeting.meet(name, by_apply, is_after=True)
    meeting.meet(name, by_foreign, is_after=True)
    change(stage, applied, clean)
    meeting.meet(name, by_foreign, is_after=False)
