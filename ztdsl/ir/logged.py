"""Which access logs of a model tell of a workload."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.ir.model import Log


def written(logs: Iterable[Log], namespace: str, workload: str) -> tuple[Log, ...]:
    """What the proxies of a workload write: of each provider the log that is declared nearest, by provider."""
    rank = {(None, None): 0, (namespace, None): 1, (namespace, workload): 2}
    about = [log for log in logs if (log.namespace, log.workload) in rank]
    about.sort(key=lambda log: rank[log.namespace, log.workload])
    nearest = {log.provider.lower(): log for log in about}
    return tuple(nearest[provider] for provider in sorted(nearest))
