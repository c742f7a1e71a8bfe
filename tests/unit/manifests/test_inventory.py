"""Our own form of an inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from ztdsl.manifests import read_workloads

if TYPE_CHECKING:
    from pathlib import Path

ODD: list[Any] = [None, 5, 1.5, "x", [], [[]], {}, {"a": []}]
KEYS = ["namespace", "name", "labels", "service_account", "kind", "ports"]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("key", KEYS)
def test_an_odd_value_is_at_most_a_finding(key: str, odd: Any, tmp_path: Path) -> None:
    """No value of any key stops the reading."""
    (tmp_path / "w.yaml").write_text(yaml.safe_dump({"workloads": [{"namespace": "a", "name": "b", key: odd}]}))
    known, problems = read_workloads(str(tmp_path / "w.yaml"))
    assert len(known) + len(problems) == 1


@pytest.mark.parametrize("key", ["container", "service", "name", "protocol"])
@pytest.mark.parametrize("odd", [[], {}, "x/y", 0, 70_000])
def test_an_odd_port_is_a_finding(key: str, odd: Any, tmp_path: Path) -> None:
    """Ports are numbers that a port can have, with a protocol that is known."""
    port = {"container": 80, key: odd}
    (tmp_path / "w.yaml").write_text(yaml.safe_dump({"workloads": [{"namespace": "a", "name": "b", "ports": [port]}]}))
    known, problems = read_workloads(str(tmp_path / "w.yaml"))
    is_a_name = key == "name" and isinstance(odd, str)
    assert (len(known), len(problems)) == ((1, 0) if is_a_name else (0, 1))


def test_a_misspelt_key_is_named(tmp_path: Path) -> None:
    """With the key that is meant."""
    (tmp_path / "w.yaml").write_text("workloads:\n- namespace: a\n  name: b\n  lables: {a: b}\n")
    _, (problem,) = read_workloads(str(tmp_path / "w.yaml"))
    assert problem.help == ("did you mean `labels`?",)
