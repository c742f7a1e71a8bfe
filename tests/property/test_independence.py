"""The same policy renders the same, however it is written down and wherever it is built."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.shop import PLAIN, RENAMED, TODAY, WORKLOADS, policy_of, rules
from ztdsl import Anyone, AnyWorkload, EndUser, Grpc, Header, Http, Policy, Rule
from ztdsl.dsl.declaration import Declaration
from ztdsl.ir.codec import from_json, to_json
from ztdsl.lower import lower
from ztdsl.render import yaml_text
from ztdsl.resolve import resolve

_LISTS: dict[type[Declaration], tuple[str, ...]] = {
    Rule: ("callers", "to", "http", "server_names"),
    Http: ("methods", "paths", "hosts", "headers", "not_methods", "not_paths", "not_hosts"),
    Grpc: ("methods", "headers"),
    Header: ("any_of", "none_of"),
    EndUser: ("audience", "subject", "presenter", "where"),
    Anyone: ("but",),
    AnyWorkload: ("but",),
}


def _shuffle(declaration: Any, random: Random) -> None:
    """Put every list below a rule that was drawn into another order; what rules share stays as it is."""
    for field in _LISTS.get(type(declaration), ()):
        value = getattr(declaration, field)
        if isinstance(value, tuple):
            items = list(value)
            for item in items:
                _shuffle(item, random)
            random.shuffle(items)
            if items:
                object.__setattr__(declaration, field, tuple(items))
        else:
            _shuffle(value, random)
    if isinstance(declaration, Rule) and declaration.user is not None:
        _shuffle(declaration.user, random)


def _text(policy: Policy) -> str | None:
    model = resolve(policy, PLAIN, TODAY).model
    return None if model is None else yaml_text(model.policy, model.owner, lower(model).manifests)


@settings(max_examples=100)
@given(st.lists(rules(), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_declarations_does_not_show(some: list[Rule], random: Random) -> None:
    """Rules, services, owned namespaces and every list in them: any order gives the same text."""
    first = _text(policy_of(some))
    for rule in some:
        _shuffle(rule, random)
    random.shuffle(some)
    policy = policy_of(some)
    services, owned = list(WORKLOADS), list(policy.owns)
    random.shuffle(services)
    random.shuffle(owned)
    assert _text(Policy("shop", owns=owned, services=services, rules=some, owner="team-shop")) == first


@settings(max_examples=100)
@given(st.lists(rules(), min_size=1, max_size=5), st.sampled_from((PLAIN, RENAMED)))
def test_a_model_survives_json(some: list[Rule], mesh: Any) -> None:
    """Writing a model as JSON and reading it back gives an equal model, which lowers to the same manifests."""
    model = resolve(policy_of(some), mesh, TODAY).model
    if model is None:
        return
    again = from_json(json.loads(json.dumps(to_json(model))))
    assert again == model
    assert [each.manifest for each in lower(again).manifests] == [each.manifest for each in lower(model).manifests]


def _built(file: Path, seed: str, root: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONHASHSEED": seed}
    command: Sequence[Any] = (sys.executable, "-m", "ztdsl", "build", file, "--today", "2026-11-24")
    done = subprocess.run(command, cwd=file.parent, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("example", ["batch-and-partners", "quickstart", "shop"])
def test_the_seed_of_hashes_does_not_show(example: str, root: Path) -> None:
    """Processes with different hash seeds print the same bytes."""
    file = root / "examples" / example / "policies.py"
    first, *others = (_built(file, seed, root) for seed in ("0", "1", "4711"))
    assert first.startswith("# Made by ztc")
    assert all(other == first for other in others)


def test_moved_code_does_not_show(root: Path, tmp_path: Path) -> None:
    """Blank lines, comments and indentation in a policy file leave the manifests as they are."""
    text = (root / "examples" / "quickstart" / "policies.py").read_text(encoding="utf-8")
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "one" / "policies.py").write_text(text, encoding="utf-8")
    moved = "\n\n# moved\n" + text.replace("\nauth = ", "\n\n\nauth = ").replace("[ingress, ", "[\n    ingress, ")
    assert moved != text
    (tmp_path / "other" / "policies.py").write_text(moved, encoding="utf-8")
    assert _built(tmp_path / "one" / "policies.py", "0", root) == _built(tmp_path / "other" / "policies.py", "0", root)
