"""Whether a mesh configuration provides what the access logs of a policy need.

Read are a bare mesh configuration, the ConfigMap `istio`, an `IstioOperator` or `Istio`, and Helm's values.
Source: Istio `pilot/pkg/model/telemetry.go` (fetchProvider: names in any case; an unknown one is passed over).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span, Spot
from ztdsl.diagnostics.source import display_path
from ztdsl.log.provider import providers_of, wanted_format
from ztdsl.manifests.source import Source
from ztdsl.manifests.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.ir.model import Log, Model

Plain = dict[str, Any]

_FILE_LOG: Final = "envoyFileAccessLog"
_OTHER_LOGS: Final = ("envoyHttpAls", "envoyTcpAls", "envoyOtelAls")
"""Providers that send entries to a service, which decides what becomes of them."""
_PLACES: Final[tuple[tuple[str, ...], ...]] = (
    (),
    ("meshConfig",),
    ("spec", "meshConfig"),
    ("spec", "values", "meshConfig"),
)
_PROVIDERS: Final = "extensionProviders"
_SHOWN: Final = 6
_HELP: Final = "`ztc build POLICY --mesh-config FILE` writes what is needed"


def mesh_config_findings(model: Model, file: Path) -> list[Diagnostic]:
    """What the mesh configuration in `file` lacks for the access logs of `model`; empty if there are none."""
    if not model.logs:
        return []
    try:
        providers = _providers(file.name, file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, Unreadable) as error:
        return [_unreadable(file, error)]
    first = {log.provider.lower(): log for log in reversed(model.logs)}
    wanted = wanted_format(model)
    found: list[Diagnostic] = []
    for name in providers_of(model):
        log = first[name.lower()]
        provider = providers.get(name.lower())
        if provider is None or not any(isinstance(provider.get(each), dict) for each in (_FILE_LOG, *_OTHER_LOGS)):
            found.append(_missing(log, file, is_there=provider is not None))
        elif isinstance(provider.get(_FILE_LOG), dict):
            lacking = _lacking(provider[_FILE_LOG], wanted)
            if lacking:
                found.append(_lacks(log, file, lacking))
    return found


def _providers(name: str, text: str) -> dict[str, Plain]:
    """The extension providers of all mesh configurations in a text, by their names in lower case."""
    found: dict[str, Plain] = {}
    for plain in Source(name, text).documents():
        for config in _mesh_configs(name, plain):
            listed = config.get(_PROVIDERS)
            for each in listed if isinstance(listed, list) else ():
                if isinstance(each, dict) and isinstance(each.get("name"), str):
                    found.setdefault(each["name"].lower(), each)
    return found


def _mesh_configs(name: str, plain: object) -> Iterator[Plain]:
    if not isinstance(plain, dict):
        return
    if isinstance(plain.get("items"), list):
        for each in plain["items"]:
            yield from _mesh_configs(name, each)
    inner = _below(plain, ("data", "mesh"))
    if isinstance(inner, str):
        for each in Source(name, inner).documents():
            yield from _mesh_configs(name, each)
    for path in _PLACES:
        found = _below(plain, path)
        if isinstance(found, dict):
            yield found


def _below(plain: object, path: tuple[str, ...]) -> object:
    for key in path:
        plain = plain.get(key) if isinstance(plain, dict) else None
    return plain


def _lacking(log: Plain, wanted: Plain) -> list[str]:
    """The keys of the wanted format that a log does not have with their values."""
    labels = _below(log, ("logFormat", "labels"))
    given = dict(_flat(labels)) if isinstance(labels, dict) else {}
    return [key for key, value in _flat(wanted) if given.get(key) != value]


def _flat(labels: Plain, above: str = "") -> Iterator[tuple[str, object]]:
    for key, value in labels.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _missing(log: Log, file: Path, *, is_there: bool) -> Diagnostic:
    message = (
        f"provider `{log.provider}` writes no access logs" if is_there else f"mesh has no provider `{log.provider}`"
    )
    return diagnostic(
        "ZT605",
        message,
        _of(log, file),
        notes=(
            _read(file),
            "Istio passes over a provider that it does not know, without a word",
        ),
        help=(_HELP,),
    )


def _lacks(log: Log, file: Path, lacking: list[str]) -> Diagnostic:
    shown = ", ".join(f"`{key}`" for key in lacking[:_SHOWN])
    rest = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
    return diagnostic(
        "ZT606",
        f"format of provider `{log.provider}` lacks what names a rule",
        _of(log, file),
        notes=(
            _read(file),
            f"keys that are missing or different: {shown}{rest}",
        ),
        help=(_HELP,),
    )


def _read(file: Path) -> str:
    return f"read from mesh configuration `{display_path(str(file))}`"


def _of(log: Log, file: Path) -> Label:
    return Label(Span(str(file)) if log.origin is None else Spot(log.origin))


def _unreadable(file: Path, error: Exception) -> Diagnostic:
    if isinstance(error, OSError):
        reason = f"cannot be read: {(error.strerror or str(error)).lower()}"
    elif isinstance(error, UnicodeDecodeError):
        reason = "is not UTF-8"
    else:
        reason = f"is neither YAML nor JSON: {error.message if isinstance(error, Unreadable) else error}"
    shown = display_path(str(file))
    return diagnostic("ZT007", f"mesh configuration `{shown}` {reason}", Label(Span(str(file))))
