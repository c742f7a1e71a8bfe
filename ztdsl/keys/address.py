"""What can be said of the address of a key set without asking it.

istiod fetches keys from within the cluster, without a certificate of the mesh, by whatever scheme the address names
(Istio `pilot/pkg/model/jwks_resolver.go`).
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ztdsl.diagnostics.catalogue import diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.diagnostics.model import Diagnostic, Label

_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
_LABELS_OF_A_SERVICE: Final = 3
_CREDENTIALS: Final = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*:/*)[^/?#]*@")


def judge_address(uri: str, place: Label | None) -> tuple[Diagnostic, ...]:
    """The findings of an address from which keys are fetched."""
    return tuple(diagnostic("ZT778", message, place, notes=notes, help=help_) for message, notes, help_ in _faults(uri))


def _faults(uri: str) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    parts = urlsplit(uri)
    host = parts.hostname or ""
    if parts.scheme == "http":
        yield (
            "the keys are fetched without authentication",
            ("whoever answers in the server's place can sign tokens",),
            ("use its `https` address",),
        )
    if is_in_cluster(host):
        yield (
            f"`{host}` is a host of the cluster",
            (
                "istiod fetches without a certificate of the mesh, and is refused where mutual TLS is required",
                "without keys every token is refused",
            ),
            ("make its port permissive, or write the keys beside the policy with `ztc keys vendor`",),
        )
    elif (address := _literal(host)) is not None and not is_public(address):
        yield (
            f"`{host}` is a private address",
            ("who fetches it depends on the network; istiod may be told not to (`BLOCKED_CIDRS_IN_JWKS_URIS`)",),
            ("name a server whose certificate is for its name",),
        )


def without_credentials(uri: str) -> str:
    """`uri` as it may be shown: what stands before an `@` in its authority is left out."""
    return _CREDENTIALS.sub(r"\1***@", uri, count=1)


def is_in_cluster(host: str) -> bool:
    """Whether `host` is the name of a Service: a lone label, or `service.namespace.svc` and what may follow it."""
    labels = host.rstrip(".").split(".")
    if len(labels) == 1:
        return bool(host) and host != "localhost" and _literal(host) is None
    return len(labels) >= _LABELS_OF_A_SERVICE and labels[2] == "svc"


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether everybody may be at the other end of `address`, those within it that it carries included."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _TRANSLATED:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
