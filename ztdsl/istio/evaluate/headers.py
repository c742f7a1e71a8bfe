"""Headers as the filters of policies see them: what was sent, less and more what the proxy itself takes and writes.

Sources: Envoy `source/common/http/header_map_impl.cc` (names), `http1/codec_impl.cc` (blanks),
`source/extensions/filters/http/jwt_authn/{authenticator,filter}.cc` (headers of tokens and claims).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from ztdsl.istio.evaluate.facts import LackingFactError
from ztdsl.istio.evaluate.patterns import any_of, sort_patterns
from ztdsl.istio.evaluate.places import AUTHORIZATION, BEARER, cookies, params
from ztdsl.traffic.request import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ztdsl.istio.evaluate.facts import Facts
    from ztdsl.istio.evaluate.passage import Claims
    from ztdsl.istio.evaluate.patterns import Patterns
    from ztdsl.traffic.request import AnyToken, Token

_BLANKS: Final = " \t"
_COOKIE: Final = "cookie"
_WHOLE_DOUBLES: Final = 2**53
"""Below this every whole number is a double of its own."""
_WRITTEN_BY_ENVOY: Final = frozenset({"x-forwarded-client-cert", "x-forwarded-proto", "x-request-id"})
_UNPRINTED: Final = frozenset({":scheme", ":protocol"})


class Unseen(NamedTuple):
    """A header that is there, of whose one line only the beginning is known; `what` names the lacking rest."""

    beginning: str
    what: str


Lines: TypeAlias = "Sequence[str] | Unseen"


def header_test(values: Sequence[str]) -> Callable[[Lines], bool]:
    """A predicate: whether any line matches any of the patterns `values`; a lone `*` asks for the header alone."""
    patterns = sort_patterns(values)
    says = any_of(patterns, present_is_empty=True)

    def holds(lines: Lines) -> bool:
        return _unseen(patterns, lines) if isinstance(lines, Unseen) else any(says(line) for line in lines)

    return holds


def _unseen(patterns: Patterns, line: Unseen) -> bool:
    """Whether a line matches whose beginning alone is known."""
    if patterns.present or line.beginning.startswith(patterns.prefixes):
        return True
    could_be = any(text.startswith(line.beginning) for text in (*patterns.exact, *patterns.prefixes))
    if could_be or patterns.suffixes:
        raise LackingFactError(line.what)
    return False


def header_lines(facts: Facts, name: str) -> Lines:
    """The lines of the header `name`, which is in lower case.

    Raises:
        LackingFactError: what was sent does not say what the header holds.
    """
    pseudo = _pseudo(facts, name)
    if pseudo is not None:
        return pseudo
    if name in _WRITTEN_BY_ENVOY or name.startswith("x-envoy-"):
        raise _lacking(name)
    if name == "x-forwarded-for" and facts.setting.is_gateway:
        raise _lacking(name)
    passage = facts.tokens.passage
    if name in passage.written:
        return _written(facts, name, passage.written[name])
    if name in passage.removed:
        return ()
    sent = facts.http.headers.get(name, ())
    if sent and name in passage.perhaps:
        msg = f"the version of Envoy, which decides whether the sent header {name} is removed"
        raise LackingFactError(msg)
    return _carrying(facts, name, sent)


def _pseudo(facts: Facts, name: str) -> Lines | None:
    """The one line of a header that HTTP/2 made of the request's first line; `host` is another name of one."""
    if name in {"host", ":authority"}:
        return (facts.host,)
    if name == ":path":
        return _whole_path(facts)
    if name == ":method":
        return (facts.method,)
    if name in _UNPRINTED:
        raise _lacking(name)
    return None


def _whole_path(facts: Facts) -> Lines:
    """The path with its query; a token in the query that is accepted is taken out, and the query written anew."""
    path = facts.whole_path
    named = [each for each in facts.request.tokens if each.place is not None and each.place.place is Place.PARAM]
    if not named:
        return (path,)
    before, what = path.partition("?")[0], "the query of http.path, which carries a token"
    tokens = facts.tokens
    if tokens.passage.takes and any(each is tokens.token for each in named):
        return Unseen(before, what)
    shown = params(facts.http.path)
    if all(each.place is not None and each.place.name in shown for each in named):
        return (path,)
    return Unseen(f"{before}?", what)


def _carrying(facts: Facts, name: str, sent: Sequence[str]) -> Lines:
    """The lines of a header that may carry tokens; those that are not listed are there with what carries them."""
    if name == _COOKIE:
        return _cookie(facts, sent)
    found = [each for each in facts.request.tokens if _stands_in(each, name)]
    tokens = facts.tokens
    if tokens.passage.takes and any(each is tokens.token for each in found):
        return ()
    if not found or sent:
        return tuple(line.strip(_BLANKS) for line in sent)
    if len(found) > 1:
        raise _lacking(name)
    return Unseen(BEARER if found[0].place is None else "", f"http.headers[{name}], which carries a token")


def _cookie(facts: Facts, sent: Sequence[str]) -> Lines:
    """Envoy leaves the cookies of tokens where they are."""
    named = [each.place.name for each in facts.request.tokens if each.place and each.place.place is Place.COOKIE]
    shown = cookies(sent) if named else {}
    if all(each in shown for each in named):
        return tuple(line.strip(_BLANKS) for line in sent)
    return Unseen("", f"http.headers[{_COOKIE}], which carries a token")


def _stands_in(token: AnyToken, name: str) -> bool:
    place = token.place
    if place is None:
        return name == AUTHORIZATION
    return place.place is Place.HEADER and place.name == name


def _written(facts: Facts, name: str, claims: Claims) -> Lines:
    """The header that the filter of tokens writes of claims; what came under its name is removed."""
    token = facts.tokens.token
    if token is None:
        return ()
    if () in claims:
        if len(claims) > 1:
            raise _lacking(name)
        return Unseen("", f"http.headers[{name}], which carries a token's claims")
    return tuple(line for path in claims for line in _line(token, path, name))


def _line(token: Token, path: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The line of one claim, as it was before space-delimited ones were split; none where it is absent or empty.

    Envoy reads numbers as doubles, and writes those as whole numbers that are.
    """
    value: object = dict(token.claims)
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if value is None or value == "":
        return ()
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, int | float) and 0 <= value < _WHOLE_DOUBLES and value == int(value):
        return (str(int(value)),)
    if isinstance(value, str) and value.isprintable():
        return (value,)
    raise _lacking(name)


def _lacking(name: str) -> LackingFactError:
    return LackingFactError(f"http.headers[{name}] as the proxy leaves it")
