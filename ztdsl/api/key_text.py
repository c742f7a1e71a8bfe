"""Sets of keys and their rotation as text for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.formats.escape import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.keys.fetch import Fetched
    from ztdsl.keys.read import Key, KeySet
    from ztdsl.keys.rotation import Circumstances, Rotation

_RED: Final = "\033[1;31m"
_PLAIN: Final = "\033[0m"


def comparison_text(rotation: Rotation | None, given: Circumstances, *, width: int) -> str:
    """The answer of `ztc keys diff`."""
    return "\n".join(_comparison(rotation, given, width)) + "\n"


def set_lines(keys: KeySet, width: int, *, color: bool) -> Iterator[str]:
    """A set, line by line."""
    yield f"  usable    {len(keys.usable)} of {len(keys.keys)}"
    for key in keys.keys:
        yield ""
        yield from _key_lines(key, width, color=color)


def answer_lines(answer: Fetched) -> Iterator[str]:
    """How a server answered, line by line."""
    secured = answer.tls or "no TLS"
    yield f"  server    {answer.address}, {secured}, {len(answer.text.encode())} bytes"
    if answer.redirects:
        yield f"  in fact   {visible(answer.url)}"
    if answer.max_age is not None:
        yield f"  cached    for {span(timedelta(seconds=answer.max_age))}"


def _key_lines(key: Key, width: int, *, color: bool) -> Iterator[str]:
    words = [f"key {key.number}", visible(key.kid) if key.kid else "(no kid)"]
    yield "  ".join([*words, *_nature(key)])
    if key.is_secret:
        warning = "  SECRET      who reads the set can sign tokens"
        yield f"{_RED}{warning}{_PLAIN}" if color else warning
    if key.thumbprint is not None:
        yield f"  thumbprint  {key.thumbprint}"
    if key.fault is not None:
        yield from _wrapped(f"not usable: {visible(key.fault)}", "  verdict     ", width)


def _nature(key: Key) -> list[str]:
    parts = [visible(key.kind or "(no kty)"), visible(key.form), visible(key.alg)]
    return [" ".join(part for part in parts if part)]


def _comparison(rotation: Rotation | None, given: Circumstances, width: int) -> Iterator[str]:
    if rotation is None:
        yield "no answer: see the findings"
        return
    yield "safe" if rotation.is_safe else "NOT SAFE: tokens that are good would be refused"
    for sign, keys in (("+", rotation.added), ("-", rotation.removed), ("=", rotation.kept)):
        for key in keys:
            yield f"  {sign} {visible(key.kid) if key.kid else '(no kid)'}  {_nature(key)[0]}"
    if (change := rotation.algorithms) is not None:
        yield from _wrapped(f"{change[0]} becomes {change[1]}: every verifier must take it", "  ! ", width)
    yield ""
    yield f"  published       {moment(given.published)}"
    assumed = " is assumed (--token-lifetime)" if given.is_lifetime_assumed else ""
    yield f"  tokens live     {span(given.lifetime)}{assumed}, and are accepted for 1m more"
    yield f"  istiod asks     every {span(given.refresh)}"
    if rotation.sign_from is not None:
        yield f"  sign with new   from {moment(rotation.sign_from)}"
    if rotation.withdraw_from is not None:
        yield f"  withdraw old    from {moment(rotation.withdraw_from)}"


def moment(when: datetime) -> str:
    """A time as people and programs read it, in UTC; never a second too early."""
    whole = when.astimezone(UTC)
    if whole.microsecond:
        whole = whole.replace(microsecond=0) + timedelta(seconds=1)
    return whole.strftime("%Y-%m-%dT%H:%M:%SZ")


def span(length: timedelta) -> str:
    """A length of time as flags take it: `1h30m`."""
    rest = int(length.total_seconds())
    parts = []
    for unit, seconds in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def _wrapped(words: str, head: str, width: int) -> list[str]:
    return wrap(words, width, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False)
