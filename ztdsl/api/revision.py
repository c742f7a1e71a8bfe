"""The other side of a comparison without a cluster: an older policy, a directory of manifests, a revision in git."""

from __future__ import annotations

import os
import subprocess
import tarfile
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from ztdsl.api.declared import nothing, of_files, of_policy
from ztdsl.config import ConfigurationFailure
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Severity
from ztdsl.load import LoadFailure, target_file
from ztdsl.load.target import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ztdsl.api.declared import Declared
    from ztdsl.config import Configuration
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.dsl.policy import Policy
    from ztdsl.pipeline import Options

_SHORT: Final = 9  # characters of a commit that people read
_MANIFESTS: Final = frozenset({".yaml", ".yml", ".json"})


class BaseFailure(Exception):  # noqa: N818 - named for what happened
    """What is to be compared with cannot be had.

    Attributes:
        diagnostics: one finding, ZT732.
    """

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.diagnostics = (finding,)


def _failure(message: str, *, notes: Sequence[str] = (), advice: Sequence[str] = ()) -> BaseFailure:
    return BaseFailure(diagnostic("ZT732", message, None, notes=notes, help=advice))


def read_base(
    base: str, source: str | Path | Policy | None, paths: Sequence[str], now: Configuration, options: Options
) -> Declared:
    """What `base` declares; what exists as a file or directory is one, anything else is a revision in git.

    A policy file runs, and so does the one of a revision.

    Args:
        base: a policy file, manifests, or a revision in git.
        source: the policy file it is compared with; None for manifests.
        paths: the manifests it is compared with.
        now: the settings of what it is compared with.
        options: how that was read.

    Raises:
        BaseFailure: there is no such file or revision, or it has errors.
    """
    kept = replace(options, mesh=now.mesh)
    try:
        if _is_manifests(base):
            return _sound(base, of_files([base], kept))
        if target_file(base).exists():
            return _sound(base, of_policy(base, kept))
        with TemporaryDirectory(prefix="ztc-") as made:
            if not (source is None or isinstance(source, str | Path)):
                msg = f"`{base}` is no file, and a policy that a program makes has no revisions"
                raise _failure(msg)
            place = Path(made).resolve()
            old = _Revision(base, Path.cwd() if source is None else target_file(source).parent, place)
            if source is not None and old.is_before(target_file(source)):
                return nothing(now, f"{old.words}, which has no `{target_file(source).name}` yet")
            return replace(_sound(base, old.declared(source, paths, now, options)), words=old.words)
    except (LoadFailure, ConfigurationFailure) as failure:
        raise _unusable(base, failure.diagnostics) from failure


def _is_manifests(base: str) -> bool:
    return Path(base).is_dir() or (Path(base).suffix in _MANIFESTS and Path(base).exists())


def _sound(base: str, found: Declared) -> Declared:
    if found.report.has_errors:
        raise _unusable(base, found.report.findings)
    return replace(found, words=f"`{base}`")


def _unusable(base: str, findings: Iterable[Diagnostic]) -> BaseFailure:
    errors = [each for each in findings if each.severity is Severity.ERROR]
    notes = [f"{each.code}: {each.message}" for each in errors[:3]]
    return _failure(f"`{base}` has errors and cannot be compared with", notes=notes)


class _Revision:
    """The files of one commit, in a directory of their own."""

    def __init__(self, revision: str, near: Path, place: Path) -> None:
        self._revision, self._place = revision, place
        if revision.startswith("-"):
            msg = f"`{revision}` is neither a file nor a revision"
            raise _failure(msg)
        top = self._git(near, "rev-parse", "--show-toplevel", otherwise="no git repository is there")
        self._top = Path(os.fsdecode(top).strip()).resolve()
        name = self._git(
            near, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", otherwise="git knows no such revision"
        )
        self._commit = os.fsdecode(name).strip()
        self._extract()
        (self._place / ".git").mkdir(exist_ok=True)  # configuration is searched up to here

    @property
    def words(self) -> str:
        """The revision as it was named, and the commit that it is."""
        return f"`{self._revision}` ({self._commit[:_SHORT]})"

    def declared(
        self, source: str | Path | None, paths: Sequence[str], now: Configuration, options: Options
    ) -> Declared:
        """What the revision declares in the same files, with its own configuration where it has one."""
        chosen = self._settings(now, options)
        if source is None:
            return of_files([str(self._there(path)) for path in paths], chosen)
        wanted = parse(source, None)
        there = self._there(wanted.file)
        return of_policy(str(there) if wanted.variable is None else f"{there}:{wanted.variable}", chosen)

    def is_before(self, file: Path) -> bool:
        """Whether the file has come into being since; one that was called otherwise was there.

        Raises:
            BaseFailure: git does not know it, so nobody can say.
        """
        old = self._old(file)
        if old is None or old.exists() or old in self._renamed:
            return False
        if not self._git(file.parent, "ls-files", "--", file.name, otherwise="git does not say what it tracks"):
            message = f"git does not track `{file.name}`, which may have had another name in `{self._revision}`"
            raise _failure(message, advice=["tell git of it with `git add`", "or name the old file with --base"])
        return True

    @cached_property
    def _renamed(self) -> dict[Path, Path]:
        """Files that were called otherwise: where each would be in the revision, and where it is."""
        words = ["diff", "--name-status", "--find-renames", "--diff-filter=R", "-z", self._commit]
        said = os.fsdecode(self._git(self._top, *words, otherwise="git does not say what was renamed")).split("\0")
        return {self._place / new: self._place / old for old, new in zip(said[1::3], said[2::3], strict=False)}

    def _settings(self, now: Configuration, options: Options) -> Options:
        """The configuration as the revision has it; where it has none, the mesh is what it is now."""
        old = None if now.file is None else self._old(now.file)
        if old is None:
            return replace(options, config=now.file)
        return replace(options, config=old) if old.exists() else replace(options, config=None, mesh=now.mesh)

    def _old(self, file: Path | str) -> Path | None:
        """Where the revision has the file; None for one outside the repository."""
        path = Path(os.path.abspath(file))  # noqa: PTH100 - links are not followed, as in the loader
        for top in (self._top, Path(os.path.normpath(self._top))):
            if path.is_relative_to(top):
                return self._place / path.relative_to(top)
        real = path.resolve()
        return self._place / real.relative_to(self._top) if real.is_relative_to(self._top) else None

    def _there(self, file: Path | str) -> Path:
        """The file in the revision.

        Raises:
            BaseFailure: it is not there, or outside the repository.
        """
        old = None if str(file) == "-" else self._old(file)
        if old is None:
            msg = f"`{file}` is in no git repository, so `{self._revision}` does not have it"
            raise _failure(msg)
        if not old.exists() and old in self._renamed:
            old = self._renamed[old]
        if not old.exists():
            message = f"`{self._revision}` does not have `{old.relative_to(self._place)}`"
            raise _failure(message, advice=["name the old file with --base, if it was called otherwise"])
        return old

    def _extract(self) -> None:
        """Write all files of the commit: a policy may import any of them.

        Raises:
            BaseFailure: git does not give them.
        """
        command = ["git", "-C", str(self._top), "archive", "--format=tar", self._commit]
        extract = {"filter": "tar"} if hasattr(tarfile, "tar_filter") else {}
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603
            try:
                with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
                    archive.extractall(self._place, **extract)  # type: ignore[arg-type]  # noqa: S202 - a commit of the user's own
            except tarfile.TarError as error:
                said = os.fsdecode(process.stderr.read()).strip() if process.stderr else ""
                msg = f"git gives no files of `{self._revision}`: {said or error}"
                raise _failure(msg) from error

    def _git(self, near: Path, *words: str, otherwise: str) -> bytes:
        try:
            done = subprocess.run(["git", "-C", str(near), *words], capture_output=True, check=False)  # noqa: S603, S607 - git is found on PATH
        except FileNotFoundError:
            msg = f"`{self._revision}` is no file, and git is not installed"
            raise _failure(msg) from None
        if done.returncode:
            advice = ["fetch it first; a shallow clone lacks other branches: `git fetch origin main`"]
            msg = f"`{self._revision}` is no file, and {otherwise}"
            raise _failure(msg, advice=advice)
        return done.stdout
