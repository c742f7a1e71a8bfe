"""How `ztc` is started: the installed command if there is one, else this checkout's."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
MESH = ROOT / "bench" / "mesh.py"
QUICKSTART = ROOT / "examples" / "quickstart" / "policies.py"
_START = "import sys; from ztdsl.cli.entry import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Subject:
    """The compiler as a command, and how to say which one it was."""

    argv: Sequence[str]
    described: str
    environment: Mapping[str, str] = field(default_factory=dict)


def found() -> Subject:
    """The `ztc` that was installed beside this interpreter, else the checkout through `python -c`."""
    command = Path(sys.executable).with_name("ztc")
    if command.exists():
        return Subject([str(command)], "the installed command ztc")
    return Subject([sys.executable, "-c", _START], "this checkout through python -c", {"PYTHONPATH": str(ROOT)})
