"""What the token filter does to the headers of a request that it lets pass.

Each rule removes the headers that it writes itself before it looks for its token, and rules are asked in the order of
their issuers until one accepts. Since Envoy 1.40 the filter begins by removing those of all rules. Source: Envoy
`source/extensions/filters/http/jwt_authn/{filter,verifier,authenticator}.cc`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ztdsl.istio.kinds import JwtRule

Claims: TypeAlias = tuple[tuple[str, ...], ...]
"""Paths to claims; the empty path is all claims."""


class Passage(NamedTuple):
    """What becomes of headers.

    Attributes:
        removed: those that are removed whatever they hold.
        perhaps: those that some versions of Envoy remove and others leave as they came.
        written: those that are written of the accepted token's claims, after that.
        takes: whether the accepted token is removed from its header or from the query.
    """

    removed: frozenset[str]
    perhaps: frozenset[str]
    written: Mapping[str, Claims]
    takes: bool


UNTOUCHED = Passage(frozenset(), frozenset(), {}, takes=False)
"""The headers of a request that no filter of tokens has seen."""


class Passages:
    """The passages through the filter of `rules`, which are in the order of their issuers.

    Attributes:
        without: for a request of which no rule found a token.
        unread: for one that passes unread, as a preflight of CORS does.
        accepted: for one whose token a rule accepted, by the rule's index.
        names: every header that is written.
    """

    def __init__(self, rules: Sequence[JwtRule]) -> None:
        written = [_written(rule) for rule in rules]
        self.names = frozenset(name for each in written for name in each)
        self.without = Passage(self.names, frozenset(), {}, takes=False)
        self.unread = Passage(frozenset(), self.names, {}, takes=False)
        self.accepted = tuple(
            self._passage(written, index, takes=not rule.forward_original_token) for index, rule in enumerate(rules)
        )

    def _passage(self, written: Sequence[Mapping[str, Claims]], index: int, *, takes: bool) -> Passage:
        removed = frozenset(name for each in written[: index + 1] for name in each)
        return Passage(removed, self.names - removed, written[index], takes=takes)


@lru_cache(1024)
def passages(rules: tuple[JwtRule, ...]) -> Passages:
    """The passages through the filter of `rules`; equal lists of rules, of which a mesh has many, share them."""
    return Passages(rules)


def _written(rule: JwtRule) -> dict[str, Claims]:
    """The headers that a rule writes, in lower case, each with the claims that become its lines."""
    written: dict[str, Claims] = {}
    if rule.output_payload_to_header:
        written[rule.output_payload_to_header.lower()] = ((),)
    for each in rule.output_claim_to_headers:
        name = each.header.lower()
        written[name] = (*written.get(name, ()), tuple(each.claim.split(".")))
    return written
