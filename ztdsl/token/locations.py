"""The tokens that one rule finds in a request, in the order in which Envoy takes them out of it.

Headers come first, by name and prefix; every line of a header is one token, except for `Authorization`, whose lines
Envoy joins before anybody reads them. Then the first parameter of each name, then the first cookie. Source: Envoy
`source/extensions/filters/http/jwt_authn/extractor.cc`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ztdsl.istio.evaluate.places import AUTHORIZATION, RUN, cookies, params, places
from ztdsl.traffic.request import Place, TokenPlace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ztdsl.istio.kinds import JwtRule
    from ztdsl.traffic.request import Http

_COOKIE: Final = "cookie"


@dataclass(frozen=True, slots=True)
class Taken:
    """A text that is taken for a token, and where it stands; it does not show itself."""

    place: TokenPlace
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Location:
    """Where a rule looks: a header after a prefix, a parameter, or a cookie."""

    place: TokenPlace
    prefix: str = ""

    @property
    def words(self) -> str:
        """The location in words."""
        name = f"{self.place.place} `{self.place.name}`"
        return f"{name} after `{self.prefix}`" if self.prefix else name


def locations(rule: JwtRule) -> tuple[Location, ...]:
    """Where `rule` looks, in Envoy's order: headers, parameters, cookies, each by name and prefix, none twice."""
    where = places(rule)
    headers = sorted(where.headers, key="".join)
    return (
        *(Location(TokenPlace(Place.HEADER, name), prefix) for name, prefix in headers),
        *(Location(TokenPlace(Place.PARAM, name)) for name in sorted(set(where.params))),
        *(Location(TokenPlace(Place.COOKIE, name)) for name in sorted(set(where.cookies))),
    )


def tokens_of(where: Iterable[Location], http: Http) -> Iterator[Taken]:
    """What a rule takes for tokens at its locations."""
    shown = {Place.PARAM: params(http.path), Place.COOKIE: cookies(http.headers.get(_COOKIE, ()))}
    for location in where:
        place = location.place
        if place.place is Place.HEADER:
            yield from (Taken(place, text) for text in _of_header(http, place.name, location.prefix))
        elif place.name in shown[place.place]:
            yield Taken(place, shown[place.place][place.name])


def _of_header(http: Http, name: str, prefix: str) -> Iterator[str]:
    lines = http.headers.get(name, ())
    if name == AUTHORIZATION and lines:
        lines = (",".join(lines),)
    for line in lines:
        value = line.strip(" \t")
        if not prefix:
            yield value
        elif prefix in value:
            after = RUN.search(value, value.index(prefix) + len(prefix))
            yield value[after.start() :] if after else value
