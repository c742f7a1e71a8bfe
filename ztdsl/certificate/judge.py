"""What is wrong with what a peer shows: a finding for each fault, however many there are.

Rules of SVIDs are those of the X.509-SVID document (spiffe/spiffe, standards/X509-SVID.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.certificate import spiffe
from ztdsl.certificate.lifetime import in_words, rotation, stamp
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from ztdsl.certificate.chain import Path
    from ztdsl.certificate.facts import Certificate
    from ztdsl.certificate.presented import Presented
    from ztdsl.diagnostics.model import Diagnostic

_WEAK_DIGESTS: Final = frozenset({"SHA-1", "MD5", "MD4", "MD2"})
_LEAST_RSA: Final = 2048
"""NIST SP 800-131A rev. 2, table 2; Envoy's BoringSSL refuses shorter keys, too."""
_LEAST_EC: Final = 224


def of_input(given: Presented) -> Iterator[Diagnostic]:
    """What is wrong with the input as a whole."""
    if given.private_keys:
        count = "a private key" if given.private_keys == 1 else f"{given.private_keys} private keys"
        place = None if given.connection or given.name.startswith("<") else Label(Span(given.name))
        yield diagnostic(
            "ZT741",
            f"`{given.name}` holds {count} beside the certificates",
            place,
            notes=["the key is not decoded, not shown and not kept, and it should not have left its pod or Secret"],
            help=["give the certificates alone, as with `kubectl get secret NAME -o jsonpath='{.data.tls\\.crt}'`"],
        )


def of_leaf(leaf: Certificate, rest: Sequence[Certificate]) -> Iterator[Diagnostic]:
    """What keeps the first certificate from being a workload's SVID; `rest` stands after it in the chain."""
    meant = next((each for each in rest if leaf.is_ca and not each.is_ca), None)
    help_ = [] if meant is None else [f"a workload's own certificate comes first: {meant.origin} is no CA"]
    yield from _names(leaf)
    for fault in _leaf_faults(leaf):
        yield _finding("ZT745", f"{leaf.origin} may not stand for a workload: {fault}", leaf, help=help_)
        help_ = []


def of_path(found: Path, now: datetime, *, is_workload: bool) -> Iterator[Diagnostic]:
    """What is wrong with the certificates of a path, their dates, and the links between them.

    Args:
        found: the path.
        now: the instant that counts.
        is_workload: whether the first certificate has an identity that Istio's agent would replace in time.
    """
    for number, each in enumerate(found.certificates):
        yield from _dates(each, now)
        yield from _strength(each, is_anchor=each is found.anchor)
        if number:
            yield from _issuer(each)
    for link in found.links:
        for fault in link.faults:
            yield _finding(fault.code, f"{link.below.origin} does not hold: {fault.message}", link.below)
    if found.gap is not None:
        last = found.certificates[-1]
        yield _finding(
            found.gap.code,
            f"{last.origin} leads to no trusted CA: {found.gap.message}",
            last,
            help=["either an intermediate certificate is missing, or a CA signed it that this mesh does not trust"],
        )
    leaf = found.certificates[0]
    if is_workload and leaf.not_before <= now <= leaf.not_after and now > rotation(leaf).latest:
        left = in_words(leaf.not_after - now)
        yield _finding(
            "ZT751",
            f"{leaf.origin} should have been replaced by {stamp(rotation(leaf).latest)}; it expires in {left}",
            leaf,
            notes=[
                "Istio's agent replaces a certificate when half of its lifetime is left, unless it is told otherwise"
            ],
            help=["look at the log of the pod's istio-proxy: its agent cannot get a new certificate from the CA"],
        )


def _names(leaf: Certificate) -> Iterator[Diagnostic]:
    if leaf.undecoded:
        yield _finding("ZT744", f"the extensions of {leaf.origin} cannot be decoded: {leaf.undecoded[0]}", leaf)
        return
    if len(leaf.uris) != 1:
        notes = [f"its URI names are {_listed(leaf.uris)}"] if leaf.uris else []
        notes += [f"its DNS names are {_listed(leaf.dns)}"] if leaf.dns and not leaf.uris else []
        count = f"{len(leaf.uris)} URI names" if leaf.uris else "no URI name"
        message = f"{leaf.origin} has {count}, and an SVID has exactly one"
        yield _finding("ZT742", message, leaf, notes=notes)
    for uri in leaf.uris:
        faults = spiffe.problems(uri)
        if not faults and not spiffe.parse(uri).path.strip("/"):
            faults = ["it has no path, so that it names a trust domain and no workload"]
        for fault in faults:
            yield _finding("ZT744", f"`{uri[:200]}` is no workload's SPIFFE ID: {fault}", leaf)


def _leaf_faults(leaf: Certificate) -> Iterator[str]:
    if leaf.is_ca:
        yield "it is a CA (basic constraints), which is no peer"
    if leaf.undecoded:
        return
    if leaf.key_usage is None:
        yield "it has no key usage, which every SVID has"
    else:
        if not leaf.is_key_usage_critical:
            yield "its key usage is not marked critical"
        if "digitalSignature" not in leaf.key_usage:
            yield "its key usage lacks digitalSignature"
        for wrong in ("keyCertSign", "cRLSign"):
            if wrong in leaf.key_usage:
                yield f"its key usage has {wrong}, which is for CAs"
    lacking = [each for each in ("serverAuth", "clientAuth") if leaf.purposes is not None and each not in leaf.purposes]
    if lacking:
        yield f"its extended key usage lacks {' and '.join(lacking)}"
    if leaf.unknown_critical:
        yield f"it has a critical extension that no proxy knows ({', '.join(leaf.unknown_critical)})"


def _issuer(above: Certificate) -> Iterator[Diagnostic]:
    """What the document asks of a signing certificate that is itself an SVID, beyond what RFC 5280 asks of any."""
    for uri in above.uris:
        if not uri.startswith("spiffe:"):
            continue
        if spiffe.parse(uri).path:
            message = f"{above.origin} is a CA, and its SPIFFE ID `{uri[:200]}` has a path, as only a workload's has"
            yield _finding("ZT746", message, above)
        if above.key_usage is None:
            message = f"{above.origin} is a CA with a SPIFFE ID and no key usage; such a CA has keyCertSign"
            yield _finding("ZT746", message, above)


def _dates(each: Certificate, now: datetime) -> Iterator[Diagnostic]:
    at = f"at {stamp(now)}"
    if each.not_after < each.not_before:
        yield _finding("ZT749", f"{each.origin} is never valid: it ends before it begins", each)
    elif now > each.not_after:
        ago = in_words(now - each.not_after)
        yield _finding("ZT749", f"{each.origin} expired at {stamp(each.not_after)}, {ago} ago ({at})", each)
    elif now < each.not_before:
        ahead = in_words(each.not_before - now)
        message = f"{each.origin} is valid only from {stamp(each.not_before)}, in {ahead} ({at})"
        yield _finding("ZT750", message, each, help=["compare the clocks of this machine and of the CA"])


def _strength(each: Certificate, *, is_anchor: bool) -> Iterator[Diagnostic]:
    """A key or a signature that is too weak; the signature of a trusted CA on itself proves nothing anyway."""
    bits = each.key_bits or 0
    if (each.key == "RSA" and bits < _LEAST_RSA) or (each.key.startswith("ECDSA") and bits < _LEAST_EC):
        least = _LEAST_RSA if each.key == "RSA" else _LEAST_EC
        yield _finding("ZT752", f"{each.origin} has a key of {bits} bits ({each.key}); {least} is the least", each)
    if each.key.startswith(("DSA", "unknown")):
        yield _finding("ZT752", f"{each.origin} has a key of a kind that no proxy takes: {each.key}", each)
    if each.digest in _WEAK_DIGESTS and not is_anchor:
        yield _finding("ZT752", f"{each.origin} is signed with {each.digest}, which can be forged", each)


def _finding(
    code: str,
    message: str,
    certificate: Certificate,
    *,
    notes: list[str] | None = None,
    help: list[str] | None = None,  # noqa: A002 - the word that reports print
) -> Diagnostic:
    place = None if certificate.place is None else Label(certificate.place)
    return diagnostic(code, message, place, notes=notes or [], help=help or [])


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{each[:200]}`" for each in names[:10]) + (", ..." if len(names) > 10 else "")  # noqa: PLR2004
