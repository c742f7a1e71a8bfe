"""A key server as istiod meets it: discovery, and what its answers mean for the refreshing of keys.

Sources: OpenID Connect Discovery 1.0, sections 4.1 and 4.3; Istio `pilot/pkg/model/jwks_resolver.go`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.keys.fetch import NotFetchedError, fetch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.keys.fetch import Fetched, Limits

_DISCOVERY: Final = "/.well-known/openid-configuration"
_PATIENCE: Final = 5
"""The seconds after which istiod gives up, where the rule names no other timeout."""
_LARGE: Final = 64 << 10


def discovered(issuer: str, limits: Limits) -> str:
    """The address of the keys that the issuer's discovery document names.

    Raises:
        NotFetchedError: there is no such document, it speaks for another issuer, or it names no address.
    """
    if not issuer.startswith("https://"):
        message = f"the issuer `{issuer}` is no `https` address, and has no discovery document"
        raise NotFetchedError(message)
    answer = fetch(issuer.rstrip("/") + _DISCOVERY, limits)
    try:
        document = json.loads(answer.text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        message = "its discovery document is not a JSON object"
        raise NotFetchedError(message)
    if document.get("issuer") != issuer:
        message = f"its discovery document does not speak for `{issuer}`"
        raise NotFetchedError(message)
    uri = document.get("jwks_uri")
    if not isinstance(uri, str) or not uri.startswith("https://"):
        message = "its discovery document names no `https` address of keys"
        raise NotFetchedError(message)
    return uri


def judge_answer(answer: Fetched, refresh: timedelta) -> tuple[Diagnostic, ...]:
    """The findings of how a server answers."""
    return tuple(
        diagnostic("ZT779", message, None, notes=notes, help=help_)
        for message, notes, help_ in _faults(answer, refresh)
    )


def _faults(answer: Fetched, refresh: timedelta) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    if answer.seconds > _PATIENCE:
        yield (
            f"the key server took {answer.seconds:.1f} s",
            (f"istiod gives up after {_PATIENCE} s and keeps the keys it has, if it has any",),
            ("make it faster, or set `timeout` in the token rule",),
        )
    size = len(answer.text.encode())
    if size > _LARGE:
        yield (
            f"the key set has {size} bytes",
            ("istiod writes it into the configuration of every proxy that the issuer's tokens reach",),
            ("publish only the keys that verify living tokens",),
        )
    if answer.max_age is not None and answer.max_age > refresh.total_seconds():
        yield (
            f"caches may keep the key set for {answer.max_age} s",
            (
                f"istiod asks every {refresh.total_seconds():.0f} s, and a cache in between answers with an old set",
                "a new key is known that much later",
            ),
            ("shorten `max-age`, or add it to `--refresh-interval` of `ztc keys diff`",),
        )
