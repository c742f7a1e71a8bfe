"""The how-to about the mesh, played on one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.conftest import blocks_of, fits
from tests.mesh import lane, network
from tests.mesh.mesh import remove
from tests.mesh.place import Place

pytestmark = lane.only
CHECKOUT = Path(__file__).parents[2]
PAGE = CHECKOUT / "docs" / "how-to" / "try-on-a-real-mesh.md"
PROGRAMS = Path(sys.executable).parent


def run(command: str) -> list[str]:
    """What a shell prints for a command of the page."""
    environment = {**os.environ, "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return done.stdout.splitlines()


def test_the_page_says_what_happens() -> None:
    """Every command of the page prints what the page shows."""
    with lane.required():
        network.require_tools()
    try:
        for block in blocks_of(PAGE.read_text(encoding="utf-8")):
            assert block.language == "sh"
            commands = [number for number, line in enumerate(block.lines) if line.startswith("$ ")]
            for at, following in zip(commands, [*commands[1:], len(block.lines)], strict=True):
                printed = run(block.lines[at].removeprefix("$ "))
                assert fits(block.lines[at + 1 : following], printed), (block.lines[at], printed)
    finally:
        remove(Place("mesh"))
