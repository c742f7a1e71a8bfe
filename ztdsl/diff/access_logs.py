"""A Telemetry's access logs in one form: what Istio reads in them, and when their order says something.

Istio goes through the logs of an object for each mode, and the last one that names a provider counts. A log without
providers is for those of the log before, be that the last one of an object further up. Where neither happens, the logs
before the last can stand in any order.
Sources: Istio `pilot/pkg/model/telemetry.go` (mergeLogs, matchWorkloadMode, namespaceWideTelemetryConfig),
istio/api `telemetry/v1alpha1/telemetry.proto`.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any, Final

LOGGING: Final = "Telemetry"
LOGS: Final = "accessLogging"
PROVIDERS: Final = "providers"
_ORDER: Final = (PROVIDERS, "match", "disabled", "filter")
_BOTH: Final = "CLIENT_AND_SERVER"
_SIDES: Final = frozenset({"CLIENT", "SERVER"})


def access_log(log: Any) -> Any:  # noqa: ANN401 - what an object holds
    """One log without its defaults: both modes, and not being disabled; a filter that is there counts, even empty."""
    if not isinstance(log, dict):
        return log
    kept = {key: log[key] for key in (*_ORDER, *log) if key in log and log[key] not in (None, [])}
    for key in ("match", "filter"):
        if isinstance(kept.get(key), dict):
            kept[key] = {name: value for name, value in kept[key].items() if value not in (None, "")}
    if kept.get("match") in ({}, {"mode": _BOTH}):
        del kept["match"]
    if kept.get("disabled") is False:
        del kept["disabled"]
    return kept


def selects_all(selector: object) -> bool:
    """Whether a selector is there and empty, which a Telemetry has for its whole namespace, as without one."""
    return isinstance(selector, dict) and not {key: value for key, value in selector.items() if value}


def may_be_reordered(logs: list[Any]) -> bool:
    """Whether the order of the access logs before the last says nothing."""
    if not all(isinstance(log, dict) and _names(log) for log in logs):
        return False
    pairs = combinations(logs, 2)
    return all(_names(one).isdisjoint(_names(other)) or _are_apart(one, other) for one, other in pairs)


def _names(log: dict[str, Any]) -> frozenset[str]:
    """The names of the providers in small letters: Istio finds a provider in any case."""
    given = log.get(PROVIDERS)
    found = given if isinstance(given, list) else ()
    return frozenset(str(each.get("name")).lower() for each in found if isinstance(each, dict))


def _are_apart(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether one is for clients alone and the other for servers alone."""
    return {_mode(one), _mode(other)} == _SIDES


def _mode(log: dict[str, Any]) -> object:
    match = log.get("match")
    return match.get("mode", _BOTH) if isinstance(match, dict) else _BOTH
