"""Headers as the filters of policies see them: what was sent, less and more what the proxy itself takes and writes.

Sources: Envoy `source/common/http/header_map_impl.cc` (names), `http1/codec_impl.cc` (blanks),
`source/extensions/filters/http/jwt_authn/{authenticator,filter}.cc` (headers of tokens and claims).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from ztdsl.istio.evaluate.facts import LackingFactError
from ztdsl.istio.evaluate.patterns import any_of, sort_patterns
from ztdsl.traffic.request import Place, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ztdsl.istio.evaluate.facts import Facts
    from ztdsl.istio.evaluate.patterns import Patterns
    from ztdsl.traffic.request import AnyToken

AUTHORIZATION: Final = "authorization"
_BEARER: Final = "Bearer "
_BLANKS: Final = " \t"
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
        return (pseudo,)
    if name in _WRITTEN_BY_ENVOY or name.startswith("x-envoy-"):
        raise _lacking(name)
    if name == "x-forwarded-for" and facts.setting.is_gateway:
        raise _lacking(name)
    if facts.has_read_tokens and name in facts.setting.written:
        return _written(facts, name)
    token = next((each for each in facts.request.tokens if _stands_in(each, name)), None)
    if token is not None and facts.accepted is not None and name in facts.setting.taken:
        if name in facts.setting.kept or len(facts.request.tokens) > 1:
            raise _lacking(name)
        return ()
    sent = facts.http.headers.get(name, ())
    if token is not None and not sent:
        return Unseen(_BEARER if token.place is None else "", f"http.headers[{name}], which carries a token")
    return tuple(line.strip(_BLANKS) for line in sent)


def _pseudo(facts: Facts, name: str) -> str | None:
    """The one line of a header that HTTP/2 made of the request's first line; `host` is another name of one."""
    if name in {"host", ":authority"}:
        return facts.host
    if name == ":path":
        return facts.whole_path
    if name == ":method":
        return facts.method
    if name in _UNPRINTED:
        raise _lacking(name)
    return None


def _stands_in(token: AnyToken, name: str) -> bool:
    place = token.place
    if place is None:
        return name == AUTHORIZATION
    return place.place is Place.HEADER and place.name == name


def _written(facts: Facts, name: str) -> Lines:
    """The header that the filter of tokens writes of a claim or of all; what came under its name is removed."""
    if facts.accepted is None:
        return ()
    path = facts.setting.written[name]
    tokens = facts.request.tokens
    token = tokens[0] if len(tokens) == 1 else None
    if path is None or not isinstance(token, Token):
        raise _lacking(name)
    if not path:
        return Unseen("", f"http.headers[{name}], which carries a token's claims")
    return _line(token, path, name)


def _line(token: Token, path: tuple[str, ...], name: str) -> Lines:
    """The line of one claim, as it was before space-delimited ones were split."""
    value: object = dict(token.claims)
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if value is None:
        return ()
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, int) or (isinstance(value, str) and value):
        return (str(value),)
    raise _lacking(name)


def _lacking(name: str) -> LackingFactError:
    return LackingFactError(f"http.headers[{name}] as the proxy leaves it")
