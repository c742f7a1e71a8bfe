"""What may become of an object, and what belongs to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Protocol

from ztdsl.diff.normal import normal_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ztdsl.diff.fields import FieldChange

Plain = dict[str, Any]
Kind = Literal["create", "change", "delete", "foreign", "conflict"]
KINDS: Final[tuple[Kind, ...]] = ("create", "change", "delete", "foreign", "conflict")


class Key(NamedTuple):
    """What names an object in a cluster."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """As people write it."""
        return f"{self.kind} {self.namespace}/{self.name}"


def nowhere(pointer: str) -> str | None:
    """The declaration of what has none."""
    del pointer
    return None


class Present(Protocol):
    """An object that is there, such as a `LiveObject` of a cluster."""

    @property
    def key(self) -> tuple[str, str, str]:
        """Kind, namespace and name."""

    @property
    def plain(self) -> Plain:
        """The whole object, read when it is asked for: all at once would fill the memory."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object that is declared.

    Attributes:
        key: what names it.
        read: gives the object, as `ztc build` or a file has it.
        declared: from a JSON pointer into it to `file:line` of the declaration behind that part.
    """

    key: tuple[str, str, str]
    read: Callable[[], Plain]
    declared: Callable[[str], str | None] = nowhere

    @property
    def plain(self) -> Plain:
        """The whole object."""
        return self.read()


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of one object.

    Attributes:
        kind: `create`, `change` and `delete` are what applying does; `foreign` is an object in an owned namespace that
            is not managed here; `conflict` is one of which two policies disagree whose it is.
        key: the object.
        wanted: as it is declared; None where it is not.
        live: as it is in the cluster; None where it is not.
        fields: how the two differ; empty unless both are there.
        before: what counts of the live object, in normal form; only where the two differ.
        after: what counts of the wanted object, likewise.
        declared_at: `file:line` of the declaration; None where there is none.
        manager: who last wrote the live object, as it calls itself.
        changed_at: when that was (RFC 3339).
        claimed_by: whose the live object is by its labels, if it is somebody else's: a policy, or another tool.
        adopts: whether applying would take over an object that does not carry the labels of this policy.
        copy_of: the wanted object that a foreign one says the same as, under another name.
    """

    kind: Kind
    key: Key
    wanted: Plain | None
    live: Plain | None
    fields: tuple[FieldChange, ...] = ()
    before: Plain | None = None
    after: Plain | None = None
    declared_at: str | None = None
    manager: str | None = None
    changed_at: str | None = None
    claimed_by: str | None = None
    adopts: bool = False
    copy_of: Key | None = None

    @property
    def stays(self) -> bool:
        """Whether applying leaves the object as it is: a foreign one, or one in conflict that is not declared."""
        return self.wanted is None and self.kind != "delete"

    @property
    def sides(self) -> tuple[Plain | None, Plain | None]:
        """What counts of the live object and of the wanted one, in normal form; None for one that is not there."""
        if self.before is not None or self.after is not None:
            return self.before, self.after
        live = None if self.live is None else normal_form(self.live)
        return live, None if self.wanted is None else normal_form(self.wanted)


@dataclass(frozen=True, slots=True)
class Plan:
    """Every difference, sorted by namespace, kind and name, and the number of objects that are as they should be."""

    changes: tuple[Change, ...]
    same: int

    def of(self, *kinds: Kind) -> tuple[Change, ...]:
        """The changes of these kinds."""
        return tuple(each for each in self.changes if each.kind in kinds)

    def only(self, kinds: Iterable[str]) -> Plan:
        """The plan without changes of other kinds; a conflict is always kept."""
        kept = {*kinds, "conflict"}
        return Plan(tuple(each for each in self.changes if each.kind in kept), self.same)

    def count(self, kind: Kind) -> int:
        """How many changes are of this kind."""
        return sum(each.kind == kind for each in self.changes)


@dataclass(frozen=True, slots=True)
class Ownership:
    """What belongs to whoever declares.

    Attributes:
        policies: names of the policies whose objects are declared here.
        namespaces: the namespaces in which everything is declared here; what else is there is foreign.
        touched: all namespaces in which the policies declare anything.
        former: namespaces that the policies have left: what they have there is to be deleted.
        logs: whether access logs are declared, which another's Telemetry can switch off.
    """

    policies: frozenset[str]
    namespaces: frozenset[str]
    touched: frozenset[str] = frozenset()
    former: frozenset[str] = frozenset()
    logs: bool = False
