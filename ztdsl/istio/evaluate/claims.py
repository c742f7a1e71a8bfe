"""Tests of the accepted token: request principals, audiences, presenter and claims.

Source: Istio `pilot/pkg/security/authz/model/{generator,util}.go`, `matcher/metadata.go`; Envoy's metadata matcher.
"""

from __future__ import annotations

from functools import partial
from operator import eq
from typing import TYPE_CHECKING, Any

from ztdsl.istio.evaluate.patterns import any_of, sort_patterns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Claims = Mapping[str, Any]
    Says = Callable[[str], bool]
    ClaimsTest = Callable[[Claims], bool]


def request_principal(value: str) -> ClaimsTest:
    """A predicate for one of `requestPrincipals`: tests of `iss` and `sub`, split at the last slash.

    Both claims must be there and be texts; a leading `*` counts before a trailing one.
    """
    issuer, slash, subject = value.rpartition("/")
    if not slash:
        issuer, subject = value, ""
    if value == "*":
        return _pair(_present, _present)
    if value.startswith("*"):
        return _pair(_suffix(issuer), _exact(subject)) if slash else _pair(_present, _suffix(value))
    if value.endswith("*"):
        return _pair(_exact(issuer), _prefix(subject)) if slash else _pair(_prefix(value), _present)
    return _pair(_exact(issuer), _exact(subject))


def _pair(is_issuer: Says, is_subject: Says) -> ClaimsTest:
    def test(claims: Claims) -> bool:
        issuer, subject = claims.get("iss"), claims.get("sub")
        return isinstance(issuer, str) and isinstance(subject, str) and is_issuer(issuer) and is_subject(subject)

    return test


def _present(text: str) -> bool:
    return text != ""


def _exact(value: str) -> Says:
    return partial(eq, value)


def _suffix(pattern: str) -> Says:
    return _present if pattern == "*" else lambda text: text.endswith(pattern[1:])


def _prefix(pattern: str) -> Says:
    return _present if pattern == "*" else lambda text: text.startswith(pattern[:-1])


def claim(path: Sequence[str], values: Sequence[str]) -> ClaimsTest:
    """A predicate: whether the claim at `path` is a text, or a list with a text, that matches one of `values`."""
    says = any_of(sort_patterns(values))
    top = path[0] if len(path) == 1 else None

    def test(claims: Claims) -> bool:
        found = claim_at(claims, path) if top is None else claims.get(top)
        if isinstance(found, str):
            return says(found)
        return isinstance(found, list | tuple) and any(isinstance(each, str) and says(each) for each in found)

    return test


def claim_at(claims: Claims, path: Sequence[str]) -> object:
    """The claim at `path` through nested objects; None where it is absent."""
    found: Any = claims
    for key in path:
        if not isinstance(found, dict):
            return None
        found = found.get(key)
    return found


def claim_path(brackets: str) -> tuple[str, ...]:
    """The claim that `[…][…]` leads to; where the groups are not well formed, the outermost brackets hold one name.

    Raises:
        ValueError: `brackets` does not begin and end with a bracket.
    """
    path: list[str] = []
    begin = 0
    while begin < len(brackets):
        end = _closing(brackets, begin)
        if end < 0:
            return (bracketed(brackets),)
        path.append(brackets[begin + 1 : end])
        begin = end + 1
    return tuple(path)


def _closing(text: str, begin: int) -> int:
    """The index of the bracket that closes the one at `begin`; -1 where another opens before, or none is there."""
    if text[begin] != "[":
        return -1
    end = text.find("]", begin + 1)
    opened = text.find("[", begin + 1)
    return -1 if 0 <= opened < end else end


def bracketed(text: str) -> str:
    """What stands between the first and the last bracket of `text`.

    Raises:
        ValueError: `text` does not begin and end with a bracket.
    """
    if not (text.startswith("[") and text.endswith("]")):
        msg = f"{text!r} is not of the form [NAME]"
        raise ValueError(msg)
    return text[:-1].removeprefix("[")
