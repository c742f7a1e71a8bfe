"""Our own form of an inventory: a list of workloads under the key `workloads`.

Each has `namespace` and `name`, and may have `labels` (`app: NAME` where there are none), `service_account`, `kind`
(`service` or `gateway`) and `ports`, each with `container`, `service`, `name` and `protocol` (`http` or `tcp`).
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label
from ztdsl.manifests.known import KnownPort, KnownWorkload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.manifests.source import Source

_KEYS: Final = ("namespace", "name", "labels", "service_account", "kind", "ports")
_PORT_KEYS: Final = frozenset({"container", "service", "name", "protocol"})
_LARGEST_PORT: Final = 65_535


def is_inventory(plain: object) -> bool:
    """Whether a document is of our own form."""
    return isinstance(plain, dict) and "workloads" in plain and "kind" not in plain


def listed(source: Source, number: int, plain: object, problems: list[Diagnostic]) -> Iterator[KnownWorkload]:
    """The workloads under `workloads`; each entry that is not one is a problem at its place."""
    if not isinstance(plain, list):
        problems.append(_misfit(source, number, ("workloads",), "`workloads` is not a list"))
        return
    for index, each in enumerate(plain):
        wrong = _wrong(each)
        if wrong is not None:
            message, advice = wrong
            problems.append(_misfit(source, number, ("workloads", index), message, *advice))
            continue
        yield KnownWorkload(
            each["namespace"],
            each["name"],
            each.get("labels", {"app": each["name"]}),
            tuple(_port(port) for port in each.get("ports", [])),
            each.get("service_account"),
            each.get("kind", "service"),
        )


def _port(port: dict[str, Any]) -> KnownPort:
    return KnownPort(port["container"], port.get("service"), port.get("name"), port.get("protocol"))


def _wrong(plain: Any) -> tuple[str, list[str]] | None:  # noqa: ANN401 - what a file holds
    """What is wrong with one entry, and advice; None if nothing is."""
    if not isinstance(plain, dict):
        return "an entry of `workloads` is not an object", []
    unknown = next((key for key in plain if key not in _KEYS), None)
    if unknown is not None:
        near = get_close_matches(unknown, _KEYS, n=1)
        advice = f"did you mean `{near[0]}`?" if near else f"a workload has {', '.join(_KEYS)}"
        return f"unknown key `{unknown}`", [advice]
    if not all(isinstance(plain.get(key), str) and plain[key] for key in ("namespace", "name")):
        return "a workload needs `namespace` and `name`", []
    labels = plain.get("labels", {})
    if not isinstance(labels, dict) or not all(isinstance(value, str) for value in labels.values()):
        return "`labels` maps names to texts", []
    if plain.get("kind", "service") not in ("service", "gateway"):
        return "`kind` is service or gateway", []
    if not isinstance(plain.get("service_account", ""), str):
        return "`service_account` is a text", []
    ports = plain.get("ports", [])
    if not isinstance(ports, list) or not all(_is_port(port) for port in ports):
        return (
            "`ports` is a list of objects with `container` (a number), `service`, `name`, `protocol` (http or tcp)",
            [],
        )
    return None


def _is_port(port: Any) -> bool:  # noqa: ANN401 - what a file holds
    return (
        isinstance(port, dict)
        and port.keys() <= _PORT_KEYS
        and _is_number(port.get("container"))
        and (port.get("service") is None or _is_number(port["service"]))
        and isinstance(port.get("name", ""), str)
        and port.get("protocol") in (None, "http", "tcp")
    )


def _is_number(value: object) -> bool:
    return type(value) is int and 0 < value <= _LARGEST_PORT


def _misfit(source: Source, number: int, path: tuple[str | int, ...], message: str, *advice: str) -> Diagnostic:
    return diagnostic("ZT029", message, Label(source.span(number, path)), help=advice)
