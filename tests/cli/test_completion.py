"""`ztc completion`."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from ztdsl.cli.completion_script import NAMES
from ztdsl.cli.shell_scripts import scripts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ztc


@pytest.mark.parametrize("shell", NAMES)
def test_the_printed_script_is_current(shell: str, ztc: Ztc) -> None:
    """What is printed is what the commands as they are would give; `just completions` rewrites it."""
    ended = ztc("completion", shell)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == scripts()[NAMES[shell]]


def test_an_unknown_shell_is_refused(ztc: Ztc) -> None:
    """The three shells are named."""
    ended = ztc("completion", "fsh")
    assert (ended.code, ended.err) == (
        2,
        "error: expected one of bash, zsh, fish; not `fsh`\n  = help: did you mean `fish`?\n",
    )


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("ztc bu", ["build"]),
        ("ztc build --out-", ["--out-file", "--out-dir"]),
        ("ztc build policies.py -o ", ["yaml", "json"]),
        ("ztc check -o s", ["sarif"]),
        ("ztc completion z", ["zsh"]),
        ("ztc --v", ["--version"]),
        ("ztc -q che", ["check"]),
        ("ztc insp", ["inspect"]),
        ("ztc inspect ce", ["cert"]),
        ("ztc inspect -", ["-h", "--help"]),
        ("ztc inspect cert --client-", ["--client-cert", "--client-key"]),
        ("ztc inspect -q cert a.pem -o t", ["text"]),
    ],
)
def test_bash_completes(line: str, completed: list[str], ztc: Ztc, tmp_path: Path) -> None:
    """In a real bash the script offers commands, flags and values."""
    bash = shutil.which("bash")
    assert bash is not None
    script = tmp_path / "script.bash"
    script.write_text(ztc("completion", "bash").out)
    words = " ".join(f"'{word}'" for word in line.split(" "))
    program = (
        f"source {script}; compopt() {{ :; }}; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); "
        'COMPREPLY=(); _ztc; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run([bash, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == completed
