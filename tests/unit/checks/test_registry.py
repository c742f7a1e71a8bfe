from __future__ import annotations

import re
from pathlib import Path

import ztdsl.checks
from ztdsl.checks.registry import CHECKS
from ztdsl.diagnostics.catalogue import CATALOGUE

MODULES = [file for file in Path(ztdsl.checks.__file__).parent.glob("*.py") if file.stem != "registry"]
PAIRS = Path(__file__).parents[2] / "checks"


def test_every_check_is_registered() -> None:
    """A module with `find` runs, in the order of names."""
    with_find = sorted(file.stem for file in MODULES if re.search(r"^def find\(", file.read_text(), re.MULTILINE))

    assert [check.__name__.rpartition(".")[2] for check in CHECKS] == with_find  # type: ignore[attr-defined]


def test_every_code_has_a_row_and_a_pair_of_manifests() -> None:
    """What a check can say is documented and executed."""
    codes = {code for file in MODULES for code in re.findall(r'= "(ZT\d{3})"', file.read_text())} - {"ZT121"}

    assert codes <= set(CATALOGUE)
    assert {code for code in codes if not (PAIRS / code / "bad.yaml").exists()} == set()
