"""The requests of a box in words: who calls, and what for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.access.addresses import ADDRESSES
from ztdsl.access.choice import HEADER
from ztdsl.access.headers import AMONG_OTHERS
from ztdsl.access.identities import FOREIGNERS, OTHER_TLS, PLAINTEXT
from ztdsl.access.tested import ADDRESS, CONNECTION, HOST, METHOD, PATH, REMOTE, SOURCE, TOKEN
from ztdsl.access.wildcards import is_exact, meet, path_form
from ztdsl.traffic.addresses import parse_address, within
from ztdsl.traffic.request import InvalidToken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ztdsl.access.choice import Choice
    from ztdsl.access.search import Axis, Box, Class

_ANYTHING: Final = {METHOD: "any method", PATH: "any path", HOST: "any host", ADDRESS: "any address"}
_MOST: Final = 4
_NO_TOKEN: Final = 0
"""The class of requests without a token: the usual one."""
_ANYONE: Final = "anyone"
_IDENTIFIED: Final = "any workload with an identity"


def callers(axes: Sequence[Axis], box: Box) -> str:
    """Who sends the requests of a box."""
    who = _ANYONE
    more: list[str] = []
    for axis, members in zip(axes, box.members, strict=True):
        if axis.name == CONNECTION:
            who = _connecting(axis, members)
        elif axis.name in {SOURCE, REMOTE}:
            terms = _terms(axis, members)
            if terms is not None:
                more.append(f"from {'client ' if axis.name == REMOTE else ''}{terms}")
        elif axis.name == TOKEN:
            terms = _terms(axis, _with_refused(axis, members))
            if terms is not None:
                more.append(f"with {terms}")
    return " ".join([who, *more])


def _with_refused(axis: Axis, members: frozenset[int]) -> frozenset[int]:
    """The classes of tokens to tell of: where none is needed, that a refused one does not help goes without saying."""
    if _NO_TOKEN not in members:
        return members
    refused = (
        index
        for index, each in enumerate(axis.classes)
        if any(isinstance(token, InvalidToken) for choice in each.choices for token in choice.parts.get("tokens", ()))
    )
    return members.union(refused)


def asked(axes: Sequence[Axis], box: Box, *, is_http: bool) -> str:
    """What the requests of a box ask for."""
    found: dict[str, str] = {}
    for axis, members in zip(axes, box.members, strict=True):
        terms = _terms(axis, members)
        if terms is not None and (axis.name in _ANYTHING or axis.name.startswith(HEADER)):
            found[axis.name] = terms.replace("anything", _ANYTHING.get(axis.name, "anything"), 1)
    words = [_verb(found) if is_http else "connect"]
    if PATH in found:
        words.append(found.pop(PATH))
    for name, terms in found.items():
        where = {HOST: "at", ADDRESS: "to"}.get(name, "with")
        words.append(f"{where} {terms}")
    return " ".join(words)


def _verb(found: dict[str, str]) -> str:
    methods = found.pop(METHOD, None)
    if methods is None:
        return "call" if PATH in found else "any request"
    if not methods.startswith("any "):
        return methods
    return f"use {methods} on" if PATH in found else f"use {methods}"


def _connecting(axis: Axis, members: frozenset[int]) -> str:
    """Who connects: everyone, everyone but some, or some.

    Identities of trust domains that the mesh does not accept, and TLS of the client's own, mostly reach nothing on
    either side: that everyone is meant goes without saying that they are not.
    """
    inside = [each for index, each in enumerate(axis.classes) if index in members]
    outside = [each for index, each in enumerate(axis.classes) if index not in members]
    if all(each.is_named for each in inside):
        return _listed(inside)
    left_out = {choice.term: None for each in outside for choice in each.choices}
    who = _IDENTIFIED if PLAINTEXT.term in left_out else _ANYONE
    for term in (None, PLAINTEXT.term, OTHER_TLS.term, FOREIGNERS):
        left_out.pop(term, None)
    return f"{who} but {_shown([term for term in left_out if term is not None])}" if left_out else who


def _terms(axis: Axis, members: frozenset[int]) -> str | None:
    """The values of an axis in words; None where it may have any."""
    if len(members) == len(axis.classes):
        return None
    inside = [each for index, each in enumerate(axis.classes) if index in members]
    outside = [each for index, each in enumerate(axis.classes) if index not in members]
    if all(each.is_named for each in inside) or not any(each.is_named for each in outside):
        left_out = _covered(axis.name, inside, outside)
        return _listed(inside) + (f" but {_shown(left_out)}" if left_out else "")
    return f"anything but {_listed(outside)}"


def _covered(name: str, inside: Sequence[Class], outside: Sequence[Class]) -> list[str]:
    """What is left out although a value of the others covers it: a path of a pattern, a block within a block."""
    covers = {PATH: _covers_path, SOURCE: _covers_address, REMOTE: _covers_address}.get(name)
    if covers is None:
        return []
    terms = {choice.term for each in inside for choice in each.choices if choice.term is not None}
    found = {
        choice.term: None
        for each in outside
        for choice in each.choices
        if choice.term is not None and choice.term not in terms and any(covers(term, choice) for term in terms)
    }
    return list(found)


def _covers_path(pattern: str, choice: Choice) -> bool:
    form = path_form(pattern)
    return not is_exact(form) and meet((form, tuple(choice.parts["path"])), "x") is not None


def _covers_address(term: str, choice: Choice) -> bool:
    block = term.removeprefix(ADDRESSES)
    text = choice.parts["source_ip"] if "source_ip" in choice.parts else choice.parts["remote_ip"]
    return within([block])(parse_address(text))


def _listed(classes: Iterable[Class]) -> str:
    """The names of values, each once, the first few of them."""
    terms = list(dict.fromkeys(choice.term for each in classes for choice in each.choices if choice.term is not None))
    return _shown([each for each in terms if not each.endswith(AMONG_OTHERS)] or terms or ["others"])


def _shown(terms: Sequence[str]) -> str:
    more = len(terms) - _MOST
    return ", ".join(terms[:_MOST]) + (f" and {more} more" if more > 0 else "")
