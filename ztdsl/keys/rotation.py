"""Whether the keys of an issuer change without refusing a token, and when each step is safe.

istiod fetches the set once per refresh interval, and the proxies get what it then sees (Istio
`pilot/pkg/model/jwks_resolver.go`). So a new key is known everywhere one interval and the time of a push after it was
published, while a withdrawn one can be unknown at once. Envoy accepts a token for a minute after it has expired (Envoy
`jwt_authn/v3/config.proto`, `clock_skew_seconds`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.keys.read import Key, KeySet

TOKEN_LIFETIME: Final = timedelta(hours=1)
REFRESH_INTERVAL: Final = timedelta(minutes=20)
PUSH: Final = timedelta(minutes=1)
"""What a fetch with its retries and a push to every proxy may take beyond the interval."""
SKEW: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of an issuer beside its keys.

    Attributes:
        published: when the new set is published.
        lifetime: how long its tokens live at most.
        refresh: how often istiod fetches the set.
        signer: the `kid` of the key that signs once the new set is published; None if it is not known.
        since: when that key began, or begins, to sign; None if it is not known.
        is_lifetime_assumed: whether nobody said how long tokens live.
    """

    published: datetime
    lifetime: timedelta = TOKEN_LIFETIME
    refresh: timedelta = REFRESH_INTERVAL
    signer: str | None = None
    since: datetime | None = None
    is_lifetime_assumed: bool = False

    @property
    def known_everywhere(self) -> datetime:
        """When every proxy has what the new set adds."""
        return self.published + self.refresh + PUSH


@dataclass(frozen=True, slots=True)
class Rotation:
    """How one set becomes another.

    Attributes:
        added: keys that only the new set has.
        removed: keys that only the old set has, or that the new one has under another name or algorithm.
        kept: keys of the new set with which a token of the old one verifies.
        reasons: why tokens would be refused, a phrase each; empty where the change is safe.
        reused: names that mean another key in the new set.
        sign_from: the earliest time at which a new key may sign; None where none is added.
        withdraw_from: the earliest time at which the removed keys may go; where none is removed, the earliest at
            which the kept ones may, if a new key begins to sign as early as it may. None where neither is so.
    """

    added: tuple[Key, ...]
    removed: tuple[Key, ...]
    kept: tuple[Key, ...]
    reasons: tuple[str, ...]
    reused: tuple[str, ...]
    sign_from: datetime | None
    withdraw_from: datetime | None

    @property
    def is_safe(self) -> bool:
        """Whether no token is refused, as far as the circumstances are as given."""
        return not self.reasons and not self.reused

    @property
    def algorithms(self) -> tuple[str, str] | None:
        """The kinds of keys before and after, where the added ones are of another kind; None where not."""
        before, after = _kinds([*self.removed, *self.kept]), _kinds(self.added)
        return (before, after) if self.added and before and before != after else None


def compare(old: KeySet, new: KeySet, given: Circumstances) -> Rotation:
    """What the change from `old` to `new` does; keys that no proxy can use do not count."""
    kept = tuple(key for key in new.usable if any(_stands_for(key, each) for each in old.usable))
    removed = tuple(key for key in old.usable if not any(_stands_for(each, key) for each in new.usable))
    known = {(key.thumbprint, key.kid, key.alg) for key in kept}
    added = tuple(key for key in new.usable if (key.thumbprint, key.kid, key.alg) not in known)
    signer = None if given.signer is None else _by_name(new.usable, given.signer)
    is_new = signer is not None and signer in added
    since = given.since if given.since is not None or not is_new else given.published
    begun = max(since or given.published, given.known_everywhere) if is_new else since
    withdraw = _withdrawal(given, added=added, removed=removed, begun=begun, has_signer=signer is not None)
    return Rotation(
        added,
        removed,
        kept,
        tuple(_reasons(given, signer, since, added=added, removed=removed, kept=kept)),
        _reused(old.usable, new.usable),
        given.known_everywhere if added else None,
        withdraw,
    )


def _withdrawal(
    given: Circumstances,
    *,
    added: tuple[Key, ...],
    removed: tuple[Key, ...],
    begun: datetime | None,
    has_signer: bool,
) -> datetime | None:
    if not removed and not added:
        return None
    if begun is None or not has_signer:
        begun = given.known_everywhere if added else given.published
    return begun + given.lifetime + SKEW


def _reasons(
    given: Circumstances,
    signer: Key | None,
    since: datetime | None,
    *,
    added: tuple[Key, ...],
    removed: tuple[Key, ...],
    kept: tuple[Key, ...],
) -> Iterable[str]:
    if not kept:
        yield "the sets share no key: before istiod fetches the new one, or after it, good tokens are refused"
        return
    if given.signer is not None and signer is None:
        yield f"`{given.signer}` signs, and no key that verifies is published under this name"
    if signer is not None and signer in added and since is not None and since < given.known_everywhere:
        yield f"`{signer.kid}` signs before every proxy knows it"
    if not removed:
        return
    names = _names(removed)
    if signer is None:
        yield f"tokens that {names} signed may still be alive: say which key signs, and since when"
    elif since is None:
        yield f"tokens that {names} signed may still be alive: say since when `{signer.kid}` signs"
    elif given.published < since + given.lifetime + SKEW:
        yield f"tokens that {names} signed are still alive when the new set is published"


def _stands_for(new: Key, old: Key) -> bool:
    """Whether `new` verifies every token that `old` verifies."""
    return (
        new.thumbprint is not None
        and new.thumbprint == old.thumbprint
        and new.kid in {"", old.kid}
        and new.alg in {"", old.alg}
    )


def _by_name(keys: tuple[Key, ...], kid: str) -> Key | None:
    return next((key for key in keys if key.kid == kid), None)


def _reused(old: tuple[Key, ...], new: tuple[Key, ...]) -> tuple[str, ...]:
    before = {key.kid: key.thumbprint for key in old if key.kid}
    return tuple(
        dict.fromkeys(key.kid for key in new if key.kid in before and before[key.kid] != key.thumbprint and key.kid)
    )


def _names(keys: Iterable[Key]) -> str:
    return ", ".join(f"`{key.kid}`" if key.kid else key.name for key in keys)


def _kinds(keys: Iterable[Key]) -> str:
    return ", ".join(sorted({key.alg or " ".join(filter(None, (key.kind, key.form))) for key in keys}))
