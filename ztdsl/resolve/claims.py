"""Claims: their names, their types, and who declares them."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin

from ztdsl.dsl.declaration import MISSING
from ztdsl.dsl.users import Claim, Issuer
from ztdsl.resolve import shapes
from ztdsl.resolve.problems import label, named
from ztdsl.resolve.words import claim_name_problem

if TYPE_CHECKING:
    from ztdsl.dsl.declaration import Declaration
    from ztdsl.resolve.context import Context

# RFC 7519, section 4.1; OpenID Connect Core, section 2.
_NUMBERS: Final = frozenset({"exp", "nbf", "iat", "auth_time"})


def path_of(claim: Claim[Any]) -> tuple[str, ...]:
    """The steps of the way to a claim; none if its name is broken, which was reported."""
    if isinstance(claim.name, str):
        return (shapes.plain(claim.name),)
    name: object = claim.name
    return tuple(shapes.plain(step) for step in name if isinstance(step, str)) if isinstance(name, tuple) else ()


def shown(claim: Claim[Any]) -> str:
    """A claim's name as people write it."""
    return ".".join(str(step) for step in path_of(claim))


def element_type(claim: Claim[Any]) -> tuple[Any, bool]:
    """The type of the claim's values, and whether the claim is a list of them."""
    if get_origin(claim.type) is list:
        elements = get_args(claim.type)
        return elements[0] if len(elements) == 1 else claim.type, True
    return (str, True) if claim.type is list else (claim.type, False)


def check_claim(context: Context, issuer: Issuer, index: int, claim: Claim[Any]) -> None:
    """Report what keeps a claim of an issuer from being tested."""
    if id(claim) in context.seen:
        return
    context.seen[id(claim)] = True
    context.kept.append(claim)
    problems = context.problems
    problems.report_faults(claim)
    if claim.name is MISSING or claim.type is MISSING:
        return
    if not isinstance(claim.name, str | tuple) or any(not isinstance(step, str) for step in claim.name):
        shapes.wrong(problems, claim, ("name",), claim.name, "a string or a list of strings")
        return
    if not claim.name:
        problems.report("ZT132", "claim name is empty", label(claim, "name"))
    for step in path_of(claim):
        if claim.name and (complaint := claim_name_problem(step)):
            problems.complain(complaint, claim, "name")
    first = next(
        (c for c in shapes.listed(issuer.claims)[:index] if isinstance(c, Claim) and path_of(c) == path_of(claim)), None
    )
    if first is not None and first is not claim:
        problems.report(
            "ZT108",
            f"claim `{shown(claim)}` is declared twice",
            label(claim, text="second declaration"),
            related=(label(first, text="first declaration"),),
            help=("remove one of them",),
        )
    _check_type(context, claim)


def _check_type(context: Context, claim: Claim[Any]) -> None:
    problems = context.problems
    element, _ = element_type(claim)
    if len(path_of(claim)) == 1 and path_of(claim)[0] in _NUMBERS:
        element = int  # whatever it is declared as
    if not (isinstance(element, type) and issubclass(element, str)):
        word = getattr(element, "__name__", type(element).__name__)
        problems.report(
            "ZT116",
            f"claim `{shown(claim)}` is of type `{word}`, which Istio can never match",
            label(claim, "type"),
            notes=("Istio matches strings and lists of strings; numbers, booleans and objects never match",),
            help=("have the issuer assert it as a string, and declare `str` or a `StrEnum`",),
        )
    elif issubclass(element, Enum) and not list(element):
        problems.report("ZT132", f"claim `{shown(claim)}` has no values", label(claim, "type"))


def require_declared(
    context: Context,
    issuer: Issuer,
    claim: Claim[Any],
    user: Declaration,
    *place: str | int,
) -> bool:
    """Report a claim that the issuer does not declare."""
    if any(claim is each for each in shapes.listed(issuer.claims)):
        return True
    if context.problems.is_broken(issuer, "claims"):
        return False
    context.problems.report(
        "ZT113",
        f"{named(issuer)} does not declare claim `{shown(claim)}`",
        label(user, *place),
        related=(label(issuer, text="issuer declared here"), label(claim, text="claim declared here")),
        help=("add the claim to `claims=[...]` of the issuer",),
    )
    return False
