"""Collects every problem of one run, with its place."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Spot
from ztdsl.dsl.declaration import Declaration, faults_of, origin_of
from ztdsl.dsl.rules import Rule
from ztdsl.dsl.weakenings import DryRun, Open, Permissive

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.dsl.declaration import Fault

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with one value, wherever it stands: the checks of strings are pure and cached."""

    code: str
    message: str
    help: tuple[str, ...] = ()


def label(declaration: Declaration, *path: str | int, text: str = "") -> Label:
    """A place in the call that made `declaration`."""
    return Label(Spot(origin_of(declaration), path), text)


class Problems:
    """The findings so far."""

    def __init__(self) -> None:
        self.findings: list[Diagnostic] = []

    def report(
        self,
        code: str,
        message: str,
        primary: Label,
        *,
        related: Sequence[Label] = (),
        notes: Sequence[str] = (),
        help: Sequence[str] = (),  # noqa: A002 - the word that reports print
    ) -> None:
        """Add one finding."""
        self.findings.append(diagnostic(code, message, primary, related=related, notes=notes, help=help))

    def complain(self, complaint: Complaint, declaration: Declaration, *path: str | int) -> None:
        """Add what a check of a value found."""
        self.report(complaint.code, complaint.message, label(declaration, *path), help=complaint.help)

    def report_faults(self, declaration: Declaration) -> None:
        """Add the ways in which the call that made `declaration` did not fit."""
        for fault in faults_of(declaration):
            code, message, help_ = _fault(declaration, fault)
            path = (fault.argument,) if fault.kind != "missing" else ()
            self.report(code, message, label(declaration, *path), help=help_)


def _fault(declaration: Declaration, fault: Fault) -> tuple[str, str, tuple[str, ...]]:
    what = named(declaration)
    if fault.kind == "missing":
        if isinstance(declaration, Permissive | Open | DryRun):
            lack = "reason" if fault.argument == "because" else "end date"
            example = 'because="..."' if fault.argument == "because" else "until=date(2027, 3, 31)"
            return "ZT402", f"{what} has no {lack}", (f"write `{example}`",)
        if isinstance(declaration, Rule) and fault.argument == "because":
            return "ZT136", "rule has no reason", ('write `because="..."` for the next reader',)
        return "ZT102", f"{what} lacks its argument `{fault.argument}`", _missing_help(fault)
    if fault.kind == "surplus":
        return "ZT103", f"{what} takes fewer arguments without a name", (f"name it: {_listed(fault.known)}",)
    close = suggestion(str(fault.argument), fault.known)
    return "ZT103", f"{what} has no argument `{fault.argument}`", (close or f"it takes {_listed(fault.known)}",)


def _missing_help(fault: Fault) -> tuple[str, ...]:
    if fault.argument == "http":
        return ("write `http=AnyRequest()` for every request, or name methods and paths with `http=Http(...)`",)
    return (f"write `{fault.argument}=...`",)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


KIND_WORDS = {
    "Http": "request",
    "Grpc": "gRPC request",
    "MeshDefaults": "mesh defaults",
    "EndUser": "end user",
    "ServiceAccount": "service account",
    "IpBlock": "address block",
    "RemoteIpBlock": "address block",
    "DryRun": "dry run",
    "Permissive": "permissive mode",
    "Open": "open default",
    "AnyAudience": "any audience",
    "TrustDomain": "trust domain",
    "TokenHeader": "token header",
    "ClaimTest": "claim test",
    "External": "external workload",
    "HttpPort": "port",
    "GrpcPort": "port",
    "TcpPort": "port",
    "TlsPort": "port",
    "HttpEndpoint": "endpoint",
    "TcpEndpoint": "endpoint",
}


def kind_of(declaration: Declaration) -> str:
    """The word for what a declaration is."""
    kind = type(declaration).__name__
    return KIND_WORDS.get(kind, kind.lower())


def named(declaration: Declaration) -> str:
    """What a declaration is, with its name where it has one."""
    name = getattr(declaration, "name", None)
    if name is None:
        name = getattr(declaration, "issuer", None) or getattr(declaration, "container", None)
    return f"{kind_of(declaration)} `{name}`" if isinstance(name, str | int) else kind_of(declaration)


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """A "did you mean" phrase, or None where nothing is near."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else None
