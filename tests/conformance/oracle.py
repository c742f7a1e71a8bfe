"""istiod's own code, asked by jobs: a small Go program beside this file, built once and kept outside the checkout.

It is Go's module proxy and build cache that a first build waits for: some minutes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

SOURCES: Final = Path(__file__).parent / "istiod"
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
    """
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen([str(binary())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said) as process,
    ):
        writer = threading.Thread(target=_write, args=(process, jobs))
        writer.start()
        try:
            for line in process.stdout or ():
                answer = json.loads(line)
                if "error" in answer:
                    raise JobFailed(answer["error"])
                yield answer
        finally:
            process.kill()
            writer.join()


def _write(process: subprocess.Popen[bytes], jobs: Iterable[Plain]) -> None:
    assert process.stdin is not None
    try:
        with process.stdin as stream:
            for job in jobs:
                stream.write(json.dumps(job).encode() + b"\n")
    except BrokenPipeError:
        return  # nobody reads the answers any more


def binary() -> Path:
    """The program, built from the sources as they are.

    Raises:
        NoOracle: Go is missing, or the program cannot be built.
    """
    go = shutil.which("go")
    if go is None:
        message = "Go is not installed"
        raise NoOracle(message)
    place = _cache() / f"istiod-{_digest()}"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_name(f"{place.name}.{os.getpid()}")
        built = subprocess.run(
            [go, "build", "-C", str(SOURCES), "-o", str(fresh), "."], capture_output=True, text=True, check=False
        )
        if built.returncode != 0:
            raise NoOracle(built.stderr.strip() or "go build failed")
        fresh.replace(place)
    return place


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "ztdsl" / "conformance"


def _digest() -> str:
    """A name for the sources: another one after any change of them."""
    found = hashlib.sha256()
    for file in sorted(SOURCES.iterdir()):
        found.update(file.name.encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:16]
