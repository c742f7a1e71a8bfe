"""What a terminal shows while a server is asked about many objects."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cluster.server import Answer, Asked, as_json, serving, status, write_kubeconfig

CASES = Path(__file__).parent / "diff"
pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")


def seen(place: Path, *words: str) -> tuple[int, str]:
    """The exit code, and what a terminal gets on stderr."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ztdsl", "diff", str(CASES / "policies.py"), *words]
    with subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        parts = []
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the terminal is gone with its last user
                break
            parts.append(part)
            if not part:
                break
        code = process.wait()
    os.close(ours)
    return code, b"".join(parts).decode()


def answered(tmp_path: Path, answer: Answer) -> tuple[int, str]:
    """The same with a server that answers each dry run so."""

    def decide(asked: Asked) -> Answer | None:
        return answer if asked.method == "PATCH" else None

    with serving() as server:
        server.decide = decide
        kubeconfig = str(write_kubeconfig(tmp_path / "kubeconfig", server.url))
        return seen(tmp_path, "--kubeconfig", kubeconfig, "--server-side", "--color", "never")


def test_the_count_grows_and_goes(tmp_path: Path) -> None:
    """Each count stands over the one before, and nothing is left."""
    code, text = answered(tmp_path, as_json({"kind": "Any"}))

    shown = text.split("\r\x1b[K")
    assert code == 1
    assert shown[1].startswith("dry run of object 1 of ")
    assert shown[-1] == ""


def test_a_failure_does_not_stand_behind_the_count(tmp_path: Path) -> None:
    """The line is wiped before the finding is printed."""
    code, text = answered(tmp_path, status(401, "Unauthorized"))

    assert code == 3
    assert text.rpartition("\r\x1b[K")[2].lstrip().startswith("error[ZT705]")


def test_without_a_server_to_ask_nothing_is_shown(tmp_path: Path) -> None:
    """Reading is quick."""
    (tmp_path / "live.yaml").write_text("")

    code, text = seen(tmp_path, "--live", "live.yaml", "--color", "never")

    assert code == 1
    assert text.startswith("warning[ZT026]")
