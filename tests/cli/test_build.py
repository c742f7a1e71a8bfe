"""`ztc build`."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ztc

TODAY = ("--today", "2026-11-24")


def test_manifests_go_to_stdout_and_nothing_else_is_said(good: Path, ztc: Ztc) -> None:
    """A clean build is a YAML stream that a redirect can take as it stands."""
    ended = ztc("build", good)
    assert (ended.code, ended.err) == (0, "")
    kinds = {document["kind"] for document in yaml.safe_load_all(ended.out)}
    assert kinds == {"AuthorizationPolicy", "PeerAuthentication"}


def test_json_holds_the_same_objects(good: Path, ztc: Ztc) -> None:
    """`-o json` is a Kubernetes List of what YAML says."""
    listed = json.loads(ztc("build", good, "-o", "json").out)
    assert listed["kind"] == "List"
    assert listed["items"] == list(yaml.safe_load_all(ztc("build", good).out))


def test_errors_stop_manifests(bad: Path, ztc: Ztc) -> None:
    """With an error stdout is empty, the findings are on stderr, and the exit code is 1."""
    ended = ztc("build", bad)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("error[ZT112]: ")
    assert " --> policies.py:14:" in ended.err


def test_an_error_leaves_the_old_file_as_it_was(bad: Path, tmp_path: Path, ztc: Ztc) -> None:
    """A failing build does not touch what an earlier one wrote."""
    out = tmp_path / "out.yaml"
    out.write_text("old\n")
    assert ztc("build", bad, "--out-file", out, "--source-map", tmp_path / "map.json").code == 1
    assert out.read_text() == "old\n"
    assert not (tmp_path / "map.json").exists()


def test_warnings_are_said_beside_the_manifests(doubtful: Path, ztc: Ztc) -> None:
    """A warning goes to stderr, the manifests to stdout, and the build succeeds."""
    ended = ztc("build", doubtful, *TODAY)
    assert ended.code == 0
    assert ended.err.startswith("warning[ZT401]: ")
    assert ended.out


def test_strict_stops_at_warnings(doubtful: Path, ztc: Ztc) -> None:
    """With --strict, or --fail-on warning, a warning stops the manifests."""
    for flags in (["--strict"], ["--fail-on", "warning"]):
        ended = ztc("build", doubtful, *TODAY, *flags)
        assert (ended.code, ended.out) == (1, "")


def test_errors_stop_manifests_even_where_nothing_fails(bad: Path, ztc: Ztc) -> None:
    """No threshold makes a policy with errors a success of `build`."""
    assert ztc("build", bad, "--fail-on", "never").code == 1


def test_out_file_holds_what_stdout_would(good: Path, tmp_path: Path, ztc: Ztc) -> None:
    """--out-file writes the same bytes, keeps the mode of a file that exists, and leaves nothing else behind."""
    out = tmp_path / "out.yaml"
    out.write_text("old\n")
    out.chmod(0o640)
    ended = ztc("build", good, "--out-file", out)
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert out.read_text() == ztc("build", good).out
    assert stat.S_IMODE(out.stat().st_mode) == 0o640
    assert {path.name for path in tmp_path.iterdir() if path.name != "__pycache__"} == {"out.yaml", "policies.py"}


def test_out_dir_has_a_file_for_each_namespace(good: Path, tmp_path: Path, ztc: Ztc) -> None:
    """--out-dir says on stderr what changed; a second run changes nothing."""
    out = tmp_path / "manifests"
    first = ztc("build", good, "--out-dir", "manifests")
    assert (first.code, first.out, first.err) == (0, "", "manifests: 2 written, 0 removed, 0 unchanged\n")
    assert {path.name for path in out.iterdir()} >= {"web.yaml", "shop.yaml"}
    assert ztc("build", good, "--out-dir", "manifests").err == "manifests: 0 written, 0 removed, 2 unchanged\n"
    assert ztc("build", good, "--out-dir", "manifests", "-q").err == ""


def test_a_foreign_file_is_left_alone(good: Path, tmp_path: Path, ztc: Ztc) -> None:
    """A file that ztc did not write is never overwritten; the exit code is 2."""
    foreign = tmp_path / "manifests" / "web.yaml"
    foreign.parent.mkdir()
    foreign.write_text("mine\n")
    ended = ztc("build", good, "--out-dir", "manifests")
    assert ended.code == 2
    assert ended.err.startswith("error[ZT014]: ")
    assert [path.name for path in foreign.parent.iterdir()] == ["web.yaml"]
    assert foreign.read_text() == "mine\n"


def test_the_source_map_is_written_beside_the_manifests(good: Path, tmp_path: Path, ztc: Ztc) -> None:
    """--source-map leads from objects to lines of the policy."""
    ended = ztc("build", good, "--source-map", "map.json")
    assert ended.code == 0
    source_map = json.loads((tmp_path / "map.json").read_text())
    assert source_map["schema"] == "ztdsl/source-map/v1"
    files = {pointer["file"] for each in source_map["objects"] for pointer in each["pointers"]}
    assert files == {"policies.py"}


LOGGED = """
from ztdsl import Namespace, Policy, log_denied

shop = Namespace("shop")
policy = Policy("shop", owns=[shop], logs=[log_denied(shop, because="who was denied")])
"""


def test_the_mesh_configuration_of_access_logs_is_written_beside_the_manifests(tmp_path: Path, ztc: Ztc) -> None:
    """--mesh-config writes what the provider of the log needs; held against it, the policy has no finding."""
    (tmp_path / "logged.py").write_text(LOGGED, encoding="utf-8")
    ended = ztc("build", "logged.py", "--mesh-config", "mesh.yaml")
    assert (ended.code, ended.err) == (0, "")
    assert "kind: Telemetry" in ended.out
    (tmp_path / "ztc.toml").write_text('[meshes.production]\nmesh_config = "mesh.yaml"\n', encoding="utf-8")
    assert ztc("build", "logged.py", "--strict").out == ended.out
    (tmp_path / "mesh.yaml").write_text("{}", encoding="utf-8")
    refused = ztc("build", "logged.py", "--strict")
    assert (refused.code, refused.out) == (1, "")
    assert "warning[ZT605]" in refused.err


def test_the_mesh_configuration_and_the_manifests_need_two_places(good: Path, ztc: Ztc) -> None:
    """They go to one file or stream in no case, and to stdout alone where the manifests go elsewhere."""
    assert ztc("build", good, "--mesh-config", "-").code == 2
    assert ztc("build", good, "--source-map", "one", "--mesh-config", "one").code == 2
    ended = ztc("build", good, "--mesh-config", "-", "--out-file", "manifests.yaml")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("# Policy ")
    assert ztc("build", good, "--mesh-config", "-", "--out-dir", "manifests").code == 0


@pytest.mark.parametrize("flag", ["--out-file", "--source-map", "--mesh-config"])
def test_python_files_are_not_overwritten(flag: str, good: Path, ztc: Ztc) -> None:
    """The policy stays what it is, whatever is written beside it."""
    before = good.read_text()
    ended = ztc("build", good, flag, good)

    assert (ended.code, ended.out, good.read_text()) == (2, "", before)
    assert "is a Python file, and is not overwritten" in ended.err


def test_access_logs_stand_first_in_each_file_and_in_json(tmp_path: Path, ztc: Ztc) -> None:
    """Nothing is refused unseen, whichever way manifests are written."""
    (tmp_path / "logged.py").write_text(LOGGED, encoding="utf-8")
    assert ztc("build", "logged.py", "--out-dir", "manifests").code == 0
    kinds = [line for line in (tmp_path / "manifests" / "shop.yaml").read_text().splitlines() if line[:5] == "kind:"]
    assert kinds == ["kind: Telemetry", "kind: AuthorizationPolicy", "kind: PeerAuthentication"]
    listed = json.loads(ztc("build", "logged.py", "-o", "json").out)
    assert [f"kind: {each['kind']}" for each in listed["items"]] == kinds


def test_verbose_names_mesh_and_configuration(good: Path, ztc: Ztc) -> None:
    """-v says on stderr what the manifests were built for."""
    ended = ztc("build", good, "-v")
    assert ended.err == "mesh default, no configuration file\n"
    assert ended.out == ztc("build", good).out


def test_a_small_build_needs_neither_rich_nor_pydantic(good: Path, root: Path) -> None:
    """A clean build without a configuration file stays off the slow imports."""
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    command = [sys.executable, "-X", "importtime", "-m", "ztdsl", "build", str(good)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    names = {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if "|" in line}
    assert not names & {"rich", "pydantic", "deepdiff", "yaml"}


def test_library_and_command_agree(good: Path, ztc: Ztc, root: Path) -> None:
    """What `ztc build` prints is what the function of the library returns."""
    from ztdsl import build_manifests  # noqa: PLC0415

    del root
    assert build_manifests(good).text == ztc("build", good).out
