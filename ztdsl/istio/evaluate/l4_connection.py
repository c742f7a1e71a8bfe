"""What ztunnel sees of a connection: addresses, the port, and the identity that it proves.

Source: ztunnel `src/rbac.rs`, `src/tls/{certificate,workload}.rs`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from ztdsl.istio.evaluate.facts import LackingFactError
from ztdsl.traffic.addresses import parse_address, within
from ztdsl.traffic.request import Tls

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.istio.evaluate.truth import Truth
    from ztdsl.traffic.addresses import Address
    from ztdsl.traffic.request import Request

Strings: TypeAlias = tuple[str, ...]

_PARTS: Final = 5
_SCHEME: Final = "spiffe://"


class Connection:
    """What ztunnel sees of a connection; `parts` are those of the identity that it proves."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.is_mutual = request.tls is Tls.MTLS
        self.parts = _parts(request.peer) if self.is_mutual else None

    def comes_from(self, blocks: Strings) -> Truth:
        """Whether the peer's address lies in one of `blocks`."""
        return _lies_in(self.request.source_ip, "source_ip", blocks)

    def goes_to(self, blocks: Strings) -> Truth:
        """Whether the called address lies in one of `blocks`."""
        return _lies_in(self.request.to.ip, "to.ip", blocks)

    def goes_to_port(self, ports: Strings) -> Truth:
        """Whether the called port is one of `ports`."""
        port = self.request.to.port
        return LackingFactError("to.port") if port is None else str(port) in ports

    def has_principal(self, patterns: Strings) -> Truth:
        """Whether the proved identity, without its scheme, has the form of one of `patterns`."""
        return self.parts is not None and any(_fits(each, "/".join(self.parts)) for each in patterns)

    def has_namespace(self, patterns: Strings) -> Truth:
        """Whether the namespace of the proved identity has the form of one of `patterns`."""
        return self.parts is not None and any(_fits(each, self.parts[2]) for each in patterns)

    def has_account(self, accounts: Strings) -> Truth:
        """Whether one of `accounts`, which are `NAMESPACE/NAME`, is the client's, in whatever trust domain."""
        return self.parts is not None and f"{self.parts[2]}/{self.parts[4]}" in accounts


def _parts(identity: str | None) -> list[str] | None:
    """The five parts of an identity that ztunnel can read; None of any other."""
    if identity is None or not identity.startswith(_SCHEME):
        return None
    parts = identity.removeprefix(_SCHEME).split("/")
    return parts if len(parts) == _PARTS and parts[1] == "ns" and parts[3] == "sa" else None


def _fits(pattern: str, text: str) -> bool:
    if pattern == "*":
        return text != ""
    if pattern.startswith("*"):
        return text.endswith(pattern[1:])
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


@lru_cache(maxsize=1024)
def _containing(blocks: Strings) -> Callable[[Address], bool]:
    return within(blocks)


def _lies_in(address: str | None, name: str, blocks: Strings) -> Truth:
    if address is None:
        return LackingFactError(name)
    try:
        parsed = parse_address(address)
    except ValueError:
        return LackingFactError(f"{name}, which is no address")
    return _containing(blocks)(parsed)
