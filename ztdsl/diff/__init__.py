"""What stands between two sets of manifests: objects, fields, who changed them by hand and where they are declared."""

from __future__ import annotations

from ztdsl.diff.change import Change, Key, Ownership, Plan, Present, Wanted
from ztdsl.diff.fields import FieldChange
from ztdsl.diff.normal import normal_form
from ztdsl.diff.plan import plan, revisions

__all__ = [
    "Change",
    "FieldChange",
    "Key",
    "Ownership",
    "Plan",
    "Present",
    "Wanted",
    "normal_form",
    "plan",
    "revisions",
]
