"""A program of the user's own that shows two directories of objects, as `kubectl diff` calls it."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diff.formats.yaml import yaml_of

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.diff.change import Key, Plain, Plan

_TROUBLE = 2  # as for diff(1): 0 and 1 say whether there is a difference


class ExternalFailure(Exception):  # noqa: N818 - named for what happened
    """The program did not show the objects.

    Attributes:
        diagnostics: one finding, ZT733.
    """

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.diagnostics = (finding,)


def run_external(program: str, plan: Plan) -> None:
    """Run `program` with a directory of live objects and one of wanted objects; it prints to our stdout.

    Each object that is created, changed or deleted, or claimed by another, has a file in both, which is empty where it
    is not there, as with kubectl. An object that stays as it is stands in neither; where there are only such, nothing
    runs.

    Raises:
        ExternalFailure: it cannot be started, or ends with trouble.
    """
    changes = [each for each in plan.changes if not each.stays]
    if not changes:
        return
    with TemporaryDirectory(prefix="ztc-") as place:
        live, wanted = Path(place, "LIVE"), Path(place, "MERGED")
        live.mkdir()
        wanted.mkdir()
        for change in changes:
            sides = change.sides
            file = _file_of(change.key, next(side for side in sides if side is not None))
            for directory, side in zip((live, wanted), sides, strict=True):
                (directory / file).write_text("" if side is None else yaml_of(side), encoding="utf-8")
        _run(program, str(live), str(wanted))


def _file_of(key: Key, plain: Plain) -> str:
    """The name that kubectl gives to the file of an object."""
    kind, namespace, name = key
    return f"{plain['apiVersion'].replace('/', '.')}.{kind}.{namespace}.{name}"


def _run(program: str, live: str, wanted: str) -> None:
    try:
        code = subprocess.run([*shlex.split(program), live, wanted], check=False).returncode  # noqa: S603 - the user's own program
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _failure(program, f"cannot be started: {reason}") from error
    if code < 0 or code >= _TROUBLE:
        raise _failure(program, f"ended with {code}")


def _failure(program: str, what: str) -> ExternalFailure:
    advice = [
        "it is called with two directories, as by `kubectl diff`; without KUBECTL_EXTERNAL_DIFF ztc prints them itself"
    ]
    return ExternalFailure(diagnostic("ZT733", f"`{program}` {what}", None, help=advice))
