"""istiod's own code, asked by jobs: a small Go program beside this file, built once and kept outside the checkout.

It is Go's module proxy and build cache that a first build waits for: some minutes.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from tests.conformance.cache import alone, cached

SOURCES: Final = Path(__file__).parent / "istiod"
_FLAGS: Final = ("-trimpath", "-tags=vtprotobuf,disable_pgv", "-ldflags=-s -w")
"""Those of istiod's own releases, and of the istiod that `tests/mesh` builds: packages are compiled once for both."""
_SHOWN: Final = 2000
"""Characters of the end of what a failing process says."""
_ISTIO: Final = re.compile(r"^\s*istio\.io/istio (\S+)", re.MULTILINE)

Plain = dict[str, Any]


class NoOracle(Exception):  # noqa: N818 - named for what is missing
    """istiod's code cannot be asked here; the message says why."""


class JobFailed(Exception):  # noqa: N818 - named for what happened
    """istiod's code did not answer a job; the message is its own."""


def istio_version() -> str:
    """The version of Istio whose code answers."""
    found = _ISTIO.search((SOURCES / "go.mod").read_text(encoding="utf-8"))
    assert found is not None
    return found[1]


def answers(jobs: Iterable[Plain]) -> Iterator[Plain]:
    """The answer to each job, in order; jobs are written while answers are read.

    Raises:
        NoOracle: Go is missing, or the program cannot be built.
        JobFailed: a job has no answer.
        Exception: whatever `jobs` raises, after the answers to those before.
    """
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen([str(binary())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said) as process,
    ):
        writer = _Writer(process, jobs)
        writer.start()
        answered = 0
        try:
            for line in process.stdout or ():
                answer = json.loads(line)
                if "error" in answer:
                    raise JobFailed(answer["error"])
                answered += 1
                yield answer
        finally:
            process.kill()
            writer.join()
        if writer.failed is not None:
            raise writer.failed
        if answered < writer.asked:
            said.seek(0)
            raise JobFailed(said.read().decode(errors="replace")[-_SHOWN:])


class _Writer(threading.Thread):
    """Writes jobs to a process while somebody else reads its answers."""

    def __init__(self, process: subprocess.Popen[bytes], jobs: Iterable[Plain]) -> None:
        super().__init__()
        self._process = process
        self._jobs = jobs
        self.asked = 0
        self.failed: Exception | None = None

    def run(self) -> None:
        """Write all jobs, or as many as are taken."""
        assert self._process.stdin is not None
        try:
            with self._process.stdin as stream:
                for job in self._jobs:
                    self.asked += 1
                    stream.write(json.dumps(job).encode() + b"\n")
        except BrokenPipeError:
            return  # the process has ended: the reader of its answers sees that some are missing
        except Exception as wrong:  # noqa: BLE001 - the reader raises it: nobody sees what a thread raises
            self.failed = wrong


def binary() -> Path:
    """The program, built from the sources as they are.

    Raises:
        NoOracle: Go is missing, or the program cannot be built.
    """
    go = shutil.which("go")
    if go is None:
        message = "Go is not installed"
        raise NoOracle(message)
    place = cached("conformance") / f"istiod-{_digest()}"
    with alone(place.parent):
        if not place.exists():
            _build(go, place)
    return place


def _build(go: str, place: Path) -> None:
    """Build the program, and remove those that were built of other sources: each is large."""
    fresh = place.with_name("fresh")
    command = [go, "build", "-C", str(SOURCES), *_FLAGS, "-o", str(fresh), "."]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode != 0:
        raise NoOracle(built.stderr.strip()[-_SHOWN:] or "go build failed")
    for stale in place.parent.glob("istiod-*"):
        stale.unlink()
    fresh.replace(place)


def _digest() -> str:
    """A name for the sources and how they are built: another one after any change of them."""
    found = hashlib.sha256(repr(_FLAGS).encode())
    for file in sorted(SOURCES.iterdir()):
        found.update(file.name.encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:16]
