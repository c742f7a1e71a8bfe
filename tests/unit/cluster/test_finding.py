"""Each failure, brought about between a real `kubectl` and a real server, says what its page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.cluster.scenes import SCENES
from tests.unit.cluster.server import ApiServer
from ztdsl.cli.findings import say_finding
from ztdsl.cluster import ClusterFailure, read_cluster
from ztdsl.cluster.failure import Cause, Trouble
from ztdsl.cluster.finding import Asked, finding
from ztdsl.cluster.reading import KINDS
from ztdsl.diagnostics.catalogue import CATALOGUE

_EXAMPLE = re.compile(r"^## Example$.*?^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"  = note: kubectl says: .*?(?=^  = )", re.MULTILINE | re.DOTALL)
"""The words of `kubectl`, which change with its version; the pages show those of one."""


@pytest.mark.parametrize("code", SCENES)
def test_failure_says_what_its_page_shows(
    code: str,
    root: Path,
    server: ApiServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The finding has its own code, and the page's example is what a terminal shows."""
    chosen = SCENES[code](server, tmp_path, monkeypatch)

    with pytest.raises(ClusterFailure) as failed:
        read_cluster(chosen)

    say_finding(failed.value.finding, color="never")
    said = capsys.readouterr().err
    shown = _EXAMPLE.search((root / "docs" / "checks" / f"{code}.md").read_text(encoding="utf-8"))
    assert shown is not None
    assert _QUOTED.sub("", said) == _QUOTED.sub("", shown[1])
    assert failed.value.finding.code == code
    assert failed.value.diagnostics == (failed.value.finding,)
    assert failed.value.is_configuration is (code in {"ZT701", "ZT702", "ZT713"})


def test_every_code_of_reading_has_its_scene() -> None:
    """No code stands in the catalogue that nothing brings about."""
    assert {code for code in CATALOGUE if "ZT701" <= code <= "ZT714"} == set(SCENES) == {each.code for each in Cause}


def test_what_else_was_forbidden_is_named() -> None:
    """One run says everything that a role lacks, and stays short."""
    spaces = [Asked("context `kind-prod`", KINDS[0], f"team-{number}") for number in range(8)]

    said = finding(Trouble(Cause.FORBIDDEN, "the server said no"), spaces[0], tuple(spaces[1:]))

    assert said.message == (
        "`list` of `authorizationpolicies.security.istio.io` in namespace `team-0` is forbidden in context `kind-prod`"
    )
    assert said.notes[0] == "the server said no"
    assert said.notes[1] == "the same for `authorizationpolicies.security.istio.io` in namespace `team-1`"
    assert said.notes[-1] == "and for 2 more"
