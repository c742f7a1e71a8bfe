"""Access logs: which proxies write down what they decide, and why they are asked to."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ztdsl.dsl.declaration import Declaration, as_tuple, collected
from ztdsl.quick import KW_ONLY, dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from ztdsl.dsl.workloads import Gateway, MeshDefaults, Namespace, Service

    Logged: TypeAlias = Namespace | Service | Gateway | MeshDefaults

PROVIDER: Final = "ztc"
"""The extension provider that writes the format which `ztc` reads."""


class Entries(StrEnum):
    """Which requests and connections an access log tells of."""

    DENIED = "denied"
    ALL = "all"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AccessLog(Declaration):
    """One access log; made by `log_denied` and `log_all`."""

    entries: Entries
    of: Logged | Sequence[Logged]
    _: KW_ONLY
    because: str
    provider: str = PROVIDER

    def __post_init__(self) -> None:
        """Copy what could change later."""
        as_tuple(self, "of")


@collected
def log_denied(of: Logged | Sequence[Logged], *, because: str, provider: str = PROVIDER) -> AccessLog:
    """What is refused, what a dry run would refuse, and what an `audit` rule marks is written to the access log.

    Args:
        of: the services, gateways and namespaces whose proxies write; the policy's `MeshDefaults` are all sidecars.
        because: why, for the next reader; becomes a comment beside the log.
        provider: the extension provider of the mesh that writes, which `ztc build --mesh-config` prints.
    """
    return AccessLog(Entries.DENIED, of, because=because, provider=provider)


@collected
def log_all(of: Logged | Sequence[Logged], *, because: str, provider: str = PROVIDER) -> AccessLog:
    """Every request and connection is written to the access log; arguments as for `log_denied`."""
    return AccessLog(Entries.ALL, of, because=because, provider=provider)
