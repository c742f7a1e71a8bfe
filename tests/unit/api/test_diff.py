"""Comparing as a library verb."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.unit.api.policies import GOOD, bad, good
from ztdsl import Diff, build_manifests, diff_live
from ztdsl.api import BaseFailure
from ztdsl.cluster import ManifestFailure, Selection

TODAY = date(2026, 11, 24)


def compared(directory: Path, old: str, new: str, selection: Selection | None = None) -> Diff:
    """The policy that was changed from `old` to `new`, against a file with its objects before."""
    file = good(directory)
    (directory / "live.json").write_text(build_manifests(file, today=TODAY).json, encoding="utf-8")
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    return diff_live(file, live=[str(directory / "live.json")], selection=selection, today=TODAY)


def test_what_was_built_does_not_differ(tmp_path: Path) -> None:
    """From the manifests of the same policy; nothing is asked about access then."""
    diff = compared(tmp_path, "nightly", "nightly")

    assert (diff.differs, diff.subject, diff.access.classed) == (False, "policy `shop-orders`", "same")
    assert diff.plan is not None
    assert diff.plan.same == len(build_manifests(tmp_path / "policies.py", today=TODAY).manifests or ())


def test_a_change_tells_what_it_opens(tmp_path: Path) -> None:
    """With the port, a request, and the decisions about it."""
    diff = compared(tmp_path, '"10.0.0.0/8"', '"10.0.0.0/7"')

    assert diff.plan is not None
    assert [(each.kind, each.key.name) for each in diff.plan.changes] == [("change", "orders-allow")]
    assert diff.access.classed == "widened"
    assert diff.changes_access("widened")
    assert not diff.changes_access("narrowed")
    assert not diff.undecided
    (effect,) = diff.access.effects
    assert (effect.place, effect.before.verdict, effect.after.verdict) == ("shop/orders:7001", "refused", "allow")
    assert effect.caused_by == (diff.plan.changes[0].key,)


def test_what_is_narrowed_is_told(tmp_path: Path) -> None:
    """The other way round."""
    diff = compared(tmp_path, '"10.0.0.0/8"', '"10.0.0.0/9"')

    assert diff.access.classed == "narrowed"


def test_a_rule_that_only_says_why_changes_nothing(tmp_path: Path) -> None:
    """Reasons are comments."""
    assert not compared(tmp_path, "nightly batch", "the batch of the night").differs


def test_one_namespace_can_be_compared(tmp_path: Path) -> None:
    """The rest is neither created nor deleted."""
    only_web = Selection(namespaces=("web",))

    assert not compared(tmp_path, '"10.0.0.0/8"', '"10.0.0.0/7"', only_web).differs


def test_without_a_plan_there_is_no_report(tmp_path: Path) -> None:
    """The findings say why."""
    diff = diff_live(bad(tmp_path), live=[str(tmp_path)], today=TODAY)

    assert diff.plan is None
    assert [each.code for each in diff.report.findings] == ["ZT106"]
    assert (diff.differs, diff.only(["create"])) == (False, diff)
    with pytest.raises(ValueError, match="see `report`"):
        diff.text()


def test_the_other_side_must_be_there(tmp_path: Path) -> None:
    """Nothing is compared with what could not be read."""
    file = good(tmp_path)
    with pytest.raises(BaseFailure, match="nowhere"):
        diff_live(file, base="nowhere", today=TODAY)
    with pytest.raises(ManifestFailure):
        diff_live(file, live=[str(tmp_path / "missing.yaml")], today=TODAY)


def test_an_inventory_that_is_none_stops_the_comparison(tmp_path: Path) -> None:
    """Its finding is in the report."""
    (tmp_path / "pods.json").write_text("[3]", encoding="utf-8")
    file = good(tmp_path)

    diff = diff_live(file, live=[str(file)], workloads=str(tmp_path / "pods.json"), today=TODAY)

    assert [each.code for each in diff.report.findings] == ["ZT029"]
    assert diff.plan is None


def test_a_policy_of_a_program_can_be_compared(tmp_path: Path) -> None:
    """With files, and not with a revision: it has none."""
    names: dict[str, object] = {}
    exec(compile(GOOD, str(tmp_path / "made.py"), "exec"), names)  # noqa: S102 - a policy as a program makes it
    policy = names["policy"]
    (tmp_path / "live.yaml").write_text("", encoding="utf-8")

    diff = diff_live(policy, live=[str(tmp_path / "live.yaml")], today=TODAY)  # type: ignore[arg-type]

    assert diff.plan is not None
    assert {each.kind for each in diff.plan.changes} == {"create"}
    with pytest.raises(BaseFailure, match="has no revisions"):
        diff_live(policy, base="main", today=TODAY)  # type: ignore[arg-type]
