"""How long a certificate holds, and when Istio's agent replaces it.

The agent asks for a new certificate when half of the lifetime is left, give or take one part in a hundred
(SECRET_GRACE_PERIOD_RATIO and SECRET_GRACE_PERIOD_RATIO_JITTER in pilot/cmd/pilot-agent/options/options.go,
`rotateTime` in security/pkg/nodeagent/cache/secretcache.go). It counts from the moment at which it got the
certificate, which istiod's CA makes valid two minutes before (`ClockSkewGracePeriod` in
security/pkg/pki/util/generate_cert.go).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from ztdsl.certificate.facts import Certificate

_RATIO: Final = 0.5
_JITTER: Final = 0.01
_BACKDATED: Final = timedelta(minutes=2)
_PARTS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


class Rotation(NamedTuple):
    """Between which instants the agent replaces a certificate, with its default settings."""

    earliest: datetime
    latest: datetime


def rotation(certificate: Certificate) -> Rotation:
    """When Istio's agent would replace a certificate that it got when it was made."""
    lifetime = certificate.not_after - certificate.not_before
    shorter = max(lifetime - _BACKDATED, timedelta(0))
    return Rotation(
        certificate.not_after - lifetime * (_RATIO + _JITTER), certificate.not_after - shorter * (_RATIO - _JITTER)
    )


def stamp(moment: datetime) -> str:
    """An instant as RFC 3339 writes it, in UTC and whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year > 999 else f"{moment:%m-%d} of year {moment.year}"  # noqa: PLR2004


def in_words(span: timedelta) -> str:
    """A length of time in its two largest units, such as `11 h 58 min`."""
    seconds = int(abs(span).total_seconds())
    words: list[str] = []
    for size, unit in _PARTS:
        count, seconds = divmod(seconds, size)
        if count or words:
            words.append(f"{count} {unit}")
        if len(words) == 2:  # noqa: PLR2004
            break
    return " ".join(word for word in words if not word.startswith("0 ")) or "0 s"
