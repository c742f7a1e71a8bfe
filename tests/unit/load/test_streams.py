from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from ztdsl.load import diverted_stdout

ROOT = Path(__file__).parents[3]
PROGRAM = """
import os, subprocess, sys
from ztdsl.load import diverted_stdout
kept = sys.stdout
print("before")
with diverted_stdout():
    print("printed")
    os.write(1, b"written\\n")
    subprocess.run(["echo", "child"], check=True)
    if kept is not None: kept.write("kept\\n")
print("after")
"""


def run(tail: str) -> tuple[str, str, int]:
    """The program's stdout, stderr and exit code under a shell's redirections."""
    command = f'PYTHONPATH="$2" "$0" -c "$1" {tail}'
    done = subprocess.run(
        ["/bin/sh", "-c", command, sys.executable, PROGRAM, str(ROOT)], capture_output=True, text=True, check=False
    )
    return done.stdout, done.stderr, done.returncode


def test_print_descriptor_and_children_go_to_stderr() -> None:
    """Within the block nothing reaches stdout, whoever writes it; before and after it does."""
    out, err, code = run("")
    assert (out, code) == ("before\nafter\n", 0)
    assert sorted(err.split()) == ["child", "kept", "printed", "written"]


def test_without_stderr_the_output_is_lost() -> None:
    """With stderr closed, what the block prints does not come out on stdout."""
    out, _, code = run("2>&-")
    assert (out, code) == ("before\nafter\n", 0)


def test_a_captured_stdout_is_exchanged_alone(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Where `sys.stdout` has no descriptor, only the object is exchanged, and restored."""
    captured, errors = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", captured)
    monkeypatch.setattr(sys, "stderr", errors)
    with diverted_stdout():
        sys.stdout.write("x")
    assert sys.stdout is captured
    assert (captured.getvalue(), errors.getvalue()) == ("", "x")
    assert capfd.readouterr().out == ""


def test_a_closed_stdout_stays_closed() -> None:
    """A process that was started without stdout runs the block all the same."""
    program = (
        "import sys\nfrom ztdsl.load import diverted_stdout\nassert sys.stdout is None\n"
        "with diverted_stdout(): print('x')\nassert sys.stdout is None\n"
    )
    done = subprocess.run(
        ["/bin/sh", "-c", 'PYTHONPATH="$2" "$0" -c "$1" >&-', sys.executable, program, str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "x\n")
