"""From a certificate up to a CA, link by link, each with the reasons why it does not hold.

The links are checked here rather than by a library for TLS servers: those want a DNS name, which a workload's
certificate need not have, and stop at the first fault. The rules are those of RFC 5280, sections 4.2.1.3, 4.2.1.9
and 6.1; revocation is not looked at, as Istio's proxies do not look at it either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.certificate.outside import names_outside
from ztdsl.certificate.signature import Unverifiable, has_signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ztdsl.certificate.facts import Certificate

_LONGEST: Final = 16


class Fault(NamedTuple):
    """Why a link does not hold: the code of a finding, and one phrase."""

    code: str
    message: str


class Link(NamedTuple):
    """A certificate and the one that should have issued it; `faults` is empty where it has."""

    below: Certificate
    above: Certificate
    faults: tuple[Fault, ...]


class Path(NamedTuple):
    """How far a chain leads.

    Attributes:
        certificates: from the first up to the last that was found.
        links: between them.
        anchor: the trusted CA that it leads to, whether its links hold or not; None where it leads to none.
        gap: why it leads no further; None where it leads to a trusted CA.
        unused: certificates that were shown and that the path does not need.
    """

    certificates: tuple[Certificate, ...]
    links: tuple[Link, ...]
    anchor: Certificate | None
    gap: Fault | None
    unused: tuple[Certificate, ...]

    @property
    def is_trusted(self) -> bool:
        """Whether it leads to a trusted CA by links that all hold."""
        return self.anchor is not None and not any(link.faults for link in self.links)


def path(shown: Sequence[Certificate], anchors: Sequence[Certificate], *, has_anchors: bool) -> Path:
    """The path from the first certificate of `shown`.

    Args:
        shown: the certificates that are shown, in their order.
        anchors: the CAs that are trusted.
        has_anchors: whether any were given; without them the path ends where what is shown ends.
    """
    trusted = {each.fingerprint for each in anchors}
    found = [shown[0]]
    links: list[Link] = []
    rest = [each for each in shown[1:] if each.fingerprint != shown[0].fingerprint]
    while found[-1].fingerprint not in trusted and len(found) < _LONGEST:
        above = _issuer(found[-1], [*anchors, *rest])
        if above is None or above in found:
            break
        links.append(Link(found[-1], above, tuple(_faults(found, above, is_anchor=above.fingerprint in trusted))))
        found.append(above)
        rest = [each for each in rest if each.fingerprint != above.fingerprint]
    last = found[-1]
    anchor = last if last.fingerprint in trusted else None
    gap = None if anchor is not None or not has_anchors else _gap(last, anchors)
    unused = tuple(each for each in rest if each.fingerprint not in trusted)
    return Path(tuple(found), tuple(links), anchor, gap, unused)


def _issuer(below: Certificate, candidates: Iterable[Certificate]) -> Certificate | None:
    """The certificate that signed `below`, else one that has the name of its issuer, else None."""
    named = [each for each in candidates if each.x509.subject == below.x509.issuer]
    signed = next((each for each in named if _signature_fault(below, each) is None), None)
    other = [each for each in named if each.fingerprint != below.fingerprint]
    return signed or next(iter(other), None)


def _gap(last: Certificate, anchors: Sequence[Certificate]) -> Fault:
    """Why no trusted CA is reached from `last`."""
    named = ", ".join(f"`{each.subject}`" for each in anchors[:3])
    if last.is_self_issued:
        return Fault("ZT748", f"`{last.subject}` is a CA of its own and none of those that are trusted ({named})")
    stray = next((each for each in anchors if _signature_fault(last, each) is None), None)
    if stray is not None:
        return Fault(
            "ZT747", f"its issuer is `{last.issuer}`, and the CA whose key signed it calls itself `{stray.subject}`"
        )
    return Fault(
        "ZT748",
        f"its issuer `{last.issuer}` is neither shown nor one of the CAs that are trusted ({named})",
    )


def _faults(found: Sequence[Certificate], above: Certificate, *, is_anchor: bool) -> Iterable[Fault]:
    """Everything that is wrong with `above` as the issuer of the last one of `found`."""
    signature = _signature_fault(found[-1], above)
    if signature is not None:
        yield Fault("ZT748", signature.message) if is_anchor else signature
    name = above.subject or "without a subject"
    if above.is_ca is not True:
        yield Fault("ZT746", f"`{name}` is no CA: its basic constraints do not say so")
    if above.key_usage is not None and "keyCertSign" not in above.key_usage:
        yield Fault("ZT746", f"the key of `{name}` may not sign certificates: its key usage lacks keyCertSign")
    between = sum(not each.is_self_issued for each in found[1:])
    if above.path_length is not None and between > above.path_length:
        allowed = "no CA" if above.path_length == 0 else f"at most {above.path_length} CAs"
        yield Fault("ZT746", f"`{name}` allows {allowed} below itself; below it stand {between}")
    for outside in names_outside(above, found[0]):
        yield Fault("ZT746", f"`{name}` may not issue for {outside}: its name constraints exclude it")


def _signature_fault(below: Certificate, above: Certificate) -> Fault | None:
    try:
        if has_signed(above, below):
            return None
    except Unverifiable as error:
        return Fault("ZT747", f"the signature cannot be verified with the key of `{above.subject}`: {error}")
    message = f"the signature does not verify with the key of `{above.subject}`: another key signed it"
    return Fault("ZT747", message)
