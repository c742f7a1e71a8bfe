"""The module table of one load: modules under the policy's root, compiled from source, for this load only.

`sys.modules`, `sys.path` and `sys.meta_path` belong to the whole process. So one load runs at a time, and
a thread that imports something meanwhile may meet the modules of the load.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from typing import TYPE_CHECKING, Final, Self

from ztdsl.load.target import PRIVATE_NAME, is_reserved

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, ModuleType, TracebackType

    from ztdsl.load.sources import Sources
    from ztdsl.load.target import Target

_INSTALLED: Final = ("site-packages", "dist-packages")


class _Loader(SourceFileLoader):
    """Compiles from source always: bytecode of another revision with equal time and size is never met."""

    def __init__(self, name: str, file: str, sources: Sources) -> None:
        super().__init__(name, file)
        self._sources = sources

    def get_code(self, fullname: str) -> CodeType:
        """The code of the module; nothing is read from `__pycache__` or written there."""
        return self._sources.compiled(self.get_filename(fullname))


class _Finder:
    """Finds the modules under the root; all others are left to Python."""

    def __init__(self, target: Target, sources: Sources) -> None:
        self._target = target
        self._sources = sources
        self._elsewhere = frozenset(sys.path)
        self.served: Final[dict[str, str]] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module under the root, or None."""
        del target  # of no use without reloading
        if fullname == self._target.module:
            return self._policy()
        if path is None and is_reserved(fullname):
            return self._of_python(fullname)
        tail = fullname.rpartition(".")[2]
        for directory in self._directories(fullname, path):
            base = os.path.join(directory, tail)  # noqa: PTH118 - this is the path of every import
            init = os.path.join(base, "__init__.py")  # noqa: PTH118
            if os.path.isfile(init):  # noqa: PTH113
                return self._spec(fullname, init, package=base)
            if os.path.isfile(f"{base}.py"):  # noqa: PTH113
                return self._spec(fullname, f"{base}.py")
        return None

    def _policy(self) -> ModuleSpec:
        file = self._target.file
        is_package = os.path.basename(file) == "__init__.py" and self._target.module != PRIVATE_NAME  # noqa: PTH119
        return self._spec(self._target.module, file, package=os.path.dirname(file) if is_package else None)  # noqa: PTH120

    def _of_python(self, name: str) -> ModuleSpec | None:
        """A module of Python's own, also where a file of that name stands in the root."""
        if name in sys.builtin_module_names:
            return None
        return PathFinder.find_spec(name, [entry for entry in sys.path if entry != self._target.root])

    def _directories(self, fullname: str, path: Sequence[str] | None) -> list[str]:
        """Where to look: the root, and what user code has put on `sys.path` below it since.

        A package that is installed below the root (in a virtual environment, say) is not the user's.
        """
        if path is None:
            added = [entry for entry in sys.path if entry not in self._elsewhere and self._is_users(entry)]
            return [self._target.root, *added]
        parent = fullname.rpartition(".")[0]
        if parent in self.served:
            return list(path)
        own = os.path.join(self._target.root, *parent.split("."))  # noqa: PTH118 - a package without __init__.py
        return [entry for entry in path if entry == own]

    def _is_users(self, entry: str) -> bool:
        return entry.startswith(self._target.root + os.sep) and not any(part in entry for part in _INSTALLED)

    def _spec(self, name: str, file: str, *, package: str | None = None) -> ModuleSpec:
        self.served[name] = file
        spec = ModuleSpec(name, _Loader(name, file, self._sources), origin=file, is_package=package is not None)
        spec.has_location = True
        if package is not None:
            spec.submodule_search_locations = [package]
        return spec


class ModuleTable:
    """Within the block, modules under the root are this load's own; afterwards `sys` is as it was.

    Attributes:
        modules: after the block, the modules of the load in the order in which they were done.
        files: after the block, their files in the same order, the policy file first.
    """

    def __init__(self, target: Target, sources: Sources) -> None:
        self._target = target
        self._finder = _Finder(target, sources)
        self._aside: dict[str, ModuleType] = {}
        self._path: list[str] = []
        self.modules: Final[dict[str, ModuleType]] = {}
        self.files: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        self._aside = self._taken()
        self._path = list(sys.path)
        sys.path.insert(0, self._target.root)
        sys.meta_path.insert(0, self._finder)
        self._forget_directories()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.modules.update(self._taken())
        sys.modules.update(self._aside)
        sys.path[:] = self._path
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        self._forget_directories()
        served = self._finder.served
        files = [served[name] for name in self.modules if name in served and served[name] != self._target.file]
        self.files = (self._target.file, *files)

    def _taken(self) -> dict[str, ModuleType]:
        """Take the modules that belong to the root out of `sys.modules`."""
        present = _stems(self._target.root)
        tops: dict[str, bool] = {}
        for name, module in tuple(sys.modules.items()):
            top = name.partition(".")[0]
            if top not in tops:
                may = present is None or top in present
                tops[top] = top == self._target.module or (may and self._owns(top, sys.modules.get(top, module)))
        served = self._finder.served
        names = [name for name in sys.modules if tops[name.partition(".")[0]] or name in served]
        return {name: sys.modules.pop(name) for name in names}

    def _owns(self, top: str, module: ModuleType) -> bool:
        """Whether an import of `top` within the load may not give the module that the process has."""
        if is_reserved(top):
            return False
        base = os.path.join(self._target.root, top)  # noqa: PTH118
        if os.path.isfile(f"{base}.py") or os.path.isfile(os.path.join(base, "__init__.py")):  # noqa: PTH113, PTH118
            return True
        is_extension = (getattr(module, "__file__", None) or "").startswith(f"{base}.")
        return is_extension or base in tuple(getattr(module, "__path__", ()))

    def _forget_directories(self) -> None:
        """Make Python list the root's directories anew: its cache trusts a time that may not have moved."""
        for entry in [entry for entry in sys.path_importer_cache if self._is_within(entry)]:
            del sys.path_importer_cache[entry]

    def _is_within(self, entry: str) -> bool:
        root = self._target.root
        is_installed = any(part in entry for part in _INSTALLED)
        return entry == root or (entry.startswith(root + os.sep) and not is_installed)


def _stems(directory: str) -> frozenset[str] | None:
    """What the names in a directory begin with; None where it may not be listed."""
    try:
        return frozenset(name.partition(".")[0] for name in os.listdir(directory))  # noqa: PTH208 - names only
    except OSError:
        return None
