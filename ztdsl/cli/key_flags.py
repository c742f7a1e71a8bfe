"""The flags of the commands about keys, and what they mean."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from ztdsl.cli import exits
from ztdsl.cli.findings import Threshold, say_findings
from ztdsl.cli.settings import refuse_empty
from ztdsl.cli.usage import UsageProblem

if TYPE_CHECKING:
    from ztdsl.diagnostics.report import Report
    from ztdsl.keys.fetch import Limits

IssuerName = Annotated[
    str | None, Option("--issuer", metavar="NAME", help="the issuer of the policy: its name, or its variable")
]
CaFile = Annotated[
    str | None, Option("--ca-file", metavar="FILE", help="the only authorities to trust, instead of the system's")
]
PrivateAddresses = Annotated[
    bool, Option("--allow-private-addresses", help="ask servers whose address is not public, too")
]
Offline = Annotated[bool, Option("--offline", help="refuse whatever needs the network")]
Timeout = Annotated[str, Option("--timeout", metavar="TIME", help="how long a fetch may take in all, such as 10s")]
Refresh = Annotated[
    str,
    Option("--refresh-interval", metavar="TIME", help="how often istiod fetches keys: its own default is 20m"),
]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_MOST_SECONDS = 36500 * _UNITS["d"]
_YEARS = range(1970, 3000)  # what is added to them stays a date that Python has
_LENGTH = re.compile(r"(?:[0-9]{1,6}[smhd])+")


def length(flag: str, text: str) -> timedelta:
    """A length of time such as `20m` or `1h30m`.

    Raises:
        UsageProblem: it is none.
    """
    if not _LENGTH.fullmatch(text):
        raise UsageProblem(f"`{flag}` takes a length of time such as 90s, 20m, 1h30m or 2d; not `{text}`")
    seconds = sum(int(part[:-1]) * _UNITS[part[-1]] for part in re.findall(r"[0-9]+[smhd]", text))
    if seconds > _MOST_SECONDS:
        raise UsageProblem(f"`{flag}` takes at most {_MOST_SECONDS // _UNITS['d']}d; not `{text}`")
    return timedelta(seconds=seconds)


def moment(flag: str, text: str | None) -> datetime | None:
    """A time with its zone, in UTC where it names none.

    Raises:
        UsageProblem: it is none.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageProblem(f"`{flag}` takes a time such as 2027-03-31T12:00:00Z; not `{text}`") from None
    if found.year not in _YEARS:
        raise UsageProblem(f"`{flag}` takes a time from {_YEARS.start} to {_YEARS.stop - 1}; not `{text}`")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def limits(timeout: str, ca_file: str | None, *, private_addresses: bool) -> Limits:
    """What a fetch may do.

    Raises:
        UsageProblem: a value is malformed.
    """
    from ztdsl.keys.fetch import Limits  # noqa: PLC0415 - a mistake in the flags is answered without it

    refuse_empty({"--ca-file": ca_file})
    seconds = length("--timeout", timeout).total_seconds()
    if not seconds:
        raise UsageProblem("`--timeout` is zero", "give a length of time such as 10s")
    return Limits(
        timeout=seconds, private_addresses=private_addresses, ca_file=None if ca_file is None else Path(ca_file)
    )


def ended(report: Report, threshold: Threshold, *, color: str, is_unreachable: bool = False) -> int:
    """Say the findings; the exit code that they make."""
    from ztdsl.diagnostics.model import Severity  # noqa: PLC0415

    if report.findings:
        say_findings(report, color=color)
    if is_unreachable:
        return exits.UNREACHABLE
    return exits.FINDINGS if threshold.fails(report, Severity.ERROR) else exits.CLEAN


def is_url(word: str) -> bool:
    """Whether a word of the command line names a server."""
    return word.lower().startswith(("https://", "http://"))
