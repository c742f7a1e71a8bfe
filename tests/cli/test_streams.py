"""stdout carries the product; every other end of a run is one message and its exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Ztc

ZTC = [sys.executable, "-m", "ztdsl"]
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


@pytest.fixture
def environment(root: Path) -> dict[str, str]:
    """What a process of `ztc` needs that is started in another directory."""
    return {**os.environ, "PYTHONPATH": str(root)}


def test_what_a_policy_prints_goes_to_stderr(good: Path, ztc: Ztc) -> None:
    """`print`, writing to descriptor 1 and child processes do not touch the manifests."""
    clean = ztc("build", good).out
    noise = "import os, subprocess\nprint('one')\nos.write(1, b'two\\n')\nsubprocess.run(['echo', 'three'])\n"
    good.write_text(noise + good.read_text())
    ended = ztc("build", good)
    assert (ended.code, ended.out) == (0, clean)
    assert sorted(ended.err.split()) == ["one", "three", "two"]


@pytest.mark.parametrize("words", [["build", "policies.py"], ["check", "policies.py"], ["version"], ["--help"]])
def test_a_closed_pipe_is_quiet(words: list[str], good: Path, environment: dict[str, str]) -> None:
    """Who reads no more, as `head` does, gets no complaint and exit code 0."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*ZTC, *words], cwd=good.parent, env=environment, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


@needs_full
@pytest.mark.parametrize("words", [["build", "policies.py"], ["check", "policies.py"], ["version"], ["--version"]])
def test_a_full_disk_is_a_failed_write(words: list[str], good: Path, environment: dict[str, str]) -> None:
    """The message carries the system's reason; the exit code is 74."""
    with FULL.open("wb") as full:
        done = subprocess.run([*ZTC, *words], cwd=good.parent, env=environment, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 74
    assert done.stderr.startswith(b"error[ZT015]: stdout could not be written: No space left on device\n")


@needs_full
def test_a_full_disk_behind_out_file_is_a_failed_write(good: Path, ztc: Ztc) -> None:
    """--out-file to a device that is full ends with 74 too."""
    ended = ztc("build", good, "--out-file", FULL)
    assert ended.code == 74
    assert ended.err.startswith("error[ZT015]: `/dev/full` could not be written: No space left on device\n")


def test_a_missing_directory_is_a_failed_write(good: Path, ztc: Ztc) -> None:
    """--out-file makes no directories."""
    ended = ztc("build", good, "--out-file", "no/such/out.yaml")
    assert ended.code == 74
    assert ended.err.startswith("error[ZT015]: `no/such/out.yaml` could not be written: No such file or directory\n")


def test_a_closed_stdout_is_a_failed_write(good: Path, environment: dict[str, str]) -> None:
    """Without a stdout the product has nowhere to go, and no other file receives it by accident."""
    command = ["sh", "-c", 'exec "$@" >&-', "sh", *ZTC, "build", "policies.py"]
    done = subprocess.run(command, cwd=good.parent, env=environment, stderr=subprocess.PIPE)
    assert done.returncode == 74
    assert done.stderr.startswith(b"error[ZT015]: stdout could not be written: it is closed\n")


def test_a_closed_stderr_loses_messages_only(doubtful: Path, environment: dict[str, str]) -> None:
    """Findings that nobody can read change neither the manifests nor the exit code."""
    command = [*ZTC, "build", "policies.py", "--today", "2026-11-24"]
    whole = subprocess.run(command, cwd=doubtful.parent, env=environment, capture_output=True, check=True)
    closed = subprocess.run(
        ["sh", "-c", 'exec "$@" 2>&-', "sh", *command], cwd=doubtful.parent, env=environment, stdout=subprocess.PIPE
    )
    assert whole.stderr
    assert (closed.returncode, closed.stdout) == (0, whole.stdout)


def test_ctrl_c_ends_an_endless_loop_with_one_line(tmp_path: Path, environment: dict[str, str]) -> None:
    """The line names the place in the policy file; the exit code is 130; no traceback."""
    file = tmp_path / "policies.py"
    file.write_text("import pathlib\npathlib.Path('started').touch()\nwhile True:\n    pass\n")
    process = subprocess.Popen(
        [*ZTC, "build", "policies.py"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while not (tmp_path / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err.startswith("interrupted while loading policies.py:")
    assert err.count("\n") == 1


def test_output_does_not_depend_on_hash_seed_and_locale(good: Path, cold_ztc: Ztc) -> None:
    """The same policy gives the same bytes whatever the process's surroundings."""
    good.write_text(good.read_text().replace("it lists", "Übersicht für Gäste"), encoding="utf-8")
    outputs = {
        cold_ztc("build", good, env={"PYTHONHASHSEED": seed, "LC_ALL": locale}).out
        for seed, locale in (("1", "C"), ("2", "C.UTF-8"), ("3", "POSIX"))
    }
    assert len(outputs) == 1
    assert "Übersicht" in outputs.pop()


def test_an_impossible_state_asks_for_a_report(good: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    """An exception of our own is ZT001 and exit code 70; the traceback comes with --debug only."""
    package = tmp_path / "broken"
    package.mkdir()
    (package / "sitecustomize.py").write_text(
        "import ztdsl.api.build\n"
        "def broken(*words, **settings):\n"
        "    raise LookupError('no such thing')\n"
        "ztdsl.api.build.build_text = broken\n"
    )
    environment["PYTHONPATH"] = f"{package}{os.pathsep}{environment['PYTHONPATH']}"
    command = [*ZTC, "build", str(good)]
    plain = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (plain.returncode, plain.stdout) == (70, "")
    assert plain.stderr.startswith(
        "error[ZT001]: ztc reached a state that should be impossible: LookupError: no such thing\n"
    )
    assert "Traceback" not in plain.stderr
    debug = subprocess.run([*command, "--debug"], env=environment, capture_output=True, text=True)
    assert debug.returncode == 70
    assert debug.stderr.startswith("Traceback")
