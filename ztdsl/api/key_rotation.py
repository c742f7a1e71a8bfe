"""Whether one set of keys can follow another without refusing tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ztdsl.api.key_inspection import key_data, not_a_set
from ztdsl.api.key_text import comparison_text, moment
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span
from ztdsl.diagnostics.report import Report
from ztdsl.keys.judge import judge
from ztdsl.keys.read import KeySet, NotAKeySetError, read
from ztdsl.keys.rotation import REFRESH_INTERVAL, TOKEN_LIFETIME, Circumstances, Rotation, compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.diagnostics.model import Diagnostic

SCHEMA: Final = "ztdsl/key-rotation/v1"


@dataclass(frozen=True, slots=True)
class KeyComparison:
    """What a change of keys does.

    Attributes:
        rotation: the change; None where one of the sets is none.
        given: what it was judged with.
        report: the findings, those of the new set included.
    """

    rotation: Rotation | None
    given: Circumstances
    report: Report

    def text(self, *, width: int = 80) -> str:
        """The answer for people."""
        return comparison_text(self.rotation, self.given, width=width)

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON."""
        from ztdsl.diagnostics.formats.json import finding_data  # noqa: PLC0415 - text needs none of it

        rotation = self.rotation
        return {
            "schema": SCHEMA,
            "safe": None if rotation is None else rotation.is_safe,
            "published": moment(self.given.published),
            "token_lifetime": int(self.given.lifetime.total_seconds()),
            "token_lifetime_assumed": self.given.is_lifetime_assumed,
            "refresh_interval": int(self.given.refresh.total_seconds()),
            "added": [] if rotation is None else [key_data(key) for key in rotation.added],
            "removed": [] if rotation is None else [key_data(key) for key in rotation.removed],
            "kept": [] if rotation is None else [key_data(key) for key in rotation.kept],
            "sign_from": _time(None if rotation is None else rotation.sign_from),
            "withdraw_from": _time(None if rotation is None else rotation.withdraw_from),
            "findings": [finding_data(finding) for finding in self.report.findings],
        }


def compare_keys(
    old: str,
    new: str,
    *,
    published: datetime | None = None,
    token_lifetime: timedelta | None = None,
    refresh_interval: timedelta = REFRESH_INTERVAL,
    signs_with: str | None = None,
    signs_since: datetime | None = None,
    old_file: str = "old",
    new_file: str = "new",
) -> KeyComparison:
    """What it does when the set in the text `new` is published in place of `old`.

    Args:
        old: the set that is published now, as text.
        new: the set that takes its place, as text.
        published: when it does; now if None. Times have a zone.
        token_lifetime: how long the issuer's tokens live at most; None assumes an hour, and the answer says so.
        refresh_interval: how often istiod fetches the set, and for how long caches may keep it.
        signs_with: the `kid` of the key that signs once `new` is published.
        signs_since: when that key began, or is to begin, to sign.
        old_file: what `old` is called in findings.
        new_file: what `new` is called in findings.
    """
    given = Circumstances(
        published or datetime.now(tz=UTC),
        TOKEN_LIFETIME if token_lifetime is None else token_lifetime,
        refresh_interval,
        signs_with,
        signs_since,
        is_lifetime_assumed=token_lifetime is None,
    )
    findings: list[Diagnostic] = []
    sets: list[KeySet] = []
    place = Label(Span(new_file))
    for text, file in ((old, old_file), (new, new_file)):
        try:
            sets.append(read(text))
        except NotAKeySetError as error:
            findings.append(not_a_set(file, error, Label(Span(file))))
    if findings:
        return KeyComparison(None, given, Report(tuple(findings)))
    rotation = compare(sets[0], sets[1], given)
    return KeyComparison(rotation, given, Report((*judge(sets[1], place), *_findings(rotation, place))))


def _findings(rotation: Rotation, place: Label) -> Iterator[Diagnostic]:
    for kid in rotation.reused:
        yield diagnostic(
            "ZT782",
            f"`{kid}` is another key than before",
            place,
            notes=("until istiod fetches the set, proxies hold the old key under this name, and refuse the new one's",),
            help=("give the new key a `kid` of its own, such as its thumbprint",),
        )
    for number, reason in enumerate(rotation.reasons):
        yield diagnostic("ZT781", reason, place, help=tuple(_advice(rotation)) if number == 0 else ())


def _advice(rotation: Rotation) -> Iterator[str]:
    if rotation.removed and rotation.added:
        yield "publish a set that has the old keys and the new ones first"
    if rotation.added and rotation.sign_from is not None:
        yield f"begin to sign with a new key at {moment(rotation.sign_from)} or later"
    if rotation.removed and rotation.withdraw_from is not None:
        yield f"withdraw the old keys at {moment(rotation.withdraw_from)} or later"


def _time(when: datetime | None) -> str | None:
    return None if when is None else moment(when)
