"""Names of objects: made from the workload and the effect alone, so that they never collide or move.

A workload's objects end in `-allow`, `-deny`, `-audit` (with `-dry-run` and `-2`, `-3`, … behind them), `-mtls`,
`-jwt` or `-log`; no object of a namespace or of the mesh ends so, and a workload's name is a DNS label.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ztdsl.ir.model import Effect

DEFAULT_MTLS: Final = "default"
ALLOW_NOTHING: Final = "allow-nothing"
LOGGING: Final = "logging"


def authorization(workload: str | None, effect: Effect, *, is_dry_run: bool, part: int) -> str:
    """The name of an AuthorizationPolicy; `workload` is None for a namespace, `part` counts from 1."""
    stem = f"{workload}-{effect}" if workload is not None else f"{effect}-every-workload"
    return _numbered(f"{stem}-dry-run" if is_dry_run else stem, part)


def request_authentication(workload: str, *, part: int) -> str:
    """The name of a workload's RequestAuthentication; `part` counts from 1."""
    return _numbered(f"{workload}-jwt", part)


def peer_authentication(workload: str) -> str:
    """The name of a workload's PeerAuthentication."""
    return f"{workload}-mtls"


def access_log(workload: str | None) -> str:
    """The name of a Telemetry; `workload` is None for a namespace or the mesh."""
    return LOGGING if workload is None else f"{workload}-log"


def _numbered(name: str, part: int) -> str:
    return name if part == 1 else f"{name}-{part}"
