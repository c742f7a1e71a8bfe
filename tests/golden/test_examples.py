"""Every example builds to what stands beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from tests.conftest import Golden, Ztc

EXAMPLES = sorted(path.parent.name for path in Path(__file__).parents[2].glob("examples/*/policies.py"))
TODAY = "2026-11-24"


def test_there_are_examples() -> None:
    """The tests below are about something."""
    assert "quickstart" in EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_builds_to_its_expected_manifests(name: str, root: Path, ztc: Ztc, golden: Golden) -> None:
    """The whole output of `ztc build` is what stands in `expected`, and both of PyYAML's loaders read it alike."""
    example = root / "examples" / name
    built = ztc("build", "policies.py", "--today", TODAY, cwd=example)
    assert (built.code, built.err) == (0, "")
    golden(example / "expected" / "manifests.yaml", built.out)
    documents = list(yaml.load_all(built.out, Loader=yaml.CSafeLoader))
    assert documents == list(yaml.safe_load_all(built.out))
    names = [(each["kind"], each["metadata"]["namespace"], each["metadata"]["name"]) for each in documents]
    assert len(set(names)) == len(names) > 0


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_no_findings(name: str, root: Path, ztc: Ztc) -> None:
    """What people start from is clean even under `--strict`."""
    checked = ztc("check", "policies.py", "--today", TODAY, "--strict", cwd=root / "examples" / name)
    assert checked.code == 0, checked.out + checked.err


def test_an_example_does_not_depend_on_where_it_is_built_from(root: Path, ztc: Ztc) -> None:
    """The working directory is no input."""
    file = root / "examples" / "quickstart" / "policies.py"
    here = ztc("build", file, "--today", TODAY, cwd=Path(os.sep))
    assert here.out == (file.parent / "expected" / "manifests.yaml").read_text(encoding="utf-8")
