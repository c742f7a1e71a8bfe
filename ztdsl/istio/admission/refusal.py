"""What the gates of a cluster say of one object."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

Gate: TypeAlias = Literal["schema", "webhook", "stable"]
Severity: TypeAlias = Literal["error", "warning"]

TYPE_RULE: Final = "V-TYPE"
"""A value of another JSON type than the schema asks for, `null` in a list included."""
DECODE_RULE: Final = "V-DECODE"
"""A value that istiod cannot decode."""
_LONGEST_MESSAGE: Final = 200
KIND_RULE: Final = "V-KIND"
"""An object of another kind or API version."""


class Refusal(NamedTuple):
    """One reason for which a gate refuses an object, or one warning that it gives.

    Attributes:
        gate: `schema` is the API server, `webhook` istiod, `stable` the optional policy of the stable channel.
        severity: of errors one is enough to refuse the object.
        rule: `V-…` for what Istio demands, `K-…` for what Kubernetes demands of any object.
        pointer: the place in the object (RFC 6901); of the nearest part that exists where something is missing.
        message: one lower-case phrase without a full stop, the manifest's text in backticks.
    """

    gate: Gate
    severity: Severity
    rule: str
    pointer: str
    message: str


def clipped(found: list[Refusal]) -> list[Refusal]:
    """The same with messages that are not longer than a line or two, whatever they quote."""
    return [
        refusal
        if len(refusal.message) <= _LONGEST_MESSAGE
        else refusal._replace(message=refusal.message[:_LONGEST_MESSAGE] + "…")
        for refusal in found
    ]


class UndecodableError(Exception):
    """A value that istiod cannot decode, with what is wrong with it."""

    def __init__(self, rule: str, pointer: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.pointer = pointer
        self.message = message
