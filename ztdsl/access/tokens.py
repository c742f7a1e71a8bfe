"""The tokens of requests with the values that the rules of both sides tell apart."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ztdsl.access import users
from ztdsl.access.choice import HEADER, Choice, request_of
from ztdsl.access.headers import lines
from ztdsl.access.tested import CLAIM, TOKEN, read_by
from ztdsl.istio.evaluate.facts import Facts
from ztdsl.istio.evaluate.places import AUTHORIZATION
from ztdsl.istio.evaluate.token_rule import token_rule
from ztdsl.istio.evaluate.tokens import NOT_READ, Outcome
from ztdsl.traffic.request import Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ztdsl.access.choice import Parts
    from ztdsl.access.ground import Ground
    from ztdsl.istio.kinds import JwtRule
    from ztdsl.traffic.request import AnyToken, Destination

_MOST: Final = 4000
_OF_CONTEXT: Final = (f"{CLAIM}iss", f"{CLAIM}aud")
_ALWAYS_READ: Final = (AUTHORIZATION, "cookie")


class _Left(NamedTuple):
    """The bits that claims leave, and the values of those that are written to headers."""

    bits: int
    written: tuple[str, ...]


class Tokens:
    """The values of one axis: no token, bad ones, and those of every issuer with every combination of claims.

    Attributes:
        headers: axes of headers that carry tokens or that the filter of tokens writes; they belong to this axis.
        is_whole: whether no combination had to be left out.
    """

    def __init__(self, to: Destination, ground: Ground) -> None:
        self._to = to
        self._ground = ground
        self._rules = tuple(dict.fromkeys(rule for side in ground.sides for rule in side.rules))
        self._claims = [each for each in ground.axes if each.startswith(CLAIM)]
        named = {f"{HEADER}{name}" for rule in self._rules for name in _headers(rule)}
        self.headers = [each for each in ground.axes if each in named]
        self._written = {path for rule in self._rules for path in _written(rule, self.headers)}
        self.is_whole = True

    def none(self) -> Iterator[tuple[int, Choice]]:
        """The bits of a request without a token."""
        yield from self._with_headers((), "no token")

    def choices(self) -> Iterator[tuple[int, Choice]]:
        """The bits of every token, alone and with every line of the headers that belong to tokens."""
        yield from self.none()
        for name, line in self._texts():
            left = self._left({f"{HEADER}{name}": (line,)}, (*self._claims, *self.headers))
            if left is not None:
                yield left, Choice({f"{HEADER}{name}": (line,)}, f"what is no token in the header {name}")
        asked = self._values(f"{CLAIM}sub", "requestPrincipals")
        issuers = [rule.issuer for rule in self._rules if rule.issuer]
        claims = [users.subjects(asked, self._values(f"{CLAIM}sub", "claim"), issuers)]
        claims += [users.claimed_values(path, patterns) for path, patterns in self._patterns().items()]
        for token in users.contexts(self._rules, asked, self._values(f"{CLAIM}aud", "claim")):
            left = self._left({"tokens": (token,)}, _OF_CONTEXT)
            if left is None:
                continue
            if not isinstance(token, Token):
                yield from self._with_headers((token,), "a token that does not verify")
                continue
            for made, term in self._combined(token, left, claims):
                yield from self._with_headers((made,), term)

    @property
    def doubt(self) -> str | None:
        """What of tokens cannot be tried: requests do not tell what stands before a token in its header."""
        before, after = (
            {place for rule in side.rules for place in token_rule(rule).places.headers} for side in self._ground.sides
        )
        names = sorted({name for name, _ in before - after} & {name for name, _ in after - before})
        return f"what stands before a token in the header {' or '.join(names)} is another" if names else None

    def _texts(self) -> Iterator[tuple[str, str]]:
        """Lines that are no token, in the headers where one is looked for."""
        found: dict[tuple[str, str], None] = {}
        for rule in self._rules:
            for name, prefix in token_rule(rule).places.headers:
                found |= {(name, f"{prefix}{text}"): None for text in ("junk", "")}
                found |= {(name, "junk"): None, (name, "Bearer junk"): None}
        yield from found

    def _combined(self, token: Token, left: int, claims: Iterable[list[users.Claimed]]) -> Iterator[tuple[Token, str]]:
        """The token with claims: one for each set of bits that they leave together.

        Claims that are written to headers are told apart by their values: their bits show only in the whole request.
        """
        states: dict[_Left, tuple[dict[str, Any], str]] = {_Left(left, ()): (dict(token.claims), users.named(token))}
        for values in claims:
            alone = self._alone(token, values)
            after: dict[_Left, tuple[dict[str, Any], str]] = {}
            for (bits, shown), (before, term) in states.items():
                for (more, written), claimed in alone.items():
                    key = _Left(bits & more, shown + written)
                    made = users.with_claim(before, claimed) if key not in after else None
                    if made is not None:
                        after[key] = (made, term if claimed.term is None else f"{term}, {claimed.term}")
            if len(after) > _MOST:
                self.is_whole = False
                after = dict(list(after.items())[:_MOST])
            states = after
        for made, term in states.values():
            yield Token(made, token.place), term

    def _alone(self, token: Token, values: Iterable[users.Claimed]) -> dict[_Left, users.Claimed]:
        """Values of one claim, one for each set of bits that it leaves by itself, named for all that leave them."""
        found: dict[_Left, users.Claimed] = {}
        patterns: dict[_Left, list[str]] = {}
        for claimed in values:
            made = users.with_claim(token.claims, claimed)
            if made is None:
                continue
            bits = self._left({"tokens": (Token(made, token.place),)}, (f"{CLAIM}{'/'.join(claimed.path)}",))
            if bits is None:
                continue
            written = (repr(claimed.value),) if claimed.path in self._written else ()
            key = _Left(bits, written)
            known = found.get(key)
            if known is None or (known.term is None and claimed.term is not None and claimed.path != ("sub",)):
                found[key] = claimed
            if claimed.pattern is not None:
                patterns.setdefault(key, []).append(claimed.pattern)
        return {key: users.told_together(claimed, patterns.get(key, ())) for key, claimed in found.items()}

    def _with_headers(self, tokens: tuple[AnyToken, ...], term: str) -> Iterator[tuple[int, Choice]]:
        """The tokens with every line of each header that belongs to tokens."""
        axes = (*self._claims, *self.headers)
        for some in product(*(lines(self._ground, each) for each in self.headers)):
            parts: dict[str, Any] = {"tokens": tokens}
            for choice in some:
                parts |= choice.parts
            left = self._left(parts, axes)
            if left is not None:
                told = [term, *(choice.term for choice in some if choice.term is not None)]
                yield left, Choice(parts, " and ".join(told))

    def _left(self, parts: Parts, axes: Iterable[str]) -> int | None:
        """The bits that a request with these parts leaves of some axes; None where that is not known."""
        request = request_of(self._to, parts)
        found: list[Facts | None] = []
        for side in self._ground.sides:
            facts = Facts(request, side.setting)
            result = NOT_READ if side.reader is None else side.reader.read(request)
            if result.outcome is Outcome.UNKNOWN:
                return None
            facts.tokens = result
            facts.claims = result.claims
            found.append(facts if result.outcome is Outcome.PASSED else None)
        left = self._ground.whole
        for axis in (TOKEN, *axes):
            left &= self._ground.left(axis, found)
        return left

    def _patterns(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        """The patterns of each claim that is tested, or written to a header that is, but of those of every token."""
        found: dict[tuple[str, ...], dict[str, None]] = {}
        for axis in self._claims:
            for test in self._ground.tests(axis):
                read = read_by(test.attribute)
                if read.field == "claim" and read.path not in {("iss",), ("aud",), ("sub",)}:
                    found.setdefault(read.path, {}).update(dict.fromkeys(test.values))
        for rule in self._rules:
            for each in rule.output_claim_to_headers:
                values = self._values(f"{HEADER}{each.header.lower()}", "header")
                if values:
                    found.setdefault(tuple(each.claim.split(".")), {}).update(dict.fromkeys(values))
        return {path: tuple(values) for path, values in found.items()}

    def _values(self, axis: str, field: str) -> tuple[str, ...]:
        tests = (test for test in self._ground.tests(axis) if read_by(test.attribute).field == field)
        return tuple(dict.fromkeys(value for test in tests for value in test.values))


def _written(rule: JwtRule, tested: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The claims that a rule writes to headers that are tested."""
    for each in rule.output_claim_to_headers:
        if f"{HEADER}{each.header.lower()}" in tested:
            yield tuple(each.claim.split("."))


def _headers(rule: JwtRule) -> Iterator[str]:
    """The headers in which a rule looks for tokens, or that it writes."""
    yield from _ALWAYS_READ
    yield from (each.name.lower() for each in rule.from_headers)
    yield from (each.header.lower() for each in rule.output_claim_to_headers)
    if rule.output_payload_to_header:
        yield rule.output_payload_to_header.lower()
