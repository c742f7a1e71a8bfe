"""An inspection as text."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from ztdsl.certificate.lifetime import in_words, rotation, stamp
from ztdsl.certificate.workload import Standing
from ztdsl.diagnostics.formats.escape import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ztdsl.certificate.facts import Certificate
    from ztdsl.certificate.inspection import Around, Inspected, Inspection
    from ztdsl.certificate.presented import Connection

_COLUMN: Final = 16
_STANDING: Final = {
    Standing.OWN: "the mesh's own",
    Standing.ALIAS: "an alias of the mesh's own, `{own}`: issued before or during a change of name",
    Standing.FEDERATED: "federated: another mesh's, whose identities policies of this mesh may name",
    Standing.FOREIGN: "none that the mesh knows",
}


def heading(inspection: Inspection, width: int) -> Iterator[str]:
    """What was looked at, and when."""
    given = inspection.given
    yield from _wrapped(
        f"{visible(given.name)}, {given.form}, looked at as of {stamp(inspection.around.now)}", "", width
    )
    if given.connection is not None:
        yield from _row("server", _connection(given.connection), width)
    if given.private_keys:
        yield from _row("private keys", f"{given.private_keys}, not shown", width)


def chain(each: Inspected, around: Around, width: int) -> Iterator[str]:
    """One chain: who it is, the certificates, the links."""
    leaf = each.chain.certificates[0]
    yield "Identity" if each.chain.name is None else f"Identity of {visible(each.chain.name)}"
    yield from _identity(each, around, width)
    yield from _row("valid", _validity(leaf, around.now), width)
    if each.identity is not None and each.identity.workload is not None:
        due = rotation(leaf)
        late = "; that is past" if around.now > due.latest else ""
        between = f"between {stamp(due.earliest)} and {stamp(due.latest)}"
        yield from _row("replaced", f"{between} by Istio's agent with its default settings{late}", width)
    for number, certificate in enumerate(each.path.certificates, start=1):
        yield ""
        yield from _certificate(number, certificate, is_anchor=certificate is each.path.anchor, width=width)
    yield ""
    yield from _chain(each, around, width)


def _identity(each: Inspected, around: Around, width: int) -> Iterator[str]:
    leaf = each.chain.certificates[0]
    for uri in leaf.uris or ("none",):
        yield from _row("SPIFFE ID", visible(uri), width)
    if each.identity is None:
        return
    domain = f"`{each.identity.trust_domain}`"
    if each.standing is not None and around.mesh is not None:
        yield from _row(
            "trust domain", f"{domain}, {_STANDING[each.standing].format(own=around.mesh.trust_domain)}", width
        )
    else:
        yield from _row("trust domain", f"{domain}; no mesh is described that it could be compared with", width)
    if each.identity.workload is None:
        yield from _row("form", "not Istio's /ns/NAMESPACE/sa/ACCOUNT: policies can name its trust domain only", width)
    else:
        namespace, account = each.identity.workload
        yield from _row("namespace", namespace, width)
        yield from _row("account", account, width)


def _certificate(number: int, each: Certificate, *, is_anchor: bool, width: int) -> Iterator[str]:
    yield f"Certificate {number}{', trusted' if is_anchor else ''}"
    yield from _row("from", visible(each.origin), width)
    yield from _row("subject", visible(each.subject) or "none", width)
    yield from _row("issuer", visible(each.issuer) or "none", width)
    yield from _row("serial", each.serial, width)
    yield from _row("SHA-256", each.fingerprint, width)
    if each.dns:
        yield from _row("DNS names", visible(", ".join(each.dns)), width)
    yield from _row("valid", f"{stamp(each.not_before)} to {stamp(each.not_after)}", width)
    size = "" if each.key_bits is None or each.key.startswith("ECDSA") else f" of {each.key_bits} bits"
    signed = "" if each.digest is None else f", signed with {each.digest}"
    yield from _row("key", f"{each.key}{size}{signed}", width)
    uses = [*(each.key_usage or ("no key usage",)), *(each.purposes or ())]
    if each.is_ca:
        below = "" if each.path_length is None else f", {each.path_length or 'none'} below it"
        uses.insert(0, f"CA{below}")
    yield from _row("use", ", ".join(uses), width)


def _chain(each: Inspected, around: Around, width: int) -> Iterator[str]:
    yield "Chain"
    for number, link in enumerate(each.path.links, start=1):
        if link.faults:
            for fault in link.faults:
                yield from _row(f"{number} to {number + 1}", f"does not hold: {visible(fault.message)}", width)
        else:
            yield from _row(f"{number} to {number + 1}", "holds: issuer, signature, CA, key usage, path length", width)
    for unused in each.path.unused:
        name = f"`{visible(unused.subject)}`" if unused.subject else "without a subject"
        yield from _row("not needed", f"{visible(unused.origin)}, {name}", width)
    yield from _row("leads to", _end(each, around), width)


def _end(each: Inspected, around: Around) -> str:
    if around.anchors_from is None:
        return "not checked: name the CAs that you trust with --ca"
    if each.path.anchor is None:
        return f"none of the CAs of {around.anchors_from}"
    verdict = "a trusted CA" if each.path.is_trusted else "a trusted CA, by links that do not hold"
    return f"{verdict}, of {around.anchors_from}"


def whose(each: Inspected, around: Around, width: int) -> Iterator[str]:
    """Which declared workloads have the identity; nothing where there is no policy."""
    yield "Workload"
    if around.model is None:
        yield from _wrapped("name a policy file to see which workload this is and what it may reach", "  ", width)
    elif each.owner is not None and len(each.owner.workloads) > 1:
        count = len(each.owner.workloads)
        yield from _wrapped(f"{count} workloads share this identity; no rule tells them apart", "  ", width)
    elif each.owner is None or not each.owner.workloads:
        yield "  none that the policy declares"


def _validity(each: Certificate, now: datetime) -> str:
    whole = f"{stamp(each.not_before)} to {stamp(each.not_after)}"
    if now > each.not_after:
        return f"{whole}, expired {in_words(now - each.not_after)} ago"
    if now < each.not_before:
        return f"{whole}, begins in {in_words(each.not_before - now)}"
    return f"{whole}, {in_words(each.not_after - now)} left of {in_words(each.not_after - each.not_before)}"


def _connection(met: Connection) -> str:
    named = "no server name" if met.server_name is None else f"server name {visible(met.server_name)}"
    own = "a client certificate was shown" if met.showed_own else "no client certificate was shown"
    end = f"it refused us after it had shown its own: {met.refusal}" if met.refusal else "it let us in"
    return f"{met.protocol or 'TLS'}, {named}, {own}; {end}"


def _row(name: str, value: str, width: int) -> list[str]:
    return _wrapped(value, f"  {name:<{_COLUMN - 2}}", width)


def _wrapped(words: str, head: str, width: int) -> list[str]:
    return wrap(
        words,
        max(width, 40),
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )
