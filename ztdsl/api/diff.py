"""What a policy or manifests would change in a cluster, in files that stand for one, or in an older revision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ztdsl.api.access import changed_access
from ztdsl.api.declared import of_files, of_policy
from ztdsl.diagnostics.report import Report
from ztdsl.diagnostics.source import sorted_findings
from ztdsl.diff.access_logs import LOGGING
from ztdsl.diff.change import KINDS, Plan
from ztdsl.diff.claims import conflicts, without_objects
from ztdsl.diff.plan import plan, revisions
from ztdsl.diff.shown import UNCHANGED, Access, Shown
from ztdsl.pipeline import Options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from ztdsl.api.declared import Declared
    from ztdsl.cluster import Live, Reply, Selection
    from ztdsl.cluster.live import LiveObject
    from ztdsl.config import Configuration
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.dsl.policy import Policy
    from ztdsl.istio.kinds import Manifest
    from ztdsl.manifests import KnownWorkload
    from ztdsl.traffic.mesh import Mesh


@dataclass(frozen=True, slots=True)
class Diff:
    """What a comparison found.

    Attributes:
        report: every finding: of what is declared, of the other side, and of whose an object is.
        configuration: the settings it was made with.
        compared_with: the other side, such as "context `kind-prod`"; empty where there are errors in what is declared.
        subject: what was compared, such as "policy `shop`".
        plan: the differences; None where there are errors in what is declared or in what is given for the other side.
        access: what applying opens and closes.
        foreign_access: what foreign objects open and close beside what is declared.
        server: what the API server says to each created or changed object; None where it was not asked.
        not_compared: what of the cluster could not be read and is not declared, in words; empty in most clusters.
    """

    report: Report
    configuration: Configuration
    compared_with: str
    subject: str
    plan: Plan | None
    access: Access = UNCHANGED
    foreign_access: Access = UNCHANGED
    server: tuple[Reply, ...] | None = None
    not_compared: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether anything does, foreign objects and conflicts among it."""
        return self.plan is not None and bool(self.plan.changes)

    def changes_access(self, how: str) -> bool:
        """Whether applying, or a foreign object, has `widened` or `narrowed` access, as far as is decided."""
        return any(each.classed in {how, "both"} for each in (self.access, self.foreign_access))

    @property
    def undecided(self) -> bool:
        """Whether some of the effect on access is not known."""
        return bool(self.access.undecided or self.foreign_access.undecided)

    def only(self, kinds: Iterable[str]) -> Diff:
        """The same with changes of these kinds and conflicts alone; the effect of applying stays whole."""
        if self.plan is None:
            return self
        chosen = {*kinds}
        foreign = self.foreign_access if "foreign" in chosen else UNCHANGED
        shown = self.plan.only(chosen)
        keys = {tuple(each.key) for each in shown.changes}
        server = None if self.server is None else tuple(each for each in self.server if each.key in keys)
        return replace(self, plan=shown, foreign_access=foreign, server=server)

    def text(self, output: str = "text", *, color: bool = False, width: int = 80) -> str:
        """The report as `text`, `json`, `summary` or `markdown`.

        Raises:
            ValueError: there is no plan; see `report`.
        """
        from ztdsl.diff.formats import render  # noqa: PLC0415 - whoever gates on the result prints nothing

        return render(self.shown, output, color=color, width=width)

    @property
    def shown(self) -> Shown:
        """All that a report says.

        Raises:
            ValueError: there is no plan; see `report`.
        """
        if self.plan is None:
            msg = "nothing was compared; see `report`"
            raise ValueError(msg)
        access, foreign = self.access, self.foreign_access
        return Shown(
            self.compared_with, self.subject, self.plan, access, foreign, self.server, not_compared=self.not_compared
        )


def diff_live(
    source: str | Path | Policy | None = None,
    *,
    filename: Sequence[str] = (),
    live: Sequence[str] = (),
    base: str | None = None,
    selection: Selection | None = None,
    former_namespaces: Sequence[str] = (),
    workloads: str | None = None,
    server_side: bool = False,
    field_manager: str | None = None,
    asked: Callable[[int, int], None] | None = None,
    mesh: str | Mesh | None = None,
    config: Path | None = None,
    istio_version: str | None = None,
    today: date | None = None,
    templates: Path | None = None,
) -> Diff:
    """What applying a policy or manifests changes; reads only, and neither prints nor exits.

    Args:
        source: a policy file, `file.py:variable`, or a policy. Loading a file runs it.
        filename: manifests instead of a policy: files, directories, `-`.
        live: files and directories that stand for the cluster.
        base: what is compared with instead: a policy file, manifests, or a revision in git, whose files run.
        selection: which cluster, as whom, which namespaces. Its context is by default that of the mesh.
        former_namespaces: namespaces that the policy has left, whose objects are to be deleted.
        workloads: an inventory of workloads for the effect on access; a policy declares its own.
        server_side: whether to ask the API server what it would say to each created or changed object, as a dry run.
        field_manager: the manager under which they would be applied, by default that of `kubectl`.
        asked: called after each dry run with the number so far and of all.
        mesh: the name of a configured mesh, or a mesh.
        config: the configuration file, instead of the one found upwards.
        istio_version: the mesh's version, such as `1.30`.
        today: the day against which end dates are held.
        templates: not used; as for other verbs.

    Raises:
        ConfigurationFailure: the configuration is malformed, or no mesh was chosen.
        LoadFailure: the policy file does not load, or holds no single policy.
        BaseFailure: what `base` names cannot be had, or has errors.
        ClusterFailure: the cluster was not read, or not all of it.
        ManifestFailure: what `live` names is no set of objects that a cluster could hold.
        ValueError: `server_side` with `live` or `base`, where no server is asked.
    """
    if server_side and (live or base is not None):
        msg = "`server_side` asks a cluster, and `live` and `base` compare without one"
        raise ValueError(msg)
    options = Options(mesh, config, istio_version, today, templates)
    namespaces = None if selection is None else selection.namespaces
    if source is not None:
        declared = of_policy(source, options, former_namespaces)
    else:
        assumed = namespaces[0] if namespaces is not None and len(namespaces) == 1 else None
        declared = of_files(filename, options, former_namespaces, assumed)
    if declared.report.has_errors:
        return Diff(declared.report, declared.configuration, "", declared.words, None)
    known, problems = _workloads(workloads)
    if problems:
        report = Report(sorted_findings([*declared.report.findings, *problems]))
        if report.has_errors:
            return Diff(report, declared.configuration, "", declared.words, None)
    declared = _within(declared, namespaces)
    if base is not None:
        from ztdsl.api.revision import read_base  # noqa: PLC0415 - most compare with a cluster

        old = read_base(base, source, filename, declared.configuration, options)
        return _with_base(declared, old, known, namespaces)
    if live:
        from ztdsl.cluster import read_directory  # noqa: PLC0415 - errors of a policy come first

        return _with_live(declared, read_directory(live), known, namespaces)
    chosen = _chosen(declared, selection, pinned=server_side)
    found = _with_live(declared, _read(declared, chosen), known, namespaces)
    if not server_side or found.plan is None:
        return found
    from ztdsl.api.server_side import replies_to  # noqa: PLC0415 - most only compare

    replies, said = replies_to(found.plan, declared, chosen, field_manager, asked)
    report = replace(found.report, findings=sorted_findings([*found.report.findings, *said]))
    return replace(found, report=report, server=replies)


def _workloads(file: str | None) -> tuple[tuple[KnownWorkload, ...] | None, tuple[Diagnostic, ...]]:
    if file is None:
        return None, ()
    from ztdsl.manifests import read_workloads  # noqa: PLC0415 - a policy declares its own

    return read_workloads(file)


def _chosen(declared: Declared, selection: Selection | None, *, pinned: bool) -> Selection:
    """Which cluster; pinned, it stays the same even if somebody switches the current context."""
    from ztdsl.cluster import Selection  # noqa: PLC0415 - errors of a policy come first

    chosen = selection or Selection()
    if chosen.context is None:
        chosen = replace(chosen, context=declared.configuration.mesh.kube_context)
    if pinned and chosen.context is None:
        from ztdsl.cluster.apply import pin  # noqa: PLC0415 - most only compare

        return pin(chosen)
    return chosen


def _read(declared: Declared, chosen: Selection) -> Live:
    from ztdsl.cluster import read_cluster  # noqa: PLC0415 - errors of a policy come first

    needs_logging = any(each.key[0] == LOGGING for each in declared.wanted)
    return read_cluster(chosen, root=declared.configuration.mesh.root_namespace, needs_logging=needs_logging)


def _within(declared: Declared, namespaces: tuple[str, ...] | None) -> Declared:
    """What is declared in these namespaces."""
    if namespaces is None:
        return declared
    return replace(
        declared,
        wanted=tuple(each for each in declared.wanted if each.key[1] in namespaces),
        manifests=tuple(each for each in declared.manifests if each.meta.namespace in namespaces),
    )


def _with_base(
    declared: Declared, old: Declared, known: tuple[KnownWorkload, ...] | None, namespaces: tuple[str, ...] | None
) -> Diff:
    found = revisions(_within(old, namespaces).wanted, declared.wanted)
    mesh = declared.configuration.mesh
    access = UNCHANGED
    if _deciding(found):
        stay = () if namespaces is None else [each for each in old.manifests if each.meta.namespace not in namespaces]
        access = changed_access(old.manifests, [*stay, *declared.manifests], mesh, known, declared.model)
    return Diff(
        _reported(declared, found, namespaces), declared.configuration, old.words, declared.words, found, access
    )


def _reported(
    declared: Declared, found: Plan, namespaces: tuple[str, ...] | None, more: Iterable[Diagnostic] = ()
) -> Report:
    """The findings of what is declared, of namespaces with nothing to compare, and some more."""
    passed_over = without_objects(namespaces or (), declared.wanted, found)
    return replace(declared.report, findings=sorted_findings([*declared.report.findings, *more, *passed_over]))


def _with_live(
    declared: Declared, live: Live, known: tuple[KnownWorkload, ...] | None, namespaces: tuple[str, ...] | None
) -> Diff:
    objects = [each for each in live.objects if namespaces is None or each.key[1] in namespaces]
    logging = [each for each in live.telemetries if namespaces is None or each.key[1] in namespaces]
    found = plan(declared.wanted, [*objects, *logging], declared.owned)
    report = _reported(declared, found, namespaces, [*live.findings, *conflicts(found, declared.owned)])
    access, foreign = UNCHANGED, UNCHANGED
    if _deciding(found) and live.unread is not None:
        access = _unknown_without(live.unread)
    elif _deciding(found):
        there = _there(found, declared, objects)
        there |= {each.key: each.manifest for each in (*live.objects, *live.beside) if each.key not in there}
        mesh = declared.configuration.mesh
        running = known if known is not None else live.workloads
        before = list(there.values())
        after = _afterwards(found, declared, there)
        access = changed_access(before, after, mesh, running, declared.model)
        strangers = {tuple(each.key) for each in found.of("foreign") if each.key.kind != LOGGING}
        if strangers:
            alone = [each for each in after if _key(each) not in strangers]
            foreign = changed_access(alone, after, mesh, running, declared.model)
    lacking = () if live.unlogged is None else (f"{LOGGING}: {live.unlogged}",)
    return Diff(
        report, declared.configuration, live.described, declared.words, found, access, foreign, not_compared=lacking
    )


def _deciding(found: Plan) -> bool:
    """Whether anything differs that decides about requests."""
    return any(each.key.kind != LOGGING for each in found.changes)


def _unknown_without(root: str) -> Access:
    """The effect of a change where the objects that apply everywhere are not known."""
    return Access("unknown", (), (f"the policies of the root namespace `{root}` apply here and may not be read",))


def _key(manifest: Manifest) -> tuple[str, str, str]:
    return type(manifest).__name__, manifest.meta.namespace, manifest.meta.name


def _there(found: Plan, declared: Declared, objects: Iterable[LiveObject]) -> dict[tuple[str, str, str], Manifest]:
    """The live objects as istiod reads them; what means the same as it is declared is the declared one with its age."""
    differing = {tuple(each.key) for each in found.changes}
    wanted = {_key(each): each for each in declared.manifests}
    there: dict[tuple[str, str, str], Manifest] = {}
    for each in objects:
        same = wanted.get(each.key) if each.key not in differing else None
        if same is None:
            there[each.key] = each.manifest
        elif same.meta.created == each.created:
            there[each.key] = same
        else:
            there[each.key] = replace(same, meta=replace(same.meta, created=each.created))
    return there


def _afterwards(found: Plan, declared: Declared, there: dict[tuple[str, str, str], Manifest]) -> list[Manifest]:
    """What the cluster holds once the plan is applied; what is in conflict stays as it is, as do others' objects.

    An object that is not replaced keeps its age, which decides between PeerAuthentications. One that means the same as
    it is declared is left as it is.
    """
    wanted = {_key(each): each for each in declared.manifests}
    replaced = {tuple(each.key) for each in found.of("create", "change")}
    goes = {tuple(each.key) for each in found.of("delete")}
    kept = {key: each for key, each in there.items() if key not in goes}
    for key, each in wanted.items():
        if key in replaced:
            old = kept.get(key)
            kept[key] = each if old is None else replace(each, meta=replace(each.meta, created=old.meta.created))
    return list(kept.values())


ONLY: Final = tuple(kind for kind in KINDS if kind != "conflict")
"""The kinds of changes that `only` chooses among."""
