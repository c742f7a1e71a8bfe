"""`init_repository`: a small working repository to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl import __version__
from ztdsl.api.atomic import write_atomically
from ztdsl.api.write import OutputRefused
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span
from ztdsl.package_data import resource

if TYPE_CHECKING:
    from pathlib import Path

    from ztdsl.diagnostics.model import Diagnostic

# Where each template goes.
_FILES: Final = {
    "policies.py": "policies.py",
    "ztc.toml": "ztc.toml",
    "README.md": "README.md",
    "policies.yml": ".github/workflows/policies.yml",
}
_VERSION: Final = "ZTDSL_VERSION"


def init_repository(directory: Path) -> tuple[Path, ...]:
    """Write a policy, a configuration with two meshes, a README and a CI step to `directory`; the files' paths.

    `directory` is made if it is missing. What is written builds as it stands.

    Raises:
        OutputRefused: one of the files exists; nothing was written.
        OSError: a file cannot be written.
    """
    targets = {source: directory / target for source, target in _FILES.items()}
    present = tuple(_present(path) for path in targets.values() if path.exists() or path.is_symlink())
    if present:
        raise OutputRefused(present)
    templates = resource("templates", "init")
    for source, target in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        text = (templates / source).read_text(encoding="utf-8")
        write_atomically(target, text.replace(_VERSION, __version__))
    return tuple(targets.values())


def _present(path: Path) -> Diagnostic:
    return diagnostic(
        "ZT014",
        f"`{path}` exists already",
        Label(Span(str(path))),
        help=["choose an empty directory, as in `ztc init policies`"],
    )
