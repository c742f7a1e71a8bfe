"""Name constraints of a CA on URI and DNS names (RFC 5280, section 4.2.1.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509

from ztdsl.certificate.spiffe import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ztdsl.certificate.facts import Certificate


def names_outside(above: Certificate, leaf: Certificate) -> Iterator[str]:
    """The URI and DNS names of `leaf` for which `above` may not issue, in words."""
    try:
        constraints = above.x509.extensions.get_extension_for_class(x509.NameConstraints).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return
    for kind, names, hosts in (
        (x509.UniformResourceIdentifier, leaf.uris, [parse(each).trust_domain for each in leaf.uris]),
        (x509.DNSName, leaf.dns, list(leaf.dns)),
    ):
        permitted = _values(constraints.permitted_subtrees, kind)
        excluded = _values(constraints.excluded_subtrees, kind)
        below = kind is x509.DNSName
        for name, host in zip(names, hosts, strict=True):
            is_permitted = not permitted or any(_within(host, each, below=below) for each in permitted)
            if not is_permitted or any(_within(host, each, below=below) for each in excluded):
                yield f"`{name}`"


def _values(trees: Iterable[x509.GeneralName] | None, kind: type[x509.GeneralName]) -> list[str]:
    return [str(each.value) for each in trees or () if isinstance(each, kind)]


def _within(host: str, constraint: str, *, below: bool) -> bool:
    """Whether a host is within a constraint; names below it are, if it is one on DNS names or begins with a dot."""
    host, constraint = host.lower(), constraint.lower()
    if constraint.startswith("."):
        return host.endswith(constraint)
    return host == constraint or not constraint or (below and host.endswith(f".{constraint}"))
