"""Trust-domain aliases: what istiod makes of the identities in a rule before it builds filters from it.

Source: Istio `pilot/pkg/security/trustdomain/bundle.go` and `util.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LOCAL: Final = "cluster.local"
_PARTS: Final = 5


def expand_principals(values: Iterable[str], trust_domains: Sequence[str]) -> tuple[str, ...]:
    """`values` with each identity of the mesh's own trust domain repeated for every name of that domain.

    `cluster.local` stands for the mesh's own whatever its name is. Values of another form, or of a foreign trust
    domain, stay as they are.
    """
    expanded: list[str] = []
    for value in values:
        domain, *rest = value.split("/")
        if len(rest) != _PARTS - 1 or domain == "*" or not _belongs(domain, trust_domains):
            expanded.append(value)
            continue
        tail = "/".join(rest)
        copies = (value if _ends(name, domain) else f"{name}/{tail}" for name in trust_domains)
        expanded.extend(dict.fromkeys(copies))
    return tuple(expanded)


def expand_trust_domains(values: Iterable[str], trust_domains: Sequence[str]) -> tuple[str, ...]:
    """`values` with each exact name of the mesh's own trust domain replaced by all of its names, each once."""
    return tuple(
        dict.fromkeys(name for value in values for name in (trust_domains if value in trust_domains else (value,)))
    )


def _belongs(domain: str, trust_domains: Sequence[str]) -> bool:
    return domain == _LOCAL or any(
        name in {domain, "*"}
        or _begins(domain, name)
        or _begins(name, domain)
        or _ends(domain, name)
        or _ends(name, domain)
        for name in trust_domains
    )


def _begins(text: str, pattern: str) -> bool:
    return pattern.endswith("*") and text.startswith(pattern[:-1])


def _ends(text: str, pattern: str) -> bool:
    return pattern.startswith("*") and text.endswith(pattern[1:])
