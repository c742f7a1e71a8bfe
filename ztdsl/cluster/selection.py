"""Which cluster is read, as whom, and what of it: the words that `kubectl` takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

DEFAULT_TIMEOUT: Final = "30s"
_SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_PART: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")


@dataclass(frozen=True, slots=True)
class Selection:
    """What to read; the names of `kubectl`'s own flags.

    Attributes:
        context: the context of the kubeconfig; the current one if None.
        kubeconfig: the file; what `KUBECONFIG` names, else the user's own, if None.
        impersonate: the user to act as (`--as`).
        namespaces: where to look; everywhere if None.
        request_timeout: how long one request may take: seconds, or a number with a unit; `0` for no limit.
        workloads: whether to read pods and services, too.
    """

    context: str | None = None
    kubeconfig: str | None = None
    impersonate: str | None = None
    namespaces: tuple[str, ...] | None = None
    request_timeout: str = DEFAULT_TIMEOUT
    workloads: bool = False


def is_namespace(name: str) -> bool:
    """Whether a namespace may have that name (RFC 1123, a label)."""
    return _LABEL.fullmatch(name) is not None


def seconds(duration: str) -> float:
    """How long a duration is, as `kubectl` reads it: seconds, or Go's numbers with units (`1m30s`).

    Raises:
        ValueError: it is no duration.
    """
    if duration.isascii() and duration.isdecimal():
        return float(duration)
    parts = _PART.findall(duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        message = f"`{duration}` is no duration"
        raise ValueError(message)
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
