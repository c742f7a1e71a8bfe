"""The rules about tokens that manifests have, the keys that belong to them, and those that a token is meant for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.istio.kinds import JwtRule, RequestAuthentication
from ztdsl.token.key_set import KeySet, NoKeySetError, read_key_set
from ztdsl.token.near import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ztdsl.istio.kinds import Manifest


class UnknownIssuer(Exception):  # noqa: N818 - named for what happened
    """No rule is about an issuer of that name; `known` are those that are."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(name)
        self.name, self.known = name, tuple(known)


class UnreadableKeys(Exception):  # noqa: N818 - named for what happened
    """A text is no JWK set; `why` says what it lacks."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def key_set(text: str) -> KeySet:
    """The keys of a JWK set.

    Raises:
        UnreadableKeys: it is none.
    """
    try:
        return read_key_set(text)
    except NoKeySetError as error:
        raise UnreadableKeys(str(error)) from None


def rules_of(manifests: Iterable[Manifest]) -> tuple[JwtRule, ...]:
    """The rules of all RequestAuthentications, equal ones once, by issuer."""
    found = {rule: None for each in manifests if isinstance(each, RequestAuthentication) for rule in each.jwt_rules}
    return tuple(sorted(found, key=lambda rule: rule.issuer or ""))


def meant(rules: Sequence[JwtRule], found: str | None, asked: str | None) -> tuple[JwtRule, ...]:
    """The rules that a token is meant for: those of its issuer, or of the one that is nearest to it.

    Args:
        rules: all rules.
        found: the issuer that the token names.
        asked: the issuer that it should be of, where somebody says so.

    Raises:
        UnknownIssuer: no rule is about `asked`.
    """
    if asked is not None:
        chosen = tuple(rule for rule in rules if asked in {rule.issuer, _host(rule.issuer)})
        if not chosen:
            raise UnknownIssuer(asked, [rule.issuer for rule in rules if rule.issuer])
        return chosen
    exact = tuple(rule for rule in rules if not rule.issuer or rule.issuer == found)
    if exact or len(rules) == 1:
        return exact or tuple(rules)
    near = None if found is None else nearest(found, [rule.issuer for rule in rules if rule.issuer])
    return () if near is None else tuple(rule for rule in rules if rule.issuer == near[0])


class Keys:
    """The keys of rules: those that were given for some of them, else those that stand in the rule.

    Args:
        given: a key set from a file; None without one.
        about: the rules that it is for.
    """

    def __init__(self, given: KeySet | None, about: Sequence[JwtRule]) -> None:
        self._given = given
        self._about = {rule.issuer for rule in about}
        self._known: dict[str, KeySet] = {}

    def of(self, rule: JwtRule) -> KeySet | None:
        """The keys of a rule; None where they are not here. An inline set that is none has no keys."""
        if self._given is not None and rule.issuer in self._about:
            return self._given
        if rule.jwks is None:
            return None
        if rule.jwks not in self._known:
            try:
                self._known[rule.jwks] = read_key_set(rule.jwks)
            except NoKeySetError as error:
                self._known[rule.jwks] = KeySet((), (str(error),))
        return self._known[rule.jwks]


def _host(issuer: str | None) -> str | None:
    return None if issuer is None else issuer.partition("://")[2].partition("/")[0] or None
