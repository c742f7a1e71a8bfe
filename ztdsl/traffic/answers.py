"""Decisions as JSON: the answers of the batch interface, which `docs/reference/requests.md` documents."""

from __future__ import annotations

import json
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.traffic.decision import Decider, Decision

_MOST_KEPT: Final = 1 << 14
"""A stream of a million answers has few decisions; one that has many must not fill the memory."""


def decision_document(
    decision: Decision, identifier: str | None, because: str | None = None, source: str | None = None
) -> dict[str, Any]:
    """A decision as a JSON object.

    Args:
        decision: the answer.
        identifier: what the request calls itself.
        because: why the rule that decided is there.
        source: where it stands, as `file:line`.
    """
    plain: dict[str, Any] = {"id": identifier, "verdict": decision.verdict.value, "status": decision.status}
    if decision.grpc_status is not None:
        plain["grpc_status"] = decision.grpc_status
    decider = decision.decided_by
    plain["decided_by"] = None if decider is None else {**_decider(decider), "source": source}
    plain["because"] = because
    if decision.reason is not None:
        plain["reason"] = decision.reason
    plain["dry_run"] = [_decider(each) for each in decision.dry_run]
    if decision.audit:
        plain["audit"] = [_decider(each) for each in decision.audit]
    return plain


class Answers:
    """Writes decisions as lines of JSON; all but the name of the request is kept for the next one with the same.

    Args:
        ground: why the rule of a decider is there, and where it stands.
    """

    def __init__(self, ground: Callable[[Decider], tuple[str | None, str | None]]) -> None:
        self._ground = ground
        self._by_object: dict[int, tuple[Decision, str]] = {}
        self._by_value: dict[Decision, str] = {}

    def line(self, decision: Decision, identifier: str | None) -> str:
        """`decision_document` as one line, with its end."""
        known = self._by_object.get(id(decision))
        rest = self._keep(decision) if known is None or known[0] is not decision else known[1]
        name = "null" if identifier is None else encode_basestring_ascii(identifier)
        return f'{{"id": {name}, {rest}'

    def _keep(self, decision: Decision) -> str:
        """All of the line but the beginning, kept for this object and for equal ones."""
        rest = self._by_value.get(decision)
        if rest is None:
            rest = self._rest(decision)
            if len(self._by_value) >= _MOST_KEPT:
                self._by_value.clear()
            self._by_value[decision] = rest
        if len(self._by_object) >= _MOST_KEPT:
            self._by_object.clear()
        self._by_object[id(decision)] = (decision, rest)
        return rest

    def _rest(self, decision: Decision) -> str:
        decider = decision.decided_by
        because, source = (None, None) if decider is None else self._ground(decider)
        plain = decision_document(decision, None, because, source)
        del plain["id"]
        return json.dumps(plain)[1:] + "\n"


def _decider(decider: Decider) -> dict[str, Any]:
    return {"kind": decider.kind, "namespace": decider.namespace, "name": decider.name, "rule": decider.rule}
