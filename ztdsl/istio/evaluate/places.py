"""Where rules look for tokens in a request, and the text that stands there.

Source: Envoy `source/extensions/filters/http/jwt_authn/extractor.cc`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from ztdsl.traffic.request import Place, TokenPlace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ztdsl.istio.kinds import JwtRule
    from ztdsl.traffic.request import AnyToken, Http

AUTHORIZATION: Final = "authorization"
BEARER: Final = "Bearer "
RUN: Final = re.compile(r"[A-Za-z0-9_.\-]+")
"""The characters of a token."""
_DEFAULT_PARAM: Final = "access_token"


class Places(NamedTuple):
    """Where a rule looks.

    Attributes:
        headers: names of headers, each with what stands before the token.
        params: names of parameters.
        cookies: names of cookies.
        bearer: whether the token of a bearer, in `Authorization`, is taken without anything before it; None where the
            rule does not look there.
    """

    headers: tuple[tuple[str, str], ...]
    params: tuple[str, ...]
    cookies: tuple[str, ...]
    bearer: bool | None

    def hold(self, token: AnyToken) -> bool:
        """Whether `token` stands at one of them."""
        place = token.place
        if place is None:
            return self.bearer is not None
        if place.place is Place.HEADER:
            return any(name == place.name for name, _ in self.headers)
        return place.name in (self.params if place.place is Place.PARAM else self.cookies)

    def cuts(self, token: AnyToken) -> bool:
        """Whether the token of a bearer is taken for one, without anything before it."""
        return token.place is not None or self.bearer is not False

    def texts(self, http: Http, described: set[TokenPlace]) -> Iterator[str]:
        """What the request itself shows at these places, unless it is `described`."""
        for name, prefix in self.headers:
            if TokenPlace(Place.HEADER, name) not in described:
                yield from _after_prefix(http.headers.get(name, ()), prefix)
        if self.params and "?" in http.path:
            shown = params(http.path)
            yield from (shown[p] for p in self.params if p in shown and TokenPlace(Place.PARAM, p) not in described)
        if self.cookies and "cookie" in http.headers:
            shown = cookies(http.headers["cookie"])
            yield from (shown[c] for c in self.cookies if c in shown and TokenPlace(Place.COOKIE, c) not in described)


def places(rule: JwtRule) -> Places:
    """Where `rule` looks: where it says, or else in two usual places."""
    if not (rule.from_headers or rule.from_params or rule.from_cookies):
        return Places(((AUTHORIZATION, BEARER),), (_DEFAULT_PARAM,), (), bearer=True)
    headers = dict.fromkeys((header.name.lower(), header.prefix or "") for header in rule.from_headers)
    return Places(tuple(headers), rule.from_params, rule.from_cookies, _bearer(headers))


def _bearer(headers: Iterable[tuple[str, str]]) -> bool | None:
    """Whether a bearer's token is taken without anything before it; None where no header is looked at for one."""
    prefixes = [prefix for name, prefix in headers if name == AUTHORIZATION and prefix in BEARER]
    if not prefixes:
        return None
    return not any(RUN.search(BEARER.partition(prefix)[2] if prefix else BEARER) for prefix in prefixes)


def params(path: str) -> dict[str, str]:
    """The query's parameters by name; the first of a name counts."""
    shown: dict[str, str] = {}
    for pair in path.partition("?")[2].partition("#")[0].split("&"):
        name, _, value = pair.partition("=")
        shown.setdefault(unquote(name), unquote(value))
    return shown


def cookies(lines: Sequence[str]) -> dict[str, str]:
    """The cookies of the lines of a header, by name; the first of a name counts."""
    shown: dict[str, str] = {}
    for pair in ";".join(lines).split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals:
            shown.setdefault(name, value.removeprefix('"').removesuffix('"'))
    return shown


def _after_prefix(lines: Sequence[str], prefix: str) -> Iterator[str]:
    """The text that is taken for a token in each line that has the prefix anywhere."""
    for line in lines:
        value = line.strip(" \t")
        if prefix in value:
            begin = RUN.search(value, value.index(prefix) + len(prefix)) if prefix else None
            yield value[begin.start() :] if begin else value
