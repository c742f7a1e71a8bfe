"""The completion scripts as they stand in `templates/completion/`; nothing is imported to print one."""

from __future__ import annotations

from ztdsl.package_data import located

NAMES = {"bash": "ztc.bash", "zsh": "_ztc", "fish": "ztc.fish"}


def script(shell: str) -> bytes:
    """The script of `shell`, one of `NAMES`."""
    with open(located("templates", "completion", NAMES[shell]), "rb") as file:  # noqa: PTH123 - nor pathlib
        return file.read()
