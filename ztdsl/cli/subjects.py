"""What a command is about: a policy file, or manifests named with -f."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.cli import exits
from ztdsl.cli.settings import Settings, refuse_stdin
from ztdsl.cli.usage import UsageProblem

if TYPE_CHECKING:
    from ztdsl.api import Opened
    from ztdsl.diagnostics.report import Report


# A file that cannot be read; everything else that is wrong is a finding about what it says.
_UNREADABLE = frozenset({"ZT007", "ZT021", "ZT022", "ZT023", "ZT029", "ZT050"})


def exit_of(report: Report) -> int:
    """The exit code of a report with errors: whether a file could not be read, or says something wrong."""
    return exits.USAGE if any(each.code in _UNREADABLE for each in report.findings) else exits.FINDINGS


def refuse_two_subjects(policy: str | None, filename: list[str] | None) -> None:
    """Refuse a command line that names neither a policy nor manifests, or both.

    Raises:
        UsageProblem: it does.
    """
    if policy is None and not filename:
        raise UsageProblem("neither a policy nor manifests are named", "name a policy file, or manifests with -f")
    if policy is not None:
        refuse_stdin(policy)
        if filename:
            raise UsageProblem(f"`{policy}` is a policy and -f names manifests", "leave one out")


def opened(policy: str | None, filename: list[str], workloads: str | None, chosen: Settings) -> Opened:
    """The policy or the manifests, ready to be asked.

    Raises:
        UsageProblem: an inventory is given for a policy.
        ConfigurationFailure, LoadFailure: as for `open_policy` and `open_manifests`.
    """
    from ztdsl.api import open_manifests, open_policy  # noqa: PLC0415 - a mistake in the flags is answered without it
    from ztdsl.load.streams import diverted_stdout  # noqa: PLC0415

    if policy is None:
        return open_manifests(filename, workloads=workloads, **chosen)
    if workloads is not None:
        raise UsageProblem("--workloads is for manifests; a policy declares its workloads", "leave it out")
    with diverted_stdout():
        return open_policy(policy, **chosen)
