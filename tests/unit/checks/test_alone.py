"""What is said of single objects while others are missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ztdsl.checks import check
from ztdsl.checks.registry import ALONE, CHECKS
from ztdsl.diagnostics.model import Diagnostic
from ztdsl.manifests import read_manifests, read_workloads
from ztdsl.traffic.mesh import Mesh

PAIRS = Path(__file__).parents[2] / "checks"
BAD = sorted(PAIRS.glob("ZT3*/bad.yaml"))
EVERYTHING = Mesh("production", trust_domain_aliases=("old.example",), federated_trust_domains=("partner.example",))


def _places(found: list[Diagnostic]) -> set[tuple[str, object]]:
    return {(each.code, each.primary.place if each.primary is not None else None) for each in found}


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.parent.name)
def test_what_is_said_of_a_part_is_said_of_the_whole(file: Path) -> None:
    """Whichever object is missing: a finding that is made without it stands with it, and has no example."""
    read = read_manifests([str(file)])
    inventory = file.parent / "workloads.yaml"
    known = read_workloads(str(inventory))[0] if inventory.exists() else None
    whole = _places(check(read, EVERYTHING, known))

    for missing in range(len(read.documents)):
        rest = read.documents[:missing] + read.documents[missing + 1 :]
        found = check(replace(read, documents=rest), EVERYTHING, known, is_whole=False)

        assert _places(found) <= whole
        assert not [note for each in found for note in each.notes if note.startswith("for example")]


def test_checks_of_single_objects_are_checks() -> None:
    """Each of them is one of all, in their order."""
    assert [each for each in CHECKS if each in ALONE] == list(ALONE)
