"""The parts of a request with the values that the rules of both sides tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.access.addresses import ADDRESSES, at_borders
from ztdsl.access.choice import HEADER, USUAL, Choice, request_of
from ztdsl.access.headers import lines
from ztdsl.access.identities import Peers, connections
from ztdsl.access.search import Axis, classed
from ztdsl.access.tested import ADDRESS, CLAIM, CONNECTION, HOST, METHOD, PATH, REMOTE, SOURCE, TOKEN, UNSEEN, read_by
from ztdsl.access.texts import Named, fresh, texts
from ztdsl.access.tokens import Tokens
from ztdsl.access.wildcards import path_form, text_form
from ztdsl.istio.evaluate.facts import Facts, LackingFactError
from ztdsl.traffic.malformed import COMMON_METHODS, METHODS, Rejection, receive
from ztdsl.traffic.request import Chain, Proxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ztdsl.access.choice import Parts
    from ztdsl.access.ground import Ground
    from ztdsl.traffic.request import Destination, Request

_PATH_FILLERS: Final = ("", "x/y", "[x]")
CUT: Final = "there are more combinations than are searched"
GRPC: Final = ("application/grpc",)


class Axes:
    """The axes of one port; callers before what they ask for.

    Attributes:
        doubts: why something may be missed.
    """

    def __init__(self, to: Destination, ground: Ground, named: Callable[[str], str]) -> None:
        self._to = to
        self._ground = ground
        self._named = named
        self.doubts: list[str] = []

    def made(self, accounts: Iterable[str]) -> list[Axis]:
        """The axes; `accounts` are service accounts of rules, each with its namespace."""
        axes = [self._connection(tuple(accounts))]
        tested = self._ground.axes
        if SOURCE in tested or REMOTE in tested:
            axes += self._addresses(tested)
        if ADDRESS in tested:
            axes.append(self._axis(ADDRESS, self._blocks("ip", ADDRESS)))
        if self._to.chain is Chain.HTTP:
            axes += self._of_requests(tested)
        if UNSEEN in tested:
            self._ground.left(UNSEEN, [self._facts(at, request_of(self._to, {})) for at in (0, 1)])
        return axes

    def _of_requests(self, tested: list[str]) -> Iterator[Axis]:
        tokens = Tokens(self._to, self._ground)
        if any(side.rules for side in self._ground.sides):
            yield classed(TOKEN, tokens.choices())
            self.doubts = [*([] if tokens.is_whole else [CUT]), *([] if tokens.doubt is None else [tokens.doubt])]
        elif any(name.startswith(CLAIM) for name in tested):
            yield classed(TOKEN, tokens.none())
        if METHOD in tested:
            yield self._axis(METHOD, self._methods())
        for name in tested:
            if name.startswith(HEADER) and name not in tokens.headers:
                yield self._axis(name, lines(self._ground, name))
        if HOST in tested:
            yield self._axis(HOST, self._hosts())
        if PATH in tested:
            yield self._axis(PATH, self._paths())

    # -- the connection

    def _connection(self, accounts: tuple[str, ...]) -> Axis:
        values = self._values(CONNECTION)
        peers = Peers(
            values.get("principals", ()),
            values.get("namespaces", ()),
            accounts,
            values.get("trustDomains", ()),
            values.get("sni", ()),
        )
        ground = self._ground
        is_open = self._to.proxy is not Proxy.SIDECAR
        choices = connections(peers, ground.sides[0].mesh, self._named, is_open=is_open)
        found = []
        for choice in choices:
            request = request_of(self._to, choice.parts)
            facts = [side.connected(request) for side in ground.sides]
            found.append((ground.left(CONNECTION, facts), choice))
        return classed(CONNECTION, found)

    # -- addresses

    def _addresses(self, tested: list[str]) -> Iterator[Axis]:
        """The peer's address and the client's, which are one at a gateway that trusts no proxy before it."""
        setting = self._ground.sides[0].setting
        if setting.is_gateway and setting.trusted_proxies == 0:
            choices = [*self._blocks("source_ip", SOURCE), *self._blocks("source_ip", REMOTE)]
            found = []
            for choice in choices:
                facts = self._both(choice.parts)
                found.append((self._ground.left(SOURCE, facts) & self._ground.left(REMOTE, facts), choice))
            yield classed(SOURCE, found)
            return
        if SOURCE in tested:
            yield self._axis(SOURCE, self._blocks("source_ip", SOURCE))
        if REMOTE in tested:
            yield self._axis(REMOTE, self._blocks("remote_ip", REMOTE))

    def _blocks(self, part: str, axis: str) -> Iterator[Choice]:
        blocks = [value for values in self._values(axis).values() for value in values]
        yield Choice({part: USUAL[part] or USUAL["source_ip"]})
        for text, block in at_borders(blocks):
            yield Choice({part: text}, None if block is None else f"{ADDRESSES}{block}")
        yield Choice({part: "2001:db8:ffff::1"})

    # -- requests

    def _methods(self) -> Iterator[Choice]:
        patterns = self._patterns(METHOD)
        named: dict[str, str] = {}
        for pattern in patterns:
            body = pattern.strip("*")
            for method in METHODS:
                is_met = method == pattern if "*" not in pattern else body in method
                if is_met:
                    named.setdefault(method, method)
            if body and body not in METHODS:
                named.setdefault(body, f"{pattern} of gRPC")
        for method in COMMON_METHODS:
            if method not in named and method != "CONNECT":
                yield Choice({"method": method})
        for method, term in named.items():
            if method in METHODS:
                yield Choice({"method": method}, term)
            else:
                yield Choice({"method": method, f"{HEADER}content-type": GRPC}, term)

    def _hosts(self) -> Iterator[Choice]:
        patterns = self._patterns(HOST)
        yield Choice({"host": USUAL["host"]})
        filler = fresh(patterns)
        named = texts([Named(text_form(each), each) for each in patterns], filler, ("",))
        for text, term in named:
            yield Choice({"host": text}, term)
        for text, _ in named:
            yield Choice({"host": f"{text}:8443"})
            yield Choice({"host": f"{filler}{text}"})
        yield Choice({"host": ""})

    def _paths(self) -> Iterator[Choice]:
        filler = fresh(self._patterns(PATH))
        yield Choice({"path": f"/{filler}"})
        named = []
        is_whole_tested = False
        for test in self._ground.tests(PATH):
            is_path = read_by(test.attribute).field == "paths"
            is_whole_tested = is_whole_tested or not is_path
            named += [Named((path_form if is_path else text_form)(each), each) for each in test.values]
        named = list(dict.fromkeys(named))
        found = [("/" + text.removeprefix("/"), term) for text, term in texts(named, filler, _PATH_FILLERS)]
        for path, term in found:
            yield Choice({"path": path}, term)
        for path, term in found:
            if not path.endswith("/"):
                yield Choice({"path": f"{path}/"})
                yield Choice({"path": f"{path}{filler}"})
            if is_whole_tested:
                yield Choice({"path": f"{path}?{filler}"}, f"{term} with a query")
        yield Choice({"path": "/"})

    # -- what all share

    def _axis(self, name: str, choices: Iterable[Choice]) -> Axis:
        """The axis of those choices that Envoy takes and whose meaning is known."""
        found: list[tuple[int, Choice]] = []
        seen: set[tuple[object, ...]] = set()
        for choice in choices:
            key = tuple(choice.parts.items())
            if key in seen:
                continue
            seen.add(key)
            facts = self._both(choice.parts)
            if self._is_taken(facts[0]) and _is_clear(facts, choice.parts):
                found.append((self._ground.left(name, facts), choice))
        return classed(name, found)

    def _both(self, parts: Parts) -> list[Facts]:
        request = request_of(self._to, parts)
        first = self._facts(0, request)
        return [first, first if self._ground.is_shared else self._facts(1, request)]

    def _facts(self, at: int, request: Request) -> Facts:
        side = self._ground.sides[at]
        facts = Facts(request, side.setting)
        if side.reader is not None:
            facts.tokens = side.reader.without
        return facts

    def _is_taken(self, facts: Facts) -> bool:
        http = facts.request.http
        return http is None or not isinstance(receive(http, facts.setting.normalization), Rejection)

    def _values(self, axis: str) -> dict[str, tuple[str, ...]]:
        """The values of the tests of an axis by their field."""
        found: dict[str, dict[str, None]] = {}
        for test in self._ground.tests(axis):
            found.setdefault(read_by(test.attribute).field, {}).update(dict.fromkeys(test.values))
        return {field: tuple(values) for field, values in found.items()}

    def _patterns(self, axis: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for test in self._ground.tests(axis) for value in test.values))


def _is_clear(facts: Iterable[Facts], parts: Parts) -> bool:
    """Whether it is known what Envoy makes of the path."""
    if "path" not in parts:
        return True
    try:
        for each in facts:
            each.path  # noqa: B018 - raises where it is not known
    except LackingFactError:
        return False
    return True
