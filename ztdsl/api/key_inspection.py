"""A set of keys as the proxies of the mesh take it, from a file, an address or a policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ztdsl.api.key_issuer import declared_issuer
from ztdsl.api.key_text import answer_lines, set_lines
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.formats.escape import visible
from ztdsl.diagnostics.model import Label, Span
from ztdsl.diagnostics.report import Report
from ztdsl.keys.address import judge_address, without_credentials
from ztdsl.keys.fetch import Fetched, Limits, NotFetchedError, fetch
from ztdsl.keys.judge import judge
from ztdsl.keys.read import Key, KeySet, NotAKeySetError, read
from ztdsl.keys.rotation import REFRESH_INTERVAL
from ztdsl.keys.server import discovered, judge_answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta
    from pathlib import Path

    from ztdsl.diagnostics.model import Diagnostic

SCHEMA: Final = "ztdsl/key-set/v1"


@dataclass(frozen=True, slots=True)
class KeyInspection:
    """What is known of a set of keys.

    Attributes:
        source: the file or the address it is from.
        issuer: whose keys they are; None where no policy says it.
        keys: the set; None where there is none to read, or it was not fetched.
        fetched: how a server answered; None where none was asked.
        report: the findings.
    """

    source: str
    issuer: str | None
    keys: KeySet | None
    fetched: Fetched | None
    report: Report

    @property
    def is_unreachable(self) -> bool:
        """Whether a server was asked in vain."""
        return any(finding.code == "ZT780" for finding in self.report.findings)

    @property
    def is_undecided(self) -> bool:
        """Whether the keys are at an address that nobody allowed to ask."""
        return self.keys is None and not self.report.has_errors

    def text(self, *, width: int = 80, color: bool = False) -> str:
        """The answer for people; secret keys stand out in red where there is colour."""
        return "\n".join(self._lines(width, color=color)) + "\n"

    def _lines(self, width: int, *, color: bool) -> Iterator[str]:
        yield f"keys of {visible(self.issuer)}" if self.issuer else "keys"
        yield f"  from      {visible(self.source)}"
        if self.fetched is not None:
            yield from answer_lines(self.fetched)
        if self.keys is None:
            yield "  not read  " + ("see the findings" if self.report.has_errors else "--fetch asks for them")
        else:
            yield from set_lines(self.keys, width, color=color)

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON."""
        from ztdsl.diagnostics.formats.json import finding_data  # noqa: PLC0415 - text needs none of it

        return {
            "schema": SCHEMA,
            "source": self.source,
            "issuer": self.issuer,
            "fetched": None if self.fetched is None else _answer_data(self.fetched),
            "keys": None if self.keys is None else [key_data(key) for key in self.keys.keys],
            "findings": [finding_data(finding) for finding in self.report.findings],
        }


def inspect_keys(text: str, *, source: str = "-") -> KeyInspection:
    """What the proxies make of the key set in `text`; `source` is the file that it is from, `-` for none."""
    place = None if source == "-" else Label(Span(source))
    return _inspected(text, source, place)


def inspect_key_server(
    url: str, *, limits: Limits | None = None, refresh: timedelta = REFRESH_INTERVAL, issuer: str | None = None
) -> KeyInspection:
    """What the proxies make of the key set at `url`, which is fetched, and of how its server answers.

    Raises:
        OSError: the file with the authorities to trust cannot be read.
    """
    try:
        answer = fetch(url, limits or Limits())
    except NotFetchedError as error:
        return KeyInspection(without_credentials(url), issuer, None, None, Report((not_fetched(url, error),)))
    found = [*judge_address(answer.url, None), *judge_answer(answer, refresh)]
    return _inspected(answer.text, url, None, issuer=issuer, fetched=answer, before=found)


def inspect_issuer(
    policy: str | Path,
    name: str,
    *,
    may_fetch: bool = False,
    limits: Limits | None = None,
    refresh: timedelta = REFRESH_INTERVAL,
) -> KeyInspection:
    """What the proxies make of the keys of an issuer that a policy declares.

    Args:
        policy: a policy file, or `file.py:variable`. Loading it runs it.
        name: the issuer, or the variable that holds it.
        may_fetch: whether its address, or else its discovery document, is asked.
        limits: what asking may do.
        refresh: how often istiod fetches the set.

    Raises:
        LoadFailure: the policy file does not load, or holds no single policy.
        UnknownKeyIssuer: the policy has no such issuer.
        OSError: the file of keys, or of the authorities to trust, cannot be read.
    """
    found = declared_issuer(policy, name)
    if found.file is not None:
        text = found.file.read_text(encoding="utf-8", errors="surrogateescape")
        return _inspected(text, str(found.file), Label(Span(str(found.file))), issuer=found.issuer)
    limits = limits or Limits()
    uri = found.uri
    if uri is None and may_fetch:
        try:
            uri = discovered(found.issuer, limits)
        except NotFetchedError as error:
            return KeyInspection(found.issuer, found.issuer, None, None, Report((not_fetched(found.issuer, error),)))
    if uri is not None and may_fetch:
        return inspect_key_server(uri, limits=limits, refresh=refresh, issuer=found.issuer)
    findings = () if uri is None else judge_address(uri, None)
    return KeyInspection(without_credentials(uri or found.issuer), found.issuer, None, None, Report(findings))


def not_fetched(source: str, error: NotFetchedError) -> Diagnostic:
    """The finding that keys cannot be had."""
    return diagnostic("ZT780", f"no keys from `{without_credentials(source)}`: {error}", None)


def not_a_set(source: str, error: NotAKeySetError, place: Label | None) -> Diagnostic:
    """The finding that a text is no set of keys."""
    return diagnostic("ZT772", f"`{source}` is not a JWK set: {error}", place)


def key_data(key: Key) -> dict[str, Any]:
    """A key as plain data; nothing of its content but what names it."""
    return {
        "number": key.number,
        "kid": key.kid or None,
        "kty": key.kind or None,
        "form": key.form or None,
        "alg": key.alg or None,
        "use": key.use,
        "thumbprint": key.thumbprint,
        "secret": key.is_secret,
        "usable": key.fault is None,
        "fault": key.fault,
    }


def _inspected(
    text: str,
    source: str,
    place: Label | None,
    *,
    issuer: str | None = None,
    fetched: Fetched | None = None,
    before: list[Diagnostic] | None = None,
) -> KeyInspection:
    findings = list(before or ())
    try:
        keys = read(text)
    except NotAKeySetError as error:
        return KeyInspection(source, issuer, None, fetched, Report((*findings, not_a_set(source, error, place))))
    return KeyInspection(source, issuer, keys, fetched, Report((*findings, *judge(keys, place))))


def _answer_data(answer: Fetched) -> dict[str, Any]:
    return {
        "url": answer.url,
        "address": answer.address,
        "tls": answer.tls,
        "bytes": len(answer.text.encode()),
        "redirects": answer.redirects,
        "max_age": answer.max_age,
        "content_type": answer.content_type,
    }
