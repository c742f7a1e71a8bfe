"""A list of what istiod's webhook says, as its checks find it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.istio.admission.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Findings:
    """What the webhook refuses and warns about, in the order in which it is found."""

    __slots__ = ("refusals",)

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []

    def error(self, rule: str, at: str, message: str) -> None:
        """Add a reason to refuse the object."""
        self.refusals.append(Refusal("webhook", "error", rule, at, message))

    def warning(self, rule: str, at: str, message: str) -> None:
        """Add a warning."""
        self.refusals.append(Refusal("webhook", "warning", rule, at, message))

    def texts(self, rule: str, texts: Iterable[str], at: str, check: Callable[[str], str | None]) -> None:
        """Add an error for each string that is empty or that `check` has something against."""
        for index, text in enumerate(texts):
            message = check(text) if text else "a value is empty"
            if message:
                self.error(rule if text else empty_rule(rule), f"{at}/{index}", message)


def empty_rule(rule: str) -> str:
    """The rule that an empty string breaks in a list whose other strings break `rule`."""
    return rule if rule in {"V-AP-14", "V-AP-15", "V-AP-19"} else "V-AP-11"
