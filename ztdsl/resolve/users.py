"""End users: which of an issuer's tokens a rule means."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from ztdsl.dsl.declaration import MISSING
from ztdsl.dsl.patterns import Prefix, Present, Suffix
from ztdsl.dsl.users import Claim, ClaimTest, EndUser, Issuer
from ztdsl.ir import values as ir
from ztdsl.resolve import shapes
from ztdsl.resolve.claims import element_type, path_of, require_declared, shown
from ztdsl.resolve.issuers import issuer
from ztdsl.resolve.patterns import pattern
from ztdsl.resolve.problems import label, named, suggestion
from ztdsl.resolve.tokens import SPLIT_BY_ISTIO
from ztdsl.resolve.words import literal_problem

if TYPE_CHECKING:
    from ztdsl.resolve.context import Context


def user(context: Context, declared: EndUser) -> ir.User | None:
    """The end user as the Model has it, checked once; None for a broken one."""
    if id(declared) in context.seen:
        known: ir.User | None = context.seen[id(declared)]
        return known
    context.seen[id(declared)] = None
    context.kept.append(declared)
    problems = context.problems
    problems.report_faults(declared)
    before = len(problems.findings)
    shapes.refuse_empty(problems, declared, "where")
    who = _issuer(context, declared)
    audiences = _values(context, declared, "audience")
    subjects = _values(context, declared, "subject")
    presenters = _values(context, declared, "presenter")
    tests = tuple(
        test
        for index, each in shapes.items(problems, declared, "where", (ClaimTest,), "claim tests")
        if isinstance(declared.issuer, Issuer) and (test := _test(context, declared, index, each)) is not None
    )
    known_issuer = issuer(context, who) if who is not None else None
    is_known = who is not None and known_issuer is not None and _audiences_known(context, declared, who, audiences)
    if known_issuer is None or not is_known or len(problems.findings) != before:
        return None
    result = ir.User(known_issuer.issuer, audiences, subjects, presenters, tuple(sorted(tests, key=repr)))
    context.seen[id(declared)] = result
    return result


def _issuer(context: Context, declared: EndUser) -> Issuer | None:
    value: object = declared.issuer
    if isinstance(value, str):
        context.problems.report(
            "ZT111",
            f"end user names the issuer `{value}` by a string",
            label(declared, "issuer"),
            help=("declare it with `Issuer(...)` and give that",),
        )
        return None
    who = shapes.one(context.problems, declared, ("issuer",), value, (Issuer,), "an issuer")
    if who is not None and issuer(context, who) is None:
        return None
    return who


def _values(context: Context, declared: EndUser, field: str) -> tuple[str, ...]:
    value: object = getattr(declared, field)
    if value is None:
        return ()
    if value == ():
        context.problems.report("ZT131", f"`{field}` of an end user is an empty list", label(declared, field))
        return ()
    found: set[str] = set()
    for place, item in shapes.one_or_many(value, field):
        text = shapes.one(context.problems, declared, place, item, (str,), "a string or a list of strings")
        if text is None:
            continue
        if complaint := literal_problem("ZT132", field, text):
            context.problems.complain(complaint, declared, *place)
        found.add(text)
    return tuple(sorted(found))


def _audiences_known(context: Context, declared: EndUser, who: Issuer, audiences: tuple[str, ...]) -> bool:
    if not isinstance(who.audiences, tuple):
        return True
    is_known = True
    for place, audience in shapes.one_or_many(declared.audience, "audience") if audiences else ():
        if audience in who.audiences:
            continue
        is_known = False
        near = suggestion(str(audience), [str(each) for each in who.audiences])
        context.problems.report(
            "ZT115",
            f"{named(who)} does not accept audience `{audience}`",
            label(declared, *place),
            related=(label(who, "audiences", text="its audiences"),),
            help=(near or "add it to `audiences=[...]` of the issuer",),
        )
    return is_known


def _test(context: Context, declared: EndUser, index: int, test: ClaimTest) -> ir.ClaimTest | None:
    problems = context.problems
    problems.report_faults(test)
    if not _is_sound(context, test):
        return None
    if not require_declared(context, declared.issuer, test.claim, declared, "where", index):
        return None
    if not test.values:
        problems.report("ZT131", f"test of claim `{shown(test.claim)}` names no value", label(test))
        return None
    patterns = [_value(context, declared.issuer, test, position) for position in range(len(test.values))]
    found = sorted({each for each in patterns if each is not None}, key=repr)
    is_split = _is_split(declared.issuer, test.claim)
    if test.kind == "all" and len(found) > 1 and not element_type(test.claim)[1] and not is_split:
        problems.report(
            "ZT132",
            f"claim `{shown(test.claim)}` is one string and cannot have all of several values",
            label(test),
            help=("write `is_in(...)` for any of them, or declare the claim as a list",),
        )
        return None
    if None in patterns:
        return None
    return ir.ClaimTest(path_of(test.claim), ir.Quantifier(test.kind), tuple(found))


def _is_sound(context: Context, test: ClaimTest) -> bool:
    """Whether a test is of the shape that the methods of a claim give it; anyone can make another by hand."""
    problems = context.problems
    claim = shapes.one(problems, test, ("claim",), test.claim, (Claim,), "a claim")
    if not isinstance(test.values, tuple):
        shapes.wrong(problems, test, ("values",), test.values, "a list of values")
        return False
    kind: object = test.kind
    if not isinstance(kind, str) or kind not in {"any", "all", "none"}:
        shapes.wrong(problems, test, ("kind",), kind, "`any`, `all` or `none`")
        return False
    return claim is not None and claim.name is not MISSING


def _is_split(issuer: Issuer, claim: Claim[Any]) -> bool:
    path = path_of(claim)
    return len(path) == 1 and (
        path[0] in SPLIT_BY_ISTIO or any(claim is each for each in shapes.listed(issuer.space_delimited))
    )


def _value(context: Context, issuer: Issuer, test: ClaimTest, position: int) -> ir.Pattern | None:
    problems = context.problems
    value = test.values[position]
    element, _ = element_type(test.claim)
    if not (isinstance(element, type) and issubclass(element, str)):
        return None  # the claim's own type is the finding
    what = f"value of claim `{shown(test.claim)}`"
    if isinstance(value, str) and isinstance(element, type) and issubclass(element, Enum):
        known = [str(member.value) for member in element]
        text = str(value.value) if isinstance(value, Enum) else value
        if text not in known or (isinstance(value, Enum) and not isinstance(value, element)):
            near = suggestion(text, known)
            listed = ", ".join(f"`{each}`" for each in known)
            said = f"`{type(value).__name__}.{value.name}`" if isinstance(value, Enum) else f"`{text}`"
            if text in known:  # the same word, out of another enumeration
                near = f"write `{element.__name__}.{element(text).name}`"
            problems.report(
                "ZT114",
                f"claim `{shown(test.claim)}` has no value {said}",
                label(test, position),
                related=(label(test.claim, "type", text="its values"),),
                help=(near or f"it can be {listed}",),
            )
            return None
        value = text
    if isinstance(value, str | Prefix | Suffix | Present):
        result = pattern(context, test, (position,), value, "ZT132", what)
        if result is not None and " " in result.text and _is_split(issuer, test.claim):
            problems.report(
                "ZT314",
                f"{what} has a space, and Istio splits this claim at spaces",
                label(test, position),
                help=("test each word by itself: `has_all(...)` for all of them, `is_in(...)` for any",),
            )
            return None
        return result
    is_listed = isinstance(element, type) and issubclass(element, Enum)
    wanted = "a value that the claim declares" if is_listed else "a string"
    shapes.wrong(problems, test, (position,), value, wanted)
    return None
