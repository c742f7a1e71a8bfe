"""Who may import whom."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def test_every_contract_is_kept(root: Path) -> None:
    """The layers of `pyproject.toml` hold, and every module of the package is in one."""
    program = (
        "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_importing_the_library_imports_none_of_its_dependencies(root: Path) -> None:
    """`import ztdsl` is free until a name is used, and declarations need nothing but Python."""
    program = (
        "import sys, ztdsl; ztdsl.Service; ztdsl.allow; "
        "print(sorted({'typer', 'rich', 'pydantic', 'jinja2', 'deepdiff', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_library_leaves_the_collector_alone(root: Path) -> None:
    """Only the process of the command line switches garbage collection off."""
    program = "import gc, ztdsl, ztdsl.cli.entry, ztdsl.cli.guard; print(gc.isenabled(), gc.get_freeze_count())"
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "True 0\n"
