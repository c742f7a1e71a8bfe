"""What a report of differences says, in words and plain data, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from ztdsl.cluster.reply import Reply
    from ztdsl.diff.change import Key, Plan

Classed = Literal["widened", "narrowed", "both", "same", "unknown"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a request, and by which rule.

    Attributes:
        verdict: the verdict's word.
        by: the deciding object, or why none decides.
    """

    verdict: str
    by: str


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that opens or closes.

    Attributes:
        kind: which of the two.
        workload: where, as people name it.
        port: the container's port; None for all of them, or all others.
        callers: who, in the author's terms.
        what: which requests.
        witness: one such request, as `ztc simulate --requests` reads it.
        before: what becomes of it now.
        after: what becomes of it then.
        caused_by: the objects that make the difference.
        is_other_port: whether it is about the ports that nothing names.
    """

    kind: Literal["opens", "closes"]
    workload: str
    port: int | None
    callers: str
    what: str
    witness: dict[str, Any]
    before: Outcome
    after: Outcome
    caused_by: tuple[Key, ...]
    is_other_port: bool = False

    @property
    def place(self) -> str:
        """The workload with its port."""
        if self.is_other_port:
            return f"{self.workload}, any other port"
        return self.workload if self.port is None else f"{self.workload}:{self.port}"


@dataclass(frozen=True, slots=True)
class Access:
    """What opens and closes, and what could not be decided."""

    classed: Classed = "same"
    effects: tuple[Effect, ...] = ()
    undecided: tuple[str, ...] = ()


UNCHANGED: Final = Access()


@dataclass(frozen=True, slots=True)
class Shown:
    """All that a report says.

    Attributes:
        compared_with: the other side, such as "context `kind-prod`".
        subject: what is compared, such as "policy `shop`".
        plan: the differences that are shown.
        access: what applying opens and closes.
        foreign: what foreign objects open and close beside what is declared.
        server: what the API server says to each created or changed object; None where it was not asked.
        not_compared: what could not be read and is not declared either, in words.
    """

    compared_with: str
    subject: str
    plan: Plan
    access: Access = UNCHANGED
    foreign: Access = UNCHANGED
    server: tuple[Reply, ...] | None = None
    not_compared: tuple[str, ...] = ()
