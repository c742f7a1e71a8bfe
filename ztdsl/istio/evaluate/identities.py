"""Tests of the peer's identity: principals, namespaces, service accounts and trust domains.

Istio renders most of them as RE2 expressions that must match the whole identity; here they are plain searches with the
same meaning. An identity is what the certificate says, with `spiffe://` in front; a client without one has none, and
no positive test holds for it. Source: Istio `pilot/pkg/security/authz/model/generator.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from ztdsl.istio.evaluate.patterns import Patterns, any_of, sort_patterns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Says = Callable[[str], bool]

T = TypeVar("T")

SCHEME: Final = "spiffe://"


def one_of(tests: Sequence[Callable[[T], bool]]) -> Callable[[T], bool]:
    """A predicate: whether any of `tests` holds."""
    if len(tests) == 1:
        return tests[0]
    return lambda tested: any(test(tested) for test in tests)


def principal_patterns(values: Sequence[str]) -> Patterns:
    """The patterns of `principals` with the scheme in front, as identities have it."""
    exact, prefixes, suffixes, present = sort_patterns(values)
    return Patterns(
        frozenset(SCHEME + value for value in exact), tuple(SCHEME + value for value in prefixes), suffixes, present
    )


def principals(values: Sequence[str]) -> Says:
    """A predicate for `principals`: a suffix stands anywhere behind the scheme."""
    patterns = principal_patterns(values)
    suffixes = patterns.suffixes
    plain = any_of(patterns._replace(suffixes=()))
    if not suffixes:
        return plain
    behind = len(SCHEME)
    return lambda identity: (
        plain(identity) or (identity.startswith(SCHEME) and any(identity.endswith(each, behind) for each in suffixes))
    )


def namespace(value: str) -> Says:
    """A predicate for one of `namespaces`: `/ns/`, the value and a slash, where each `*` is any text."""
    first, *rest = ("/ns/" + value + "/").split("*")
    if not rest:
        return lambda identity: first in identity

    def says(identity: str) -> bool:
        at = 0
        for piece in (first, *rest):
            found = identity.find(piece, at)
            if found < 0:
                return False
            at = found + len(piece)
        return True

    return says


def service_account(value: str, policy_namespace: str) -> Says:
    """A predicate for one of `serviceAccounts`; a name alone is in the policy's own namespace.

    Other pairs may stand between namespace and account, and after the account.
    """
    own, slash, name = value.partition("/")
    if not slash:
        own, name = policy_namespace, value
    head, tail = f"/ns/{own}/", f"/sa/{name}"

    def says(identity: str) -> bool:
        if not identity.startswith(SCHEME):
            return False
        at = identity.find(head, len(SCHEME) + 1)
        while at >= 0:
            # The slash that ends the namespace may be the one that begins the account.
            if _ends_with_account(identity[at + len(head) - 1 :], tail):
                return True
            at = identity.find(head, at + 1)
        return False

    return says


def _ends_with_account(rest: str, tail: str) -> bool:
    """Whether `rest`, a slash and what follows the namespace, is `(/.+)?/sa/NAME(/.+)?`."""
    at = rest.find(tail)
    while at >= 0:
        end = at + len(tail)
        between_is_right = at != 1  # one slash alone is no pair
        if between_is_right and (end == len(rest) or (rest[end] == "/" and end + 1 < len(rest))):
            return True
        at = rest.find(tail, at + 1)
    return False


def trust_domain(value: str) -> Says:
    """A predicate for one of `trustDomains`: one `*` stands for any text without a slash."""
    if value == "*":
        return lambda identity: identity.startswith(SCHEME)
    before, star, after = value.partition("*")
    head, tail = SCHEME + before, after + "/"
    if not star:
        whole = head + "/"
        return lambda identity: identity.startswith(whole)

    def says(identity: str) -> bool:
        if not identity.startswith(head):
            return False
        rest = identity[len(head) :]
        slash = rest.find("/")
        found = rest.find(tail)
        return 0 <= found <= slash

    return says
