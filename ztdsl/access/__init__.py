"""What a change of manifests opens and closes, by workload and port, each with a request that shows it.

It is searched for requests that the two sets decide differently, among all combinations of the values on both sides of
every test of every rule that applies where an object changed. What is found is replayed on the evaluator.
"""

from __future__ import annotations

from ztdsl.access.change import access_change
from ztdsl.access.effect import Access, Effect

__all__ = ["Access", "Effect", "access_change"]
