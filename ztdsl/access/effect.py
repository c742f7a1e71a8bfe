"""What a change does to access: what opens, what closes, and what nobody can say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from ztdsl.traffic.decision import Decision
    from ztdsl.traffic.request import Request

Key: TypeAlias = tuple[str, str, str]
"""Kind, namespace and name of an object."""
Pairs: TypeAlias = tuple[tuple[str, str], ...]
Classed: TypeAlias = Literal["widened", "narrowed", "both", "same", "unknown"]


@dataclass(frozen=True, slots=True)
class Effect:
    """Requests of some callers to one port that are let in on one side of the change only.

    Attributes:
        workload: its namespace and the labels of its pods.
        port: the port of its container; None for every port of it that was looked at, or every other one.
        kind: whether the requests are let in after the change, or before it.
        callers: who sends them.
        what: what they ask for.
        witness: one of them, which the evaluator decides as told here.
        before: its decision before the change.
        after: its decision after it.
        caused_by: the changed objects that decide it.
        name: what people call the workload.
        is_other_port: whether it is about the ports that neither the workload nor an object names.
    """

    workload: tuple[str, Pairs]
    port: int | None
    kind: Literal["opens", "closes"]
    callers: str
    what: str
    witness: Request
    before: Decision
    after: Decision
    caused_by: tuple[Key, ...]
    name: str
    is_other_port: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """What a change does to access.

    Attributes:
        effects: what opens, then what closes.
        undecided: where it cannot be said whether something does, and why.
        classed: `same` where nothing was found and nothing is undecided, `unknown` where only the former holds.
    """

    effects: tuple[Effect, ...]
    undecided: tuple[str, ...]
    classed: Classed


def classed(effects: tuple[Effect, ...], undecided: tuple[str, ...]) -> Classed:
    """The class of a change with these effects."""
    kinds = {effect.kind for effect in effects}
    if len(kinds) > 1:
        return "both"
    if kinds:
        return "widened" if "opens" in kinds else "narrowed"
    return "unknown" if undecided else "same"
