"""What sidecars and gateways write of each request, beside the request that caused it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Final

import pytest

from tests.mesh import access_lines, lane
from tests.mesh.pairs import pair_requests
from tests.mesh.pod import Pod
from tests.mesh.stage import DIRECTORIES, Stage, Theatre, key_hosts, model_of, printed, staged
from ztdsl.simulate import border_requests
from ztdsl.traffic.request import Request

pytestmark = lane.only
ROOT: Final = Path(__file__).parents[2]
RECORDING: Final = 60
CHECKING: Final = 15
RECORDED: Final = ROOT / "tests" / "log" / "recorded"


def names_of_conditions(what: str) -> set[str]:
    """The names of the claims, or of the headers, that conditions of the examples test."""
    texts = [(each / "expected" / "manifests.yaml").read_text(encoding="utf-8") for each in DIRECTORIES]
    return {name for text in texts for name in re.findall(rf"request\.{what}\[([^\]]+)\]", text)}


@pytest.fixture(scope="module")
def theatre() -> Iterator[Theatre]:
    """Where the examples stand, with the three formats."""
    models = [model_of(each) for each in DIRECTORIES]
    made = Theatre(
        key_hosts(models),
        access_lines.configuration(names_of_conditions("auth.claims"), names_of_conditions("headers")),
    )
    yield made
    made.close()


@pytest.fixture(scope="module", params=DIRECTORIES, ids=lambda path: path.name)
def stage(
    request: pytest.FixtureRequest, theatre: Theatre, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """An example, applied to a mesh."""
    directory: Path = request.param
    built = printed(directory, tmp_path_factory.mktemp("built"))
    _without_telemetry(built)
    with theatre.empty(model_of(directory).mesh) as mesh, staged(directory, built, mesh) as made:
        yield made


def _without_telemetry(printed: Path) -> None:
    """Leave out what says who logs what: here all proxies log every request in three formats."""
    documents = printed.read_text(encoding="utf-8").split("\n---\n")
    kept = [each for each in documents if "\nkind: Telemetry\n" not in each]
    printed.write_text("\n---\n".join(kept), encoding="utf-8")


def called(stage: Stage) -> Callable[[Request], Pod]:
    """The pod that a request is sent to."""
    pods = {(pod.spec.namespace, tuple(sorted(pod.spec.labels.items()))): pod for pod in stage.mesh.pods.values()}

    def pod_of(request: Request) -> Pod:
        return pods[request.to.namespace or "", tuple(sorted((request.to.labels or {}).items()))]

    return pod_of


def test_every_decision_is_written(stage: Stage, note: Callable[[str], None], request: pytest.FixtureRequest) -> None:
    """Each request that a proxy decides has a line in every format; the rule of a refusal by a policy stands in it."""
    is_recording = bool(request.config.getoption("--golden"))
    requests = chain(border_requests(stage.model), pair_requests(stage.model))
    most = RECORDING if is_recording else CHECKING
    found = access_lines.written(access_lines.chosen(stage.sender, stage.manifests, requests, most), called(stage))

    if is_recording:
        RECORDED.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(each.document) + "\n" for each in found)
        (RECORDED / f"{stage.name}.jsonl").write_text(text, encoding="utf-8")
    silent = Counter(
        (str(each.decision.verdict), name) for each in found for name, lines in each.lines.items() if not lines
    )
    note(f"access log of {stage.name}: {len(found)} requests; without a line: {dict(silent)}")
    for each in found:
        by = each.decision.decided_by
        if each.decision.verdict == "deny" and by is not None and by.rule is not None and each.request.http is not None:
            rule = f"ns[{by.namespace}]-policy[{by.name}]-rule[{by.rule}]"
            assert all(any(rule in line for line in lines) for lines in each.lines.values()), each
