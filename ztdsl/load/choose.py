"""Which of a module's variables is the policy to build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span, Spot
from ztdsl.dsl.declaration import Declaration, origin_of
from ztdsl.dsl.policy import Policy
from ztdsl.load.failure import LoadFailure
from ztdsl.load.words import first_line, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ztdsl.load.target import Target

_DECLARE: Final = 'declare one: `policy = Policy("...", owns=[...])`'


def policy_of(variables: Mapping[str, object], target: Target, text: str) -> Policy:
    """The chosen policy; without a choice `policy`, or else the only one that there is.

    Raises:
        LoadFailure: ZT005 where there is none, ZT006 where there are several.
    """
    if target.variable is not None:
        return _chosen(variables, target, target.variable)
    policy = variables.get("policy")
    if isinstance(policy, Policy):
        return policy
    found = _policies(variables)
    if not found:
        raise _without(variables, target, text)
    if len(found) > 1:
        raise _several(found, target)
    return next(iter(found.values()))


def _policies(variables: Mapping[str, object]) -> dict[str, Policy]:
    """Each policy under the first of its names."""
    known: set[int] = set()
    found: dict[str, Policy] = {}
    for name, value in variables.items():
        if isinstance(value, Policy) and id(value) not in known:
            known.add(id(value))
            found[name] = value
    return found


def _chosen(variables: Mapping[str, object], target: Target, name: str) -> Policy:
    value = variables.get(name)
    if isinstance(value, Policy):
        return value
    file = _shown(target)
    place = Label(Span(target.file))
    message = f"`{file}` has no variable `{first_line(name)}`"
    if not name:
        message = f"no variable stands after the colon of `{file}:`"
    elif name in variables:
        message = f"`{name}` in `{file}` is not a policy"
        if isinstance(value, Declaration):
            place = Label(Spot(origin_of(value)), f"`{name}` is this")
    policies = list(_policies(variables))
    close = suggestion(name, policies) or (policies[0] if len(policies) == 1 else None)
    raise _failure(message, place, *([f"did you mean `{file}:{close}`?"] if close else []))


def _without(variables: Mapping[str, object], target: Target, text: str) -> LoadFailure:
    file = _shown(target)
    place = Label(Span(target.file))
    if not text.strip():
        return _failure(f"`{file}` is empty", place, _DECLARE)
    hints = [hint for name, value in variables.items() if (hint := _near_miss(name, value))]
    return _failure(f"`{file}` holds no policy", place, *(hints or [_DECLARE]))


def _near_miss(name: str, value: object) -> str | None:
    """What to do about a variable that may have been meant to be the policy."""
    if isinstance(value, type) and issubclass(value, Policy):
        is_imported = name == value.__name__
        return None if is_imported else f"`{name}` is the class itself: write `{name} = Policy(...)`"
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    if held and all(isinstance(item, Policy) for item in held):
        parts = f"list({name}.values())" if isinstance(value, dict) else name
        return f'`{name}` holds policies: compose them, `policy = Policy("...", parts={parts})`'
    if name.startswith("__") or (name != "policy" and not suggestion(name, ["policy"])):
        return None
    if isinstance(value, type(_near_miss)):
        if value.__module__.partition(".")[0] == "ztdsl":
            return None  # a verb of the library, imported with a star
        return f"`{name}` is a function: call it and keep the result, `policy = {name}()`"
    return f"`{name}` is not a policy: write `policy = Policy(...)`"


def _several(found: Mapping[str, Policy], target: Target) -> LoadFailure:
    labels = [Label(Spot(origin_of(policy)), f"`{name}`") for name, policy in found.items()]
    names = list(found)
    file = _shown(target)
    message = f"`{file}` holds {len(names)} policies: " + ", ".join(f"`{name}`" for name in names)
    parts = ", ".join(names)
    advice = (
        f"choose one: `{file}:{names[-1]}`",
        f'or compose them in the variable `policy`: `policy = Policy("...", parts=[{parts}])`',
    )
    return LoadFailure((diagnostic("ZT006", message, labels[0], related=labels[1:], help=advice),))


def _shown(target: Target) -> str:
    from ztdsl.diagnostics.source import display_path  # noqa: PLC0415 - only for failures

    return display_path(target.file)


def _failure(message: str, place: Label, *advice: str) -> LoadFailure:
    return LoadFailure((diagnostic("ZT005", message, place, help=advice),))
