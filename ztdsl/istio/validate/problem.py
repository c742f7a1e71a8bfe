"""What validation finds, and checks of single strings that remember which strings are fine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.istio.kinds import Strings

Severity: TypeAlias = Literal["error", "warning"]

_REMEMBERED: Final = 1 << 17


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a manifest.

    Attributes:
        rule: `V-…` for what the schema of Istio's kinds or istiod's webhook refuses or warns about, `K-…` for what
            Kubernetes refuses in any object's metadata, `C-…` for what passes all of them and cannot be meant.
        severity: `error`, or `warning` for what is accepted and likely wrong.
        pointer: the place in the document (RFC 6901); of the nearest part that exists where something is missing.
        message: one lower-case phrase without a full stop, the manifest's text in backticks.
    """

    rule: str
    severity: Severity
    pointer: str
    message: str


class Fault(NamedTuple):
    """A problem of a value, wherever it stands."""

    rule: str
    message: str
    severity: Severity = "error"


class Texts:
    """Lists of strings of one kind; strings found fine once are not looked at again.

    Validation is mostly repetition: a mesh of 10,000 services has few distinct methods, ports and namespaces.
    """

    __slots__ = ("_check", "_empty_rule", "fine")

    def __init__(self, check: Callable[[str], Fault | None], empty_rule: str = "V-AP-11") -> None:
        self._check = check
        self._empty_rule = empty_rule
        self.fine: set[str] = set()

    def report(self, texts: Strings, at: str, found: list[Problem]) -> None:
        """Add the problems of `texts`, which stand at the pointer `at`; at most one for each string."""
        if len(self.fine) > _REMEMBERED:
            self.fine.clear()
        for index, text in enumerate(texts):
            fault = self._check(text) if text else Fault(self._empty_rule, "a value is empty")
            if fault is None:
                self.fine.add(text)
            else:
                found.append(Problem(fault.rule, fault.severity, f"{at}/{index}", fault.message))


def anything(text: str) -> Fault | None:  # noqa: ARG001 - the shape of a check
    """No fault: the text is free."""
    return None
