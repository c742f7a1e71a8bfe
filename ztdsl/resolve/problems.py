"""Collects every problem of one run, with its place."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Spot
from ztdsl.dsl.declaration import Declaration, faults_of, origin_of
from ztdsl.dsl.users import AnyAudience
from ztdsl.dsl.weakenings import DryRun, Open, Permissive
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.dsl.declaration import Fault

Path = tuple[str | int, ...]
_UNWIELDY: Final = 10**20


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
        self._known: set[tuple[str, str, Label]] = set()
        self._broken: set[tuple[int, str | int]] = set()

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
        """Add one finding, unless the same was found at the same place: declarations are shared."""
        key = (code, message, primary)
        if key in self._known:
            return
        self._known.add(key)
        self.findings.append(diagnostic(code, message, primary, related=related, notes=notes, help=help))

    def mark_broken(self, declaration: Declaration, field: str | int) -> None:
        """Note that an argument is not what it should be: what it lacks therefore is no finding of its own."""
        self._broken.add((id(declaration), field))

    def is_broken(self, declaration: Declaration, *fields: str) -> bool:
        """Whether one of the arguments was found broken."""
        return any((id(declaration), field) in self._broken for field in fields)

    def complain(self, complaint: Complaint, declaration: Declaration, *path: str | int) -> None:
        """Add what a check of a value found."""
        self.report(complaint.code, complaint.message, label(declaration, *path), help=complaint.help)

    def report_faults(self, declaration: Declaration) -> None:
        """Add the ways in which the call that made `declaration` did not fit."""
        faults = faults_of(declaration)
        if not faults:
            return
        meant = _meant(faults)
        for fault in faults:
            self.mark_broken(declaration, fault.argument)
            for near in get_close_matches(str(fault.argument), fault.known, n=1, cutoff=0.6):
                self.mark_broken(declaration, near)
            if fault.kind == "missing" and fault.argument in meant:
                continue  # the misspelt or unnamed argument is the one finding
            if fault.kind == "surplus" and fault is not next(each for each in faults if each.kind == "surplus"):
                continue
            code, message, help_ = _fault(declaration, fault, meant)
            path = (fault.argument,) if fault.kind != "missing" else ()
            self.report(code, message, label(declaration, *path), help=help_)


def _meant(faults: Sequence[Fault]) -> frozenset[str]:
    """The missing arguments that an unknown one, or one without a name, was meant to be."""
    listed = [str(fault.argument) for fault in faults if fault.kind == "missing"]
    surplus = sum(fault.kind == "surplus" for fault in faults)
    missing = set(listed[surplus:])
    meant = (get_close_matches(str(f.argument), missing, n=1, cutoff=0.6) for f in faults if f.kind == "unknown")
    return frozenset(listed[:surplus]) | {name for names in meant for name in names}


def _fault(declaration: Declaration, fault: Fault, meant: frozenset[str]) -> tuple[str, str, tuple[str, ...]]:
    what = named(declaration)
    if fault.kind == "missing":
        if isinstance(declaration, Permissive | Open | DryRun | AnyAudience):
            lack = "reason" if fault.argument == "because" else "end date"
            example = 'because="..."' if fault.argument == "because" else "until=date(2027, 3, 31)"
            return "ZT402", f"{what} has no {lack}", (f"write `{example}`",)
        if fault.argument == "because" and what in {"rule", "access log"}:
            return "ZT136", f"{what} has no reason", ('write `because="..."` for the next reader',)
        return "ZT102", f"{what} lacks its argument `{fault.argument}`", _missing_help(fault)
    if fault.kind == "surplus":
        names = [name for name in fault.known if name in meant] or fault.known
        return "ZT103", f"{what} takes fewer arguments without a name", (f"name it: {_listed(names)}",)
    close = suggestion(str(fault.argument), fault.known)
    return "ZT103", f"{what} has no argument `{fault.argument}`", (close or f"it takes {_listed(fault.known)}",)


def _missing_help(fault: Fault) -> tuple[str, ...]:
    if fault.argument == "http":
        return ("write `http=AnyRequest()` for every request, or name methods and paths with `http=Http(...)`",)
    return (f"write `{fault.argument}=...`",)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


KIND_WORDS = {
    "AccessLog": "access log",
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
    "AnyWorkload": "any workload",
    "AnyRequest": "any request",
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
        name = getattr(declaration, "issuer", getattr(declaration, "container", None))
    if isinstance(name, str):
        return f"{kind_of(declaration)} `{name}`"
    return f"{kind_of(declaration)} `{number_word(name)}`" if isinstance(name, int) else kind_of(declaration)


def number_word(number: float) -> str:
    """A number as a message shows it: Python refuses to write out very large ones."""
    return str(number) if abs(number) < _UNWIELDY or number != number else "a very large number"  # noqa: PLR0124 - nan


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """A "did you mean" phrase, or None where nothing is near."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else None
