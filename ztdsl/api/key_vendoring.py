"""The public keys of a policy's issuer as a file beside the policy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ztdsl.api.key_inspection import not_a_set, not_fetched
from ztdsl.api.key_issuer import DeclaredIssuer, declared_issuer
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.report import Report
from ztdsl.keys.fetch import Limits, NotFetchedError, fetch
from ztdsl.keys.judge import judge
from ztdsl.keys.read import NotAKeySetError, read
from ztdsl.keys.server import discovered
from ztdsl.keys.vendor import NotForAPolicyError, vendored
from ztdsl.resolve.provenance import MEMBER, provenance

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic

KEPT: Final = timedelta(days=90)
"""For how long vendored keys are to be used if nothing else is asked for."""


@dataclass(frozen=True, slots=True)
class VendoredKeys:
    """A file to be written.

    Attributes:
        text: what to write; None where there are errors.
        file: where it belongs.
        issuer: whose keys they are.
        source: where they came from.
        report: the findings.
    """

    text: str | None
    file: Path
    issuer: str
    source: str
    report: Report

    @property
    def is_unreachable(self) -> bool:
        """Whether a server was asked in vain."""
        return any(finding.code == "ZT780" for finding in self.report.findings)


def vendor_keys(
    policy: str | Path,
    name: str,
    *,
    given: tuple[str, str] | None = None,
    kept: timedelta = KEPT,
    today: date | None = None,
    limits: Limits | None = None,
) -> VendoredKeys:
    """The public keys of an issuer, with where they came from, to stand beside the policy. Nothing is written.

    The keys come from where the file that the issuer names says that they came from; without one from its
    `jwks_uri`, and without that from what its discovery document names.

    Args:
        policy: a policy file, or `file.py:variable`. Loading it runs it.
        name: the issuer, or the variable that holds it.
        given: an address to ask instead and an empty text, or the name of a file and its text.
        kept: for how long the keys are to be used.
        today: the day of the fetch.
        limits: what asking may do.

    Raises:
        LoadFailure: the policy file does not load, or holds no single policy.
        UnknownKeyIssuer: the policy has no such issuer.
        OSError: a file cannot be read.
    """
    found = declared_issuer(policy, name)
    day = today or datetime.now(tz=UTC).date()
    file = found.file or Path(str(policy).rpartition(":")[0] or str(policy)).parent / "keys" / f"{found.variable}.json"
    source, text = given or ("", "")
    findings: list[Diagnostic] = []
    result = None
    try:
        if not text:
            source = source or _source(found, limits or Limits())
            text = _fetched(source, limits or Limits())
        findings += judge(read(text), None)
        result = vendored(text, issuer=found.issuer, source=source, fetched=day, expires=day + kept)
    except NotFetchedError as error:
        findings.append(not_fetched(source or found.issuer, error))
    except NotAKeySetError as error:
        findings.append(not_a_set(source, error, None))
    except NotForAPolicyError as error:
        if not Report(tuple(findings)).has_errors:
            findings.append(diagnostic("ZT774", f"nothing is vendored: {error}", None))
    report = Report(tuple(findings))
    return VendoredKeys(None if report.has_errors else result, file, found.issuer, source, report)


def may_overwrite(file: Path) -> bool:
    """Whether a file is missing, empty, or holds a JWK set, so that nothing but keys is lost.

    Raises:
        OSError: it cannot be read.
    """
    if not file.is_file():  # missing, or a pipe; writing to a directory fails by itself
        return True
    text = file.read_text(encoding="utf-8", errors="surrogateescape")
    try:
        read(text)
    except NotAKeySetError:
        return not text.strip()
    return True


def _fetched(source: str, limits: Limits) -> str:
    if not source.startswith("https://"):
        message = "keys are vendored from an `https` address only, or from a file"
        raise NotFetchedError(message)
    return fetch(source, limits).text


def _source(found: DeclaredIssuer, limits: Limits) -> str:
    if found.file is not None:
        known = _written(found.file)
        if known is not None and known.startswith("https://"):
            return known
    return found.uri or discovered(found.issuer, limits)


def _written(file: Path) -> str | None:
    """Where the keys of a file came from; None if it does not say."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):  # it is about to be written, and need not be one yet
        return None
    said = provenance(document.get(MEMBER)) if isinstance(document, dict) else None
    return None if said is None else said.source
