"""A workload by the name that people type: `[namespace/]service[:port]`."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ztdsl.dsl.declaration import Declaration, origin_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from ztdsl.ir.model import Model, Workload


class UnknownWorkload(Exception):  # noqa: N818 - named for what happened
    """No workload, several, or no such port goes by that name; `candidates` are what could be meant."""

    def __init__(self, message: str, candidates: tuple[str, ...]) -> None:
        super().__init__(message)
        self.message = message
        self.candidates = candidates


@dataclass(frozen=True, slots=True)
class Found:
    """A workload, one of its ports if one was named, and the variables that hold its ports, by number."""

    workload: Workload
    port: int | None
    variables: dict[int, str]


def find(model: Model, modules: Iterable[ModuleType], name: str) -> Found:
    """The workload that `name` means; a port is a number of the container, or a variable of the policy's files.

    Raises:
        UnknownWorkload: none or several go by that name.
    """
    place, _, port = name.partition(":")
    namespace, slash, service = place.rpartition("/")
    matching = [each for each in model.workloads if each.name == service and (not slash or each.namespace == namespace)]
    everything = tuple(f"{each.namespace}/{each.name}" for each in model.workloads)
    if not matching:
        near = get_close_matches(place, [*everything, *(each.name for each in model.workloads)], n=3)
        message = f"the policy declares no workload `{place}`"
        raise UnknownWorkload(message, tuple(near) or everything)
    if len(matching) > 1:
        candidates = tuple(f"{each.namespace}/{each.name}" for each in matching)
        message = f"`{place}` is ambiguous"
        raise UnknownWorkload(message, candidates)
    (workload,) = matching
    variables = _variables(workload, modules)
    return Found(workload, _port(workload, variables, port) if port else None, variables)


def _variables(workload: Workload, modules: Iterable[ModuleType]) -> dict[int, str]:
    by_origin = {id(port.origin): port.container for port in workload.ports}
    found: dict[int, str] = {}
    for module in modules:
        for name, value in vars(module).items():
            if isinstance(value, Declaration) and id(origin_of(value)) in by_origin:
                found.setdefault(by_origin[id(origin_of(value))], name)
    return found


def _port(workload: Workload, variables: dict[int, str], port: str) -> int:
    for each in workload.ports:
        if port in {str(each.container), variables.get(each.container)}:
            return each.container
    candidates = tuple(
        f"{workload.name}:{port}" for each in workload.ports
        for port in (str(each.container), variables.get(each.container)) if port is not None
    )  # fmt: skip
    message = f"`{workload.name}` has no port `{port}`"
    raise UnknownWorkload(message, candidates)
