"""The Model as plain data for JSON, and back.

Reading back gives an equal Model: places of declarations, which do not count in comparisons, are written and
not read, since no code object stands behind them any more.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from ztdsl.diagnostics.model import Spot
from ztdsl.diagnostics.source import span_of
from ztdsl.ir import model, values
from ztdsl.origin import Origin
from ztdsl.traffic import mesh

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SCHEMA: Final = "ztdsl/model/v1"
_CLASSES: Final[dict[str, type[Any]]] = {
    each.__name__: each
    for each in (
        model.Model,
        model.MeshDefaults,
        model.Namespace,
        model.Workload,
        model.Port,
        model.Weakening,
        model.Issuer,
        model.TokenHeader,
        model.Rule,
        model.Log,
        mesh.Mesh,
        values.PeerIdentity,
        values.PeerNamespace,
        values.PeerTrustDomain,
        values.SourceAddress,
        values.ClientAddress,
        values.AnyPeer,
        values.Everyone,
        values.Pattern,
        values.ClaimTest,
        values.User,
        values.Caller,
        values.HeaderTest,
        values.Request,
    )
}
# What JSON has no value for, by class and field.
_READERS: Final[dict[tuple[str, str], Callable[[Any], Any]]] = {
    ("Mesh", "data_plane"): mesh.DataPlane,
    ("Mesh", "path_normalization"): mesh.PathNormalization,
    ("Mesh", "apply"): mesh.ApplyMode,
    ("Port", "protocol"): model.Protocol,
    ("Workload", "kind"): model.WorkloadKind,
    ("Rule", "effect"): model.Effect,
    ("Log", "entries"): model.Entries,
    ("Rule", "dry_run"): date.fromisoformat,
    ("Weakening", "until"): date.fromisoformat,
    ("Pattern", "match"): values.Match,
    ("ClaimTest", "quantifier"): values.Quantifier,
}
# A workload has a kind of its own, so that the name of a class goes by another word.
_CLASS: Final = "class"


def to_json(whole: model.Model) -> dict[str, Any]:
    """`whole` as dictionaries, lists, strings, numbers and booleans.

    Places count lines and columns from 1, columns in characters.
    """
    return {"schema": SCHEMA, "model": _written(whole)}


def from_json(data: Mapping[str, Any]) -> model.Model:
    """The Model that `to_json` wrote as `data`, equal to the one that was written.

    Raises:
        ValueError: `data` is of another schema, or was not written by `to_json`.
    """
    if data.get("schema") != SCHEMA:
        msg = f"the data is not of schema {SCHEMA}"
        raise ValueError(msg)
    whole = _read(data.get("model"))
    if not isinstance(whole, model.Model):
        msg = "the data holds no model"
        raise ValueError(msg)  # noqa: TRY004 - bad data, not a wrong call
    return whole


def _written(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    if isinstance(value, Origin):
        span = span_of(Spot(value))
        return {"file": span.file, "line": span.line, "column": span.column}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_written(each) for each in value]
    if is_dataclass(value):
        return {_CLASS: type(value).__name__, **{f: _written(getattr(value, f)) for f in _fields(type(value))}}
    return value


def _read(data: object) -> Any:  # noqa: ANN401 - whatever a model is made of
    if isinstance(data, list):
        return tuple(_read(each) for each in data)
    if not isinstance(data, dict):
        return data
    name = data.get(_CLASS)
    found = _CLASSES.get(str(name))
    if found is None:
        msg = f"a model has no part of class {name}"
        raise ValueError(msg)
    wanted = [field for field in _fields(found) if field != "origin"]
    missing = [field for field in wanted if field not in data]
    if missing:
        msg = f"{name} lacks {', '.join(missing)}"
        raise ValueError(msg)
    return found(**{field: _field(found.__name__, field, data[field]) for field in wanted})


def _field(owner: str, field: str, data: object) -> Any:  # noqa: ANN401 - as above
    reader = _READERS.get((owner, field))
    return _read(data) if reader is None or data is None else reader(data)


def _fields(kind: type[Any]) -> list[str]:
    return [each.name for each in fields(kind) if each.init]
