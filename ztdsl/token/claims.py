"""Which claims of a token policies can test, and whom the token stands for.

A test is about texts: a string, or the strings in a list; numbers, booleans and objects never match. Sources: Istio
`pilot/pkg/security/authz/{model/generator.go,matcher/metadata.go}`; Envoy's `normalize_payload_in_metadata`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_ALWAYS_SPLIT: Final = ("scope", "permission")
_MOST_LEVELS: Final = 5


class Claim(NamedTuple):
    """One claim, as a policy would name it.

    Attributes:
        path: the names that lead to it.
        kind: what it is, in words; never what it says.
        can_match: whether any test of it can match.
        note: what to know about testing it.
    """

    path: tuple[str, ...]
    kind: str
    can_match: bool
    note: str | None = None

    @property
    def key(self) -> str:
        """The key of a condition of Istio's."""
        return "request.auth.claims" + "".join(f"[{name}]" for name in self.path)


class Principal(NamedTuple):
    """The request principal that a token yields.

    Attributes:
        text: issuer and subject; None where it lacks one.
        notes: what does not match as one would expect.
    """

    text: str | None
    notes: tuple[str, ...]


def usable(claims: Mapping[str, Any], space_delimited: Iterable[str] = ()) -> list[Claim]:
    """Every claim, nested ones below their objects; `space_delimited` are further ones that a rule splits."""
    split = {*_ALWAYS_SPLIT, *space_delimited}
    return [claim for name in sorted(claims) for claim in _claims((name,), claims[name], is_split=name in split)]


def principal(claims: Mapping[str, Any]) -> Principal:
    """Whom the token stands for, which is the last thing that `requestPrincipals` looks at."""
    issuer, subject = claims.get("iss"), claims.get("sub")
    lacking = [name for name, value in (("iss", issuer), ("sub", subject)) if not isinstance(value, str) or not value]
    if lacking:
        names = " and ".join(f"`{name}`" for name in lacking)
        return Principal(None, (f"without {names} no `requestPrincipals` matches it, not even `*`",))
    notes = []
    if str(issuer).endswith("/"):
        notes.append("the issuer ends with a slash, so the principal has two: write both")
    if "/" in str(subject):
        notes.append("the subject has a slash: no exact principal matches it; test `request.auth.claims[sub]`")
    return Principal(f"{issuer}/{subject}", tuple(notes))


def _claims(path: tuple[str, ...], value: Any, *, is_split: bool = False) -> Iterator[Claim]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        yield Claim(path, "an object", can_match=False, note="its members can be tested" if value else None)
        if len(path) < _MOST_LEVELS:
            for name in sorted(value):
                yield from _claims((*path, name), value[name])
    elif isinstance(value, str):
        yield _text(path, value, is_split=is_split)
    elif isinstance(value, list):
        yield _list(path, value)
    else:
        yield Claim(path, _kind(value), can_match=False, note="never matches: only strings do")


def _text(path: tuple[str, ...], value: str, *, is_split: bool) -> Claim:
    if is_split:
        count = len([word for word in value.split(" ") if word])
        note = "each word matches alone; a value with a space never does"
        return Claim(path, f"{count} word{'' if count == 1 else 's'}", count > 0, note)
    if not value:
        return Claim(path, "an empty string", can_match=True, note="`*` does not match it")
    return Claim(path, "a string", can_match=True, note="the whole string is compared" if " " in value else None)


def _list(path: tuple[str, ...], value: list[Any]) -> Claim:
    texts = sum(isinstance(each, str) for each in value)
    if not value:
        return Claim(path, "an empty list", can_match=False, note="never matches")
    if not texts:
        return Claim(path, "a list without strings", can_match=False, note="never matches: only strings do")
    rest = len(value) - texts
    note = f"{rest} other{'s' if rest > 1 else ''} in it never match" if rest else None
    return Claim(path, f"a list of {texts} string{'s' if texts > 1 else ''}", can_match=True, note=note)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    return "a boolean" if isinstance(value, bool) else "a number"
