"""Tokens on both sides of what RequestAuthentications accept and of what rules ask of an accepted token."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ztdsl.access.headers import AMONG_OTHERS, AMONG_WORDS
from ztdsl.access.texts import Named, fresh, texts
from ztdsl.access.wildcards import text_form
from ztdsl.istio.evaluate.places import AUTHORIZATION
from ztdsl.istio.evaluate.token_rule import token_rule
from ztdsl.traffic.request import InvalidToken, Place, Token, TokenPlace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ztdsl.istio.kinds import JwtRule
    from ztdsl.traffic.request import AnyToken

UNKNOWN_ISSUER: Final = "https://issuer.example.org"
UNKNOWN_AUDIENCE: Final = "unknown-audience"
_MOST_PAIRS: Final = 6
_MOST_WORDS: Final = 4
ABSENT: Final = object()


class Claimed(NamedTuple):
    """A value of a claim.

    Attributes:
        path: the claim.
        value: the value.
        term: what people call it and its like; None for what no rule names.
        pattern: of a value that is made of one pattern alone, the pattern, with which the term ends.
    """

    path: tuple[str, ...]
    value: object
    term: str | None
    pattern: str | None = None


def contexts(rules: Sequence[JwtRule], asked: Sequence[str], audiences: Sequence[str]) -> Iterator[AnyToken]:
    """Tokens of every issuer and audience that is told apart, in every place where one is looked for.

    Args:
        rules: of both sides.
        asked: values of `requestPrincipals`.
        audiences: patterns of the audience.
    """
    places = list(_places(rules))
    issuers = list(_issuers(rules, asked))
    for place in places:
        yield InvalidToken("signed by an unknown key", place)
        for issuer, audience in product(issuers, _audiences(rules, audiences)):
            claims: dict[str, Any] = {} if issuer is None else {"iss": issuer}
            yield Token(claims if audience is ABSENT else {**claims, "aud": audience}, place)


def named(token: Token) -> str:
    """What people call a token of this issuer and audience."""
    issuer = token.claims.get("iss")
    name = (
        "without an issuer" if issuer is None else "of another issuer" if issuer == UNKNOWN_ISSUER else f"of {issuer}"
    )
    audiences = token.claims.get("aud")
    if not audiences:
        return f"a token {name}"
    return f"a token {name} for {'another audience' if UNKNOWN_AUDIENCE in audiences else ' and '.join(audiences)}"


def _places(rules: Iterable[JwtRule]) -> Iterator[TokenPlace | None]:
    found: dict[TokenPlace | None, None] = {None: None}
    for rule in rules:
        places = token_rule(rule).places
        for name, _ in places.headers:
            if name != AUTHORIZATION:
                found[TokenPlace(Place.HEADER, name)] = None
        found |= {TokenPlace(Place.PARAM, name): None for name in places.params if name != "access_token"}
        found |= {TokenPlace(Place.COOKIE, name): None for name in places.cookies}
    yield from found


def _issuers(rules: Sequence[JwtRule], asked: Iterable[str]) -> Iterator[str | None]:
    found: dict[str | None, None] = {rule.issuer: None for rule in rules if rule.issuer}
    if any(not rule.issuer for rule in rules):
        for value in asked:
            issuer = value.rpartition("/")[0] or value
            found |= {issuer.strip("*"): None, issuer.replace("*", "x"): None}
    yield from dict.fromkeys((*found, UNKNOWN_ISSUER, None))


def _audiences(rules: Iterable[JwtRule], patterns: Sequence[str]) -> list[object]:
    named = list(dict.fromkeys(each for rule in rules for each in rule.audiences))
    words = [text for text, _ in texts([Named(text_form(each), each) for each in patterns], fresh(patterns))]
    words = list(dict.fromkeys([*named, *words]))
    pairs = [list(pair) for pair in combinations(words[:_MOST_PAIRS], 2)]
    return [*([each] for each in words), *pairs, *([[UNKNOWN_AUDIENCE]] if words else ()), ABSENT]


def subjects(asked: Sequence[str], patterns: Sequence[str], issuers: Iterable[str]) -> list[Claimed]:
    """Subjects on both sides of `requestPrincipals` and of tests of the claim itself."""
    path = ("sub",)
    values = {"someone": Claimed(path, "someone", None)}
    for each in asked:
        for text, subject in _subjects_of(each, issuers):
            if values.get(text) is None or values[text].term is None:
                values[text] = Claimed(path, text, None if subject is None else f"subject {subject}", subject)
    for claimed in claimed_values(path, patterns):
        if isinstance(claimed.value, str):
            values.setdefault(claimed.value, claimed)
    values.setdefault("", Claimed(path, "", None))
    return [*values.values(), Claimed(path, ABSENT, None)]


def _subjects_of(value: str, issuers: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Subjects on both sides of a value, with what of it they match; None for what nobody would name."""
    if value == "*":
        return
    last = value.rpartition("/")[2]
    for subject in (last, *(value.removeprefix(f"{each}/") for each in issuers)):
        text = subject.strip("*")
        yield subject, subject  # behind a star of the issuer, a star is a star
        yield text, subject if text and subject != "*" else None
        if "*" in subject and text:
            yield (f"x{text}" if subject.startswith("*") else f"{text}x"), subject


def claimed_values(path: tuple[str, ...], patterns: Sequence[str]) -> list[Claimed]:
    """Values of one claim on both sides of every pattern, alone and two at a time."""
    name = ".".join(path)
    filler = fresh(patterns)
    named = texts([Named(text_form(each), each) for each in dict.fromkeys(patterns)], filler, ("",))
    found = [Claimed(path, ABSENT, None), Claimed(path, filler, f"a {name}")]
    found += [Claimed(path, text, f"{name} {term}", term) for text, term in named]
    for (one, first), (other, second) in combinations(named[:_MOST_PAIRS], 2):
        found.append(Claimed(path, [one, other], f"{name} {first} and {second}"))
        found.append(Claimed(path, f"{one} {other}", f"{name} {first} and {second} in one text"))
    found.append(Claimed(path, "", f"an empty {name}"))
    found += [Claimed(path, [text, filler], f"{name} {term}{AMONG_OTHERS}") for text, term in named]
    found += [Claimed(path, f"{text} {filler}", f"{name} {term}{AMONG_WORDS}") for text, term in named]
    return found


def told_together(claimed: Claimed, patterns: Iterable[str]) -> Claimed:
    """The value with a term that names all patterns whose values do the same, the first few of them."""
    words = list(dict.fromkeys(patterns))
    if claimed.term is None or claimed.pattern is None or len(words) <= 1:
        return claimed
    more = len(words) - _MOST_WORDS
    shown = [*words[:_MOST_WORDS], *([f"{more} more"] if more > 0 else [])]
    return claimed._replace(term=claimed.term.removesuffix(claimed.pattern) + " or ".join(shown))


def with_claim(claims: Mapping[str, Any], claimed: Claimed) -> dict[str, Any] | None:
    """The claims with one more; None where it cannot stand beside the others."""
    made = dict(claims)
    if claimed.value is ABSENT:
        return made
    inner = made
    for key in claimed.path[:-1]:
        below = inner.get(key, {})
        if not isinstance(below, dict):
            return None
        inner[key] = dict(below)
        inner = inner[key]
    inner[claimed.path[-1]] = claimed.value
    return made
