"""Manifests in a directory: a file for each namespace, an inventory, nobody else's file touched."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ztdsl.api.atomic import write_atomically
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span

if TYPE_CHECKING:
    from pathlib import Path

    from ztdsl.api.build import Build
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.istio.annotated import Printed

INVENTORY: Final = ".ztc-inventory"
SCHEMA: Final = "ztdsl/inventory/v1"


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the files of a directory, each list in order of names."""

    written: tuple[Path, ...]
    removed: tuple[Path, ...]
    unchanged: tuple[Path, ...]


class OutputRefused(Exception):  # noqa: N818 - named for what happened
    """Nothing was written, since it would have replaced or removed a file that is not ours."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("; ".join(each.message for each in diagnostics))
        self.diagnostics = diagnostics


def write_manifests(build: Build, directory: Path) -> Written:
    """Make `directory` hold the manifests of `build`, one YAML file for each namespace.

    An inventory beside them names each file of ours with its digest. A file that the inventory does not name,
    or that was changed since, is not ours and is never overwritten or removed; other files are left alone.

    Raises:
        OutputRefused: a file that is not ours stands in the way; nothing was written.
        OSError: a file cannot be written; every file is whole, the old one or the new one.
        TemplateFailure: a template of the user's does not render, or changes the manifests.
        ValueError: the policy has errors and so no manifests.
    """
    texts = {f"{namespace}.yaml": build.text_of(some) for namespace, some in _by_namespace(build).items()}
    known = _inventory(directory)
    _refuse_foreign(directory, {*texts, *known}, known)
    directory.mkdir(parents=True, exist_ok=True)
    digests = {name: _digest(text) for name, text in texts.items()}
    changed = [name for name in sorted(texts) if not (directory / name).exists() or _held(known, name) != digests[name]]
    stale = [name for name in sorted(known) if name not in texts and (directory / name).exists()]
    if changed or stale:
        # Old and new digests first: whatever of this run is interrupted, its files stay known as ours.
        both = {
            name: {*known.get(name, ()), *([digests[name]] if name in digests else [])} for name in {*known, *texts}
        }
        _write_inventory(directory, build, both)
    for name in changed:
        write_atomically(directory / name, texts[name])
    for name in stale:
        (directory / name).unlink()
    if changed or stale or not (directory / INVENTORY).exists():
        _write_inventory(directory, build, {name: {digest} for name, digest in digests.items()})
    same = [name for name in sorted(texts) if name not in changed]
    written, removed, unchanged = ([directory / name for name in names] for names in (changed, stale, same))
    return Written(tuple(written), tuple(removed), tuple(unchanged))


def _held(known: dict[str, set[str]], name: str) -> str | None:
    """The digest of a file of ours, unless an interrupted run left two of them."""
    digests = known.get(name, set())
    return next(iter(digests)) if len(digests) == 1 else None


def _by_namespace(build: Build) -> dict[str, tuple[Printed, ...]]:
    found: dict[str, list[Printed]] = {}
    for each in build.printed:
        found.setdefault(each.manifest.meta.namespace, []).append(each)
    return {name: tuple(some) for name, some in found.items()}


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _inventory(directory: Path) -> dict[str, set[str]]:
    """The files of ours with the digests they may have; empty where there is no inventory.

    Raises:
        OutputRefused: a file of the inventory's name is none.
    """
    path = directory / INVENTORY
    if not path.exists():
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        files = document["files"]
        is_ours = document["schema"] == SCHEMA
        found = {str(name): {str(each) for each in digests} for name, digests in files.items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        is_ours, found = False, {}
    if not is_ours or any("/" in name or name in {"", ".", ".."} for name in found):
        raise OutputRefused((_foreign(path, "is not an inventory of ztc"),))
    return found


def _refuse_foreign(directory: Path, names: set[str], known: dict[str, set[str]]) -> None:
    found: list[Diagnostic] = []
    if directory.exists() and not directory.is_dir():
        raise OutputRefused((_foreign(directory, "is not a directory"),))
    for name in sorted(names):
        path = directory / name
        if not path.exists() and not path.is_symlink():
            continue
        if path.is_symlink() or not path.is_file():
            found.append(_foreign(path, "is not an ordinary file"))
        elif name not in known:
            found.append(_foreign(path, "was not written by ztc"))
        elif sha256(path.read_bytes()).hexdigest() not in known[name]:
            found.append(_foreign(path, "was changed after ztc wrote it"))
    if found:
        raise OutputRefused(tuple(found))


def _foreign(path: Path, reason: str) -> Diagnostic:
    help_ = ("move it away, or give another directory with `--out-dir`",)
    return diagnostic("ZT014", f"`{path.name}` {reason}", Label(Span(str(path))), help=help_)


def _write_inventory(directory: Path, build: Build, files: dict[str, set[str]]) -> None:
    listed = {name: sorted(digests) for name, digests in sorted(files.items())}
    document = {"schema": SCHEMA, "policy": build.policy, "files": listed}
    write_atomically(directory / INVENTORY, json.dumps(document, indent=2) + "\n")
