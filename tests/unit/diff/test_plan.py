"""What is to become of objects, and whose they are."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from ztdsl.diff import Key, Ownership, Wanted, plan, revisions
from ztdsl.diff.change import Plan
from ztdsl.diff.claims import conflicts

OWNED = Ownership(frozenset({"shop"}), frozenset({"shop"}), frozenset({"shop", "web"}))


def policy(
    name: str,
    *,
    namespace: str = "shop",
    part: str | None = "shop",
    paths: tuple[str, ...] = ("/a",),
    more: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """An AuthorizationPolicy, ours unless `part` says otherwise."""
    ours = {"app.kubernetes.io/managed-by": "ztc", "app.kubernetes.io/part-of": part} if part else {}
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": name, "namespace": namespace, "labels": {**ours, **(more or {})}},
        "spec": {
            "selector": {"matchLabels": {"app": name}},
            "action": "ALLOW",
            "rules": [{"to": [{"operation": {"paths": [path]}}]} for path in paths],
        },
    }


@dataclass
class There:
    """An object that is there."""

    plain: dict[str, Any]

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it."""
        return self.plain["kind"], self.plain["metadata"]["namespace"], self.plain["metadata"]["name"]


def wanted(*plain: dict[str, Any]) -> list[Wanted]:
    """Declared objects; everything is declared at its pointer."""
    return [Wanted(There(each).key, partial(dict, each), lambda at: f"policies.py:{at}") for each in plain]


def compared(declared: list[dict[str, Any]], live: list[dict[str, Any]], owned: Ownership = OWNED) -> Plan:
    """The plan for declared and live objects."""
    return plan(wanted(*declared), map(There, live), owned)


def test_nothing_differs_from_itself() -> None:
    """As it stands, and as a server gives it back."""
    served = policy("a")
    served["metadata"].update(uid="1", annotations={"kubectl.kubernetes.io/last-applied-configuration": "{}"})

    assert compared([policy("a"), policy("b")], [served, policy("b")]) == Plan((), 2)


def test_each_kind_of_change_is_found() -> None:
    """Sorted by namespace, kind and name."""
    live = [policy("changed", paths=("/b",)), policy("gone"), policy("by-hand", part=None), policy("same")]

    found = compared([policy("changed"), policy("new"), policy("same")], live)

    assert [(each.kind, each.key.name) for each in found.changes] == [
        ("foreign", "by-hand"),
        ("change", "changed"),
        ("delete", "gone"),
        ("create", "new"),
    ]
    assert found.same == 1
    assert found.count("delete") == 1
    assert [each.key.name for each in found.only(["create"]).changes] == ["new"]


def test_labels_of_others_are_no_difference() -> None:
    """Applying leaves them alone; those that Istio reads count."""
    assert compared([policy("a")], [policy("a", more={"team": "x"})]).changes == ()
    (change,) = compared([policy("a")], [policy("a", more={"istio.io/rev": "canary"})]).changes
    assert [(each.pointer, each.before, each.after) for each in change.fields] == [
        ("/metadata/labels/istio.io~1rev", "canary", None)
    ]


def test_rules_in_another_order_are_told() -> None:
    """A change without a field that explains it would puzzle everybody."""
    (change,) = compared([policy("a", paths=("/a", "/b"))], [policy("a", paths=("/b", "/a"))]).changes

    assert len(change.fields) == 2


def test_an_annotation_that_istio_reads_counts() -> None:
    """A dry run enforces nothing, whatever the rest says."""
    tried = policy("a")
    tried["metadata"]["annotations"] = {"istio.io/dry-run": "true", "note": "x"}

    (change,) = compared([policy("a")], [tried]).changes

    assert [each.pointer for each in change.fields] == ["/metadata/annotations"]
    assert change.before is not None
    assert change.before["metadata"]["annotations"] == {"istio.io/dry-run": "true"}


def test_an_object_without_our_labels_is_taken_over() -> None:
    """It is a change, and says so."""
    (change,) = compared([policy("a")], [policy("a", part=None)]).changes

    assert (change.kind, change.adopts) == ("change", True)
    assert [each.pointer for each in change.fields] == ["/metadata/labels"]


def test_an_object_of_another_policy_is_a_conflict() -> None:
    """Applying would let the two take it from each other again and again."""
    found = compared([policy("a")], [policy("a", part="other")])

    assert [(each.kind, each.claimed_by) for each in found.changes] == [("conflict", "other")]
    assert [each.code for each in conflicts(found, OWNED)] == ["ZT730"]
    assert found.only(["create"]) == found


def test_objects_of_our_name_elsewhere_are_a_conflict() -> None:
    """Another policy may have the same name; nothing of it is proposed for deletion."""
    found = compared([], [policy("a", namespace="far"), policy("b", namespace="far"), policy("c", namespace="web")])

    assert [(each.kind, each.key.name) for each in found.changes] == [
        ("conflict", "a"),
        ("conflict", "b"),
        ("delete", "c"),
    ]
    (finding,) = conflicts(found, OWNED)
    assert (finding.code, "`far`" in finding.message) == ("ZT731", True)


def test_a_namespace_that_was_left_is_cleared() -> None:
    """Once somebody says that it was."""
    owned = Ownership(frozenset({"shop"}), frozenset({"shop"}), frozenset({"shop"}), frozenset({"far"}))

    found = compared([], [policy("a", namespace="far")], owned)

    assert [each.kind for each in found.changes] == ["delete"]
    assert conflicts(found, owned) == []


def test_what_others_have_in_their_namespaces_is_no_concern() -> None:
    """Only in namespaces that are owned whole is anything foreign."""
    assert compared([], [policy("a", namespace="web", part=None), policy("b", namespace="far", part="x")]).changes == ()


def test_a_foreign_object_tells_whose_it_is() -> None:
    """By its labels: another policy's, another tool's, a copy of ours, or nobody's."""
    chart = policy("chart", part=None, more={"app.kubernetes.io/managed-by": "Helm"})
    copied = {**policy("a"), "metadata": {"name": "copy", "namespace": "shop"}}
    live = [policy("a"), policy("theirs", part="other"), chart, copied, policy("by-hand", part=None)]

    found = compared([policy("a")], live)

    assert {each.key.name: (each.claimed_by, each.copy_of) for each in found.changes} == {
        "theirs": ("policy `other`", None),
        "chart": ("`Helm`", None),
        "copy": (None, Key("AuthorizationPolicy", "shop", "a")),
        "by-hand": (None, None),
    }
    assert {each.kind for each in found.changes} == {"foreign"}


def test_a_tried_policy_is_no_copy_of_an_enforced_one() -> None:
    """It does something else."""
    tried = {**policy("a"), "metadata": {"name": "c", "namespace": "shop", "annotations": {"istio.io/dry-run": "true"}}}

    assert [each.copy_of for each in compared([policy("a")], [policy("a"), tried]).changes] == [None]


def test_fields_tell_where_they_are_declared_and_who_wrote_them() -> None:
    """What goes belongs to the declaration around it."""
    live = policy("a", paths=("/a", "/by-hand"))
    live["metadata"]["managedFields"] = [
        {"manager": "edit", "time": "2026-02-02T00:00:00Z", "fieldsV1": {"f:spec": {"f:rules": {}}}}
    ]
    live["spec"]["rules"][0]["to"][0]["operation"]["paths"] = ["/b", "/a"]

    (change,) = compared([policy("a")], [live]).changes

    assert [(each.pointer, each.after, each.declared_at, each.manager) for each in change.fields] == [
        ("/spec/rules/0/to/0/operation/paths/0", None, "policies.py:/spec/rules/0/to/0/operation/paths", "edit"),
        ("/spec/rules/1", None, "policies.py:/spec/rules", "edit"),
    ]
    assert change.fields[0].before == "/b"
    assert (change.manager, change.changed_at) == ("edit", "2026-02-02T00:00:00Z")


def test_revisions_belong_to_nobody_else() -> None:
    """What an older one has and a newer one has not is deleted, whatever its labels say."""
    found = revisions(
        map(There, [policy("a", more={"team": "x"}), policy("old", part="before"), policy("same")]),
        wanted(policy("a"), policy("new"), policy("same")),
    )

    assert [(each.kind, each.key.name) for each in found.changes] == [
        ("change", "a"),
        ("create", "new"),
        ("delete", "old"),
    ]
    assert found.same == 1


@pytest.mark.parametrize("count", [1, 30])
def test_every_change_of_many_is_explained(count: int) -> None:
    """All pairs are compared in one go, and each keeps its own fields."""
    declared = [policy(f"p{number}") for number in range(count)]
    live = copy.deepcopy(declared)
    for number, each in enumerate(live):
        each["spec"]["rules"][0]["to"][0]["operation"]["paths"].append(f"/{number}")

    found = compared(declared, live)

    assert sorted(str(field.before) for each in found.changes for field in each.fields) == sorted(
        f"/{number}" for number in range(count)
    )
    assert all(each.fields[0].before == f"/{each.key.name[1:]}" for each in found.changes)
