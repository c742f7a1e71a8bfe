"""Load a policy file, or take a policy that the caller already holds."""

from __future__ import annotations

import threading
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ztdsl.dsl.declaration import Declaration, origin_of
from ztdsl.load.choose import policy_of
from ztdsl.load.failure import LoadFailure
from ztdsl.load.modules import ModuleTable
from ztdsl.load.sources import Sources, UnusableSource
from ztdsl.load.target import parse
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from ztdsl.dsl.policy import Policy
    from ztdsl.load.target import Target

_ONE_AT_A_TIME: Final = threading.RLock()  # a policy file may itself load another


@dataclass(frozen=True, slots=True)
class Loaded:
    """A policy and the modules that declared it.

    Attributes:
        policy: what to build.
        file: the policy file, absolute.
        root: the directory that stood first on the path of imports.
        files: every module file under the root that was loaded, the policy file first, the others in the order
            in which they were done.
        modules: the modules of this load by name; they are no longer in `sys.modules`.
        variables: for `id(declaration)` the name of the module variable that holds it: the first one in the
            module that was done first, which is the module that made the declaration.
    """

    policy: Policy
    file: Path
    root: Path
    files: tuple[Path, ...]
    modules: dict[str, ModuleType]
    variables: dict[int, str]


def load(target: str | Path, *, cwd: Path | None = None) -> Loaded:
    """Execute `policies.py` or `policies.py:variable` and choose its policy.

    Modules under the policy's root are this load's own and are compiled from source: two loads never
    share them, and `sys` is afterwards as it was. `sys.modules` belongs to the whole process, so
    one load runs at a time (a lock sees to it), and another thread that imports something meanwhile may
    meet modules of the load. What the file prints goes where the caller's stdout goes: see `diverted_stdout`.

    Args:
        target: a file, or a file and a variable behind a colon.
        cwd: what a relative file is relative to; the current directory if None.

    Raises:
        LoadFailure: ZT002 to ZT009, exactly one diagnostic; its cause is the exception that ended the load.
        KeyboardInterrupt: Ctrl-C during the load, with the user's line as a note.
    """
    wanted = parse(target, cwd)
    sources = Sources()
    with _ONE_AT_A_TIME:
        module, table = _execute(wanted, sources)
    policy = policy_of(vars(module), wanted, sources.texts[wanted.file])
    files = tuple(Path(file) for file in table.files)
    variables = _variables(table.modules.values())
    return Loaded(policy, Path(wanted.file), Path(wanted.root), files, table.modules, variables)


def target_file(target: str | Path, *, cwd: Path | None = None) -> Path:
    """The absolute path of the file that `load` would execute; it need not exist."""
    return Path(parse(target, cwd).file)


def load_policy_object(policy: Policy) -> Loaded:
    """A policy that the caller's own program has made; no module is loaded, so no variables are known."""
    file = Path(origin_of(policy).position.file)
    return Loaded(policy, file, file.parent, (), {}, {})


def _execute(target: Target, sources: Sources) -> tuple[ModuleType, ModuleTable]:
    try:
        sources.read(target.file)
    except UnusableSource as error:
        raise LoadFailure((error.finding,)) from None
    table = ModuleTable(target, sources)
    try:
        with table:
            module = import_module(target.module)
    except KeyboardInterrupt as error:
        from ztdsl.load.raised import interrupted  # noqa: PLC0415 - only for failures

        interrupted(error, target, sources)
        raise
    except BaseException as error:
        # whatever a user's file raises is one finding
        raise _failure(error, target, sources, table) from error
    return module, table


def _failure(error: BaseException, target: Target, sources: Sources, table: ModuleTable) -> LoadFailure:
    from ztdsl.load.raised import finding  # noqa: PLC0415 - only for failures

    return LoadFailure((finding(error, target, sources, table.modules),))


def _variables(modules: Iterable[ModuleType]) -> dict[int, str]:
    names: dict[int, str] = {}
    for module in modules:
        for name, value in vars(module).items():
            if isinstance(value, Declaration):
                names.setdefault(id(value), name)
    return names
