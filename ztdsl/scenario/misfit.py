"""What is wrong with the shape of a scenario file, in our own words and at its place."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, get_args

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label
from ztdsl.scenario.schema import Expected, FileShape, ScenarioShape, TableShape, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import ValidationError

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.scenario.places import Places

_SHAPES: Final[dict[object, type[FileShape | ScenarioShape | TableShape]]] = {
    "scenarios": ScenarioShape,
    "tables": TableShape,
}
_KEY: Final = "[key]"  # how pydantic ends the path to a key
_WORDS: Final = {
    "string_type": "is not text",
    "int_type": "is not a whole number",
    "bool_type": "is neither true nor false",
    "list_type": "is not a list",
    "dict_type": "is not a mapping",
    "model_type": "is not a mapping",
    "too_short": "is empty",
    "string_too_short": "is empty",
    "invalid-json-value": "is not a value of JSON, as claims are; quote it",
}


def misfits(error: ValidationError, data: object, places: Places) -> list[Diagnostic]:
    """A finding for each part that does not fit.

    Args:
        error: what pydantic says of the file.
        data: its content.
        places: where its parts stand.
    """
    return [_misfit(each, data, places) for each in error.errors(include_url=False)]


def _misfit(error: Any, data: object, places: Places) -> Diagnostic:  # noqa: ANN401 - as pydantic describes it
    path, kind = tuple(error["loc"]), error["type"]
    if kind == "extra_forbidden":
        near = get_close_matches(str(path[-1]), _shape_of(path).model_fields, n=1)
        advice = f"did you mean `{near[0]}`?" if near else "`ztc explain ZT050` lists the keys"
        return diagnostic("ZT050", f"unknown key `{path[-1]}`", Label(places.span(path, key=True)), help=[advice])
    if path[-1:] == (_KEY,):
        words, path = "is a key that is not text", path[:-1]
        place = places.span(path[:-1])
        advice = "quote it"
    else:
        words = "is missing" if kind == "missing" else _words(error, path)
        path = path if kind == "missing" else _reached(path, data)
        place = places.span(path)
        advice = "`ztc explain ZT050` shows the form"
    name = ".".join(str(part) for part in path) or places.file
    return diagnostic("ZT050", f"`{name}` {words}", Label(place), help=[advice])


def _words(error: Any, path: Sequence[str | int]) -> str:  # noqa: ANN401 - as pydantic describes it
    kind = error["type"]
    if kind == "literal_error":
        return f"is not one of {', '.join(get_args(Word if path[0] == 'tables' else Expected))}"
    return _WORDS.get(kind) or f"does not fit: {error['msg'][:1].lower()}{error['msg'][1:]}"


def _reached(path: Sequence[str | int], data: Any) -> tuple[str | int, ...]:  # noqa: ANN401 - any YAML
    """The part of `path` that leads through `data`; pydantic adds names of types where there is a choice of them."""
    reached: list[str | int] = []
    for step in path:
        try:
            data = data[step]
        except (LookupError, TypeError):
            break
        reached.append(step)
    return tuple(reached)


def _shape_of(path: Sequence[str | int]) -> type[FileShape | ScenarioShape | TableShape]:
    """The shape that has no such key as `path` ends with."""
    return FileShape if len(path) == 1 else _SHAPES[path[0]]
