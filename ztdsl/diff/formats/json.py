"""Differences for programs; the schema is in the documentation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ztdsl import __version__
from ztdsl.diff.change import KINDS

if TYPE_CHECKING:
    from ztdsl.cluster.reply import Reply
    from ztdsl.diff.change import Change, Key
    from ztdsl.diff.fields import FieldChange
    from ztdsl.diff.shown import Access, Effect, Outcome, Shown

SCHEMA: Final = "ztdsl/diff/v1"


def render(shown: Shown, *, color: bool = False, width: int = 80) -> str:
    """The whole report as one JSON object."""
    del color, width  # a program reads it
    return json.dumps(document(shown), indent=2, ensure_ascii=False) + "\n"


def document(shown: Shown) -> dict[str, Any]:
    """The whole report as plain data."""
    plan = shown.plan
    return {
        "schema": SCHEMA,
        "tool": {"name": "ztc", "version": __version__},
        "subject": shown.subject,
        "comparedWith": shown.compared_with,
        "summary": {**{kind: plan.count(kind) for kind in KINDS}, "same": plan.same},
        "changes": [_change(each) for each in plan.changes],
        "access": _access(shown.access),
        "foreignAccess": _access(shown.foreign),
        "server": None if shown.server is None else [_reply(each) for each in shown.server],
        "notCompared": list(shown.not_compared),
    }


def _change(change: Change) -> dict[str, Any]:
    live, wanted = change.sides
    return {
        "action": change.kind,
        **_key(change.key),
        "declaredAt": change.declared_at,
        "manager": change.manager,
        "changedAt": change.changed_at,
        "claimedBy": change.claimed_by,
        "adopts": change.adopts,
        "copyOf": None if change.copy_of is None else _key(change.copy_of),
        "fields": [_field(each) for each in change.fields],
        "live": live,
        "wanted": wanted,
    }


def _key(key: Key) -> dict[str, str]:
    return {"kind": key.kind, "namespace": key.namespace, "name": key.name}


def _field(field: FieldChange) -> dict[str, Any]:
    """A field; a side on which it is not there has no key of its own."""
    sides = {"before": field.before, "after": field.after}
    return {
        "pointer": field.pointer,
        **{side: value for side, value in sides.items() if value is not None},
        "declaredAt": field.declared_at,
        "manager": field.manager,
        "changedAt": field.changed_at,
    }


def _access(access: Access) -> dict[str, Any]:
    return {
        "class": access.classed,
        "effects": [_effect(each) for each in access.effects],
        "undecided": list(access.undecided),
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "effect": effect.kind,
        "workload": effect.workload,
        "port": effect.port,
        "otherPorts": effect.is_other_port,
        "callers": effect.callers,
        "requests": effect.what,
        "witness": effect.witness,
        "before": _outcome(effect.before),
        "after": _outcome(effect.after),
        "causedBy": [_key(each) for each in effect.caused_by],
    }


def _reply(reply: Reply) -> dict[str, Any]:
    kind, namespace, name = reply.key
    return {
        "kind": kind,
        "namespace": namespace,
        "name": name,
        "result": reply.result,
        "gate": reply.gate,
        "by": reply.by,
        "said": reply.said,
        "fields": list(reply.fields),
        "warnings": list(reply.warnings),
        "heldByOthers": [{"manager": each.manager, "field": each.field} for each in reply.held],
    }


def _outcome(outcome: Outcome) -> dict[str, str]:
    return {"verdict": outcome.verdict, "decidedBy": outcome.by}
