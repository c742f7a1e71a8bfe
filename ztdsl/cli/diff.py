"""`ztc diff`: what a policy or manifests would change in a cluster."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Final

from typer import Option

from ztdsl.cli import exits
from ztdsl.cli.color import wants_color, width_of
from ztdsl.cli.findings import say_findings
from ztdsl.cli.flags import (
    Color,
    Config,
    Debug,
    Filename,
    IstioVersion,
    Mesh,
    Quiet,
    Subject,
    Today,
    Verbose,
    Workloads,
)
from ztdsl.cli.progress import progress
from ztdsl.cli.settings import announce, refuse_empty, settings
from ztdsl.cli.streams import STDOUT, write_product
from ztdsl.cli.subjects import refuse_two_subjects
from ztdsl.cli.usage import UsageProblem, near_miss

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ztdsl.api import Diff
    from ztdsl.cli.settings import Settings
    from ztdsl.cluster import Selection
    from ztdsl.diff.change import Plan

_KINDS: Final = ("create", "change", "delete", "foreign")
_LARGEST_CODE: Final = 255

Live = Annotated[
    list[str] | None,
    Option("--live", metavar="PATH", help="files that stand for the cluster: a file, a directory, or -"),
]
Base = Annotated[
    str | None,
    Option("--base", metavar="BASE", help="compare with a policy file, manifests or a git revision instead"),
]
Context = Annotated[str | None, Option("--context", metavar="NAME", help="the kubectl context of the cluster")]
Kubeconfig = Annotated[str | None, Option("--kubeconfig", metavar="FILE", help="the kubeconfig file")]
As = Annotated[str | None, Option("--as", metavar="USER", help="the user to impersonate")]
NamespaceFlag = Annotated[
    list[str] | None,
    Option("-n", "--namespace", metavar="NAME", help="compare in this namespace only; may be repeated"),
]
AllNamespaces = Annotated[bool, Option("-A", "--all-namespaces", help="compare in every namespace; the default")]
RequestTimeout = Annotated[
    str | None, Option("--request-timeout", metavar="TIME", help="how long one request may take, such as 30s")
]
LiveWorkloads = Annotated[
    bool, Option("--live-workloads", help="read the cluster's pods and services, too, for the effect on access")
]
ServerSide = Annotated[
    bool, Option("--server-side", help="ask the API server what it would say to each object, as a dry run")
]
FieldManager = Annotated[
    str | None, Option("--field-manager", metavar="NAME", help="with --server-side: who applies; default kubectl")
]
Former = Annotated[
    list[str] | None,
    Option("--former-namespace", metavar="NAME", help="a namespace that the policy has left: delete its objects there"),
]
Only = Annotated[
    str | None, Option("--only", metavar="KINDS", help="some of create,change,delete,foreign, with commas between")
]
Output = Annotated[str, Option("-o", "--output", metavar="text|json|summary|markdown", help="the format of the report")]
ExitZero = Annotated[bool, Option("--exit-zero", help="end with 0 where it differs, too")]
ExitCode = Annotated[
    str | None, Option("--exit-code-on-diff", metavar="N", help="end with N instead of 1 where it differs")
]
FailOnAccess = Annotated[
    str | None,
    Option("--fail-on-access", metavar="widened|narrowed", help="fail only if access changes so; 4 if that is unknown"),
]


def diff(
    policy: Subject = None,
    filename: Filename = None,
    live: Live = None,
    base: Base = None,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
    impersonate: As = None,
    namespace: NamespaceFlag = None,
    all_namespaces: AllNamespaces = False,
    request_timeout: RequestTimeout = None,
    live_workloads: LiveWorkloads = False,
    server_side: ServerSide = False,
    field_manager: FieldManager = None,
    former_namespace: Former = None,
    workloads: Workloads = None,
    only: Only = None,
    output: Output = "text",
    exit_zero: ExitZero = False,
    exit_code_on_diff: ExitCode = None,
    fail_on_access: FailOnAccess = None,
    mesh: Mesh = None,
    config: Config = None,
    istio_version: IstioVersion = None,
    today: Today = None,
    color: Color = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Print what would change; the exit code says whether anything does."""
    del quiet  # the report is the product, and nothing else is said
    refuse_two_subjects(policy, filename)
    refuse_empty(
        {"POLICY": policy, "--base": base, "--context": context, "--kubeconfig": kubeconfig, "--as": impersonate}
    )
    for flag, values in {
        "-f": filename,
        "--live": live,
        "-n": namespace,
        "--former-namespace": former_namespace,
    }.items():
        refuse_empty({flag: min(values, default=None) if values else None})
    cluster = {
        "--context": context,
        "--kubeconfig": kubeconfig,
        "--as": impersonate,
        "--request-timeout": request_timeout,
        "--live-workloads": "" if live_workloads else None,
        "--server-side": "" if server_side else None,
    }
    if live_workloads and workloads is not None:
        raise UsageProblem("--workloads and --live-workloads both say what runs", "leave one out")
    _refuse_contradictions(live, base, cluster, namespace if all_namespaces else None)
    if "-" in (filename or []) and "-" in (live or []):
        raise UsageProblem("-f and --live both read stdin", "write one of the two to a file")
    if field_manager is not None and not server_side:
        raise UsageProblem("--field-manager says who would apply, which is asked with --server-side", "add it")
    refuse_empty({"--field-manager": field_manager})
    kinds = _kinds(only)
    code = _code(exit_code_on_diff, exit_zero=exit_zero, fail_on_access=fail_on_access)
    chosen = settings(mesh, config, istio_version, today, None)
    from ztdsl.cli.failures import reported  # noqa: PLC0415 - a mistake in the flags is answered without it
    from ztdsl.cluster import ClusterFailure, Selection  # noqa: PLC0415

    timeout = {} if request_timeout is None else {"request_timeout": request_timeout}
    places = tuple(namespace) if namespace else None
    selection = Selection(context, kubeconfig, impersonate, places, workloads=live_workloads, **timeout)
    try:
        with progress("dry run of object") as asked:
            found = _compared(
                policy,
                filename or [],
                live or [],
                base,
                selection,
                former_namespace or [],
                workloads,
                chosen,
                server_side=server_side,
                field_manager=field_manager,
                asked=asked,
            )
    except ClusterFailure as failure:
        reported(failure, color=color, debug=debug)
        return exits.USAGE if failure.is_configuration else exits.UNREACHABLE
    if verbose:
        announce(found.configuration)
    if found.report.findings:
        say_findings(found.report, color=color)
    if found.plan is None:
        return exits.USAGE
    found = found.only(kinds)
    _write(found, output, color=color)
    if found.report.has_errors:
        return exits.USAGE
    return _exit(found, code, fail_on_access)


def _compared(
    policy: str | None,
    filename: list[str],
    live: list[str],
    base: str | None,
    selection: Selection,
    former: list[str],
    workloads: str | None,
    chosen: Settings,
    *,
    server_side: bool,
    field_manager: str | None,
    asked: Callable[[int, int], None] | None,
) -> Diff:
    """The comparison; what a policy prints goes to stderr.

    Raises:
        BaseFailure, ClusterFailure, ConfigurationFailure, LoadFailure, ManifestFailure: as for `diff_live`.
    """
    from ztdsl.api import diff_live  # noqa: PLC0415 - a mistake in the flags is answered without it
    from ztdsl.load.streams import diverted_stdout  # noqa: PLC0415

    with diverted_stdout():
        return diff_live(
            policy,
            filename=filename,
            live=live,
            base=base,
            selection=selection,
            former_namespaces=former,
            workloads=workloads,
            server_side=server_side,
            field_manager=field_manager,
            asked=asked,
            **chosen,
        )


def _write(found: Diff, output: str, *, color: str) -> None:
    program = os.environ.get("KUBECTL_EXTERNAL_DIFF", "").strip()
    wanted, width = wants_color(color, STDOUT), width_of(STDOUT)
    if output != "text" or not program or found.plan is None or not found.plan.changes:
        write_product(found.text(output, color=wanted, width=width))
        return
    from ztdsl.cli.external_diff import run_external  # noqa: PLC0415 - few have a program of their own
    from ztdsl.diff.formats.text import closing, opening  # noqa: PLC0415

    write_product(opening(found.shown))
    run_external(program, found.plan)
    write_product(_left_alone(found.plan, color=wanted) + closing(found.shown, color=wanted))


def _left_alone(plan: Plan, *, color: bool) -> str:
    """A line for each object that stays as it is, a foreign one for example, and is shown to no program."""
    from ztdsl.diagnostics.formats.style import Style  # noqa: PLC0415 - as above
    from ztdsl.diff.formats.text import headline  # noqa: PLC0415

    lines = [headline(each, Style(color=color)) for each in plan.changes if each.stays]
    return "".join(f"{line}\n" for line in ["", *lines]) if lines else ""


def _exit(found: Diff, code: int, fail_on_access: str | None) -> int:
    if fail_on_access is None:
        return code if found.differs else exits.CLEAN
    if found.changes_access(fail_on_access):
        return code
    return exits.UNDECIDED if found.undecided else exits.CLEAN


def _refuse_contradictions(
    live: list[str] | None, base: str | None, cluster: dict[str, str | None], namespaces: Sequence[str] | None
) -> None:
    """Refuse two other sides, and flags of a cluster that is not asked.

    Raises:
        UsageProblem: there are two.
    """
    if live and base is not None:
        raise UsageProblem("--live and --base both name what is compared with", "leave one out")
    named = next((flag for flag, value in cluster.items() if value is not None), None)
    if named is not None and (live or base is not None):
        other = "--live" if live else "--base"
        raise UsageProblem(f"`{named}` is for a cluster, and {other} compares without one", "leave one out")
    if namespaces:
        raise UsageProblem("-A means every namespace, and -n names one", "leave one out")


def _kinds(only: str | None) -> tuple[str, ...]:
    if only is None:
        return _KINDS
    kinds = tuple(word.strip() for word in only.split(","))
    wrong = next((word for word in kinds if word not in _KINDS), None)
    if wrong is not None:
        raise UsageProblem(f"`--only` takes {', '.join(_KINDS)}; not `{wrong}`", *near_miss(wrong, _KINDS))
    return kinds


def _code(text: str | None, *, exit_zero: bool, fail_on_access: str | None) -> int:
    """The code with which a difference ends.

    Raises:
        UsageProblem: `text` is no exit code, or the flags contradict each other.
    """
    if exit_zero and (text is not None or fail_on_access is not None):
        raise UsageProblem("--exit-zero never fails, and another flag says when to", "leave one out")
    if text is None:
        return exits.CLEAN if exit_zero else exits.FINDINGS
    if not (text.isascii() and text.isdecimal() and int(text) <= _LARGEST_CODE):
        raise UsageProblem(f"`--exit-code-on-diff` takes a number from 0 to {_LARGEST_CODE}; not `{text}`")
    return int(text)
