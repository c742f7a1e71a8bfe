"""A workload by the name that people type: `[namespace/]service[:port]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ztdsl.dsl.declaration import Declaration, origin_of
from ztdsl.traffic.names import UnknownWorkload, pick

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from ztdsl.ir.model import Model, Workload


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
    workload = model.workloads[
        pick([(each.namespace, each.name) for each in model.workloads], place, "the policy declares")
    ]
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
