"""Every example on a real mesh: what `ztc build` prints is applied, and every request meets what was predicted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conformance.lab.package import envoy_version
from tests.conftest import Ztc
from tests.golden.test_examples import TODAY
from tests.mesh import lane
from tests.mesh.agreement import Tally, compare, is_met, send
from tests.mesh.binaries import required
from tests.mesh.pairs import pair_requests
from tests.mesh.report import record, recorded
from tests.mesh.stage import DIRECTORIES, Stage, Theatre, key_hosts, model_of, printed, staged
from ztdsl.simulate import Simulator, border_requests
from ztdsl.traffic.decision import Decision, Verdict

pytestmark = lane.only
ROOT: Final = Path(__file__).parents[2]


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
    """An example as the command builds it, which is as its golden file has it, applied to a mesh."""
    directory: Path = request.param
    built = printed(directory, tmp_path_factory.mktemp("built"))
    assert built.read_bytes() == (directory / "expected" / "manifests.yaml").read_bytes()
    with theatre.empty(model_of(directory).mesh) as mesh, staged(directory, built, mesh) as made:
        yield made


@pytest.fixture
def is_recording(request: pytest.FixtureRequest) -> bool:
    """Whether what is found is to be recorded instead of compared with the record."""
    return bool(request.config.getoption("--golden"))


def test_requests_meet_what_is_predicted(stage: Stage, note: Callable[[str], None], *, is_recording: bool) -> None:
    """From every client to every port, on both sides of every border: nothing is met that was not predicted.

    There are as many as on the day of the record at least, of every verdict, and no more that cannot be sent.
    """
    requests = chain(border_requests(stage.model), pair_requests(stage.model))
    tally = compare(stage.sender, stage.manifests, Simulator(stage.model), requests)
    assert tally.different == []
    verdicts = ", ".join(f"{count:,} {verdict}" for verdict, count in tally.agreed.most_common())
    unsent = sum(tally.unsent.values())
    note(f"example {stage.name}: {tally.sent:,} requests, all as predicted ({verdicts}); {unsent} cannot be sent")
    found = _found(stage, tally)
    if is_recording:
        record(_versions(), stage.name, found)
    known = recorded()["examples"][stage.name]
    assert found["requests"] >= known["requests"]
    assert found["verdicts"].keys() >= known["verdicts"].keys()
    assert found["ways"].keys() >= known["ways"].keys()
    assert found["unsent"].items() <= known["unsent"].items()


def test_scenarios_meet_what_ztc_test_says(stage: Stage, ztc: Ztc, *, is_recording: bool) -> None:
    """Line by line: each is sent, passes in `ztc test`, and its client meets the verdict and status told there."""
    told = ztc("test", "policies.py", "--today", TODAY, "-o", "json", cwd=stage.directory)
    assert told.code == 0, told.out + told.err
    lines = json.loads(told.out)["scenarios"]
    scenarios = stage.scenarios()
    assert [line["name"] for line in lines] == [each.name for each in scenarios]
    sendings = [stage.sender.prepare(each.request) for each in scenarios]
    different = [
        (line, answer)
        for line, sending, (met, answer) in zip(lines, sendings, send(sendings), strict=True)
        if not is_met(Decision(Verdict(line["verdict"]), line["status"]), met, answer, sending.request)
    ]
    assert different == []
    if is_recording:
        record(_versions(), stage.name, {"scenarios": len(lines)})
    assert len(lines) >= recorded()["examples"][stage.name]["scenarios"]


def _found(stage: Stage, tally: Tally) -> dict[str, Any]:
    """What is recorded of a run."""
    return {
        "workloads": len(stage.model.workloads),
        "requests": tally.sent,
        "verdicts": {str(verdict): count for verdict, count in tally.agreed.items()},
        "ways": dict(tally.ways),
        "unsent": dict(tally.unsent) | ({"neither side can predict it": tally.unknown} if tally.unknown else {}),
    }


def _versions() -> dict[str, str]:
    """What the mesh is made of."""
    return {
        "Istio": required("istio", "istio.io/istio"),
        "Kubernetes": required("kubernetes", "k8s.io/kubernetes"),
        "Envoy": envoy_version(),
    }
