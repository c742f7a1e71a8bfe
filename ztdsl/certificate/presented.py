"""What an input holds: chains that are shown, certificates that stand beside them, and how it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ztdsl.certificate.facts import Certificate


class Chain(NamedTuple):
    """Certificates as a peer shows them, its own first.

    Attributes:
        name: what the input calls it; None where it has no name.
        certificates: at least one.
    """

    name: str | None
    certificates: tuple[Certificate, ...]


class Connection(NamedTuple):
    """How a live server was met.

    Attributes:
        server: `host:port` as it was asked for.
        server_name: the name that was asked for in TLS; None where it is an address.
        protocol: such as `TLSv1.3`; None where the handshake was not finished.
        refusal: why the server broke the handshake off after it had shown its certificate; None where it did not.
        showed_own: whether a client certificate was shown to it.
    """

    server: str
    server_name: str | None
    protocol: str | None
    refusal: str | None
    showed_own: bool


class Presented(NamedTuple):
    """All that one input holds.

    Attributes:
        name: what it is called: a file's name, `<stdin>`, `host:port`.
        form: in words, such as `PEM`.
        chains: at least one.
        beside: CA certificates that the input gives as the ones to trust; they prove nothing by themselves.
        private_keys: how many private keys it holds.
        connection: how the server was met; None for what is no server.
    """

    name: str
    form: str
    chains: tuple[Chain, ...]
    beside: tuple[Certificate, ...] = ()
    private_keys: int = 0
    connection: Connection | None = None
