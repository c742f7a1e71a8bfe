"""What is wrong with a set of keys.

Envoy verifies a token with every key whose `kid` and `alg` do not contradict it, and reads neither `use` nor
`key_ops` (Envoy `source/common/jwt/{jwks,verify}.cc`).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.catalogue import diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.diagnostics.model import Diagnostic, Label
    from ztdsl.keys.read import Key, KeySet

_FEWEST_BITS: Final = 2048
_SIGNATURE: Final = "sig"
_VERIFY: Final = "verify"
_REFUSED: Final = "Envoy refuses the whole listener that istiod writes it into, and keeps what it had"


def judge(keys: KeySet, place: Label | None) -> tuple[Diagnostic, ...]:
    """The findings of a set, in the order of its keys; `place` is where the set stands."""
    return (*(found for key in keys.keys for found in _of_key(key, place, keys)), *_of_set(keys, place))


def _of_key(key: Key, place: Label | None, keys: KeySet) -> Iterator[Diagnostic]:
    if key.private:
        listed = ", ".join(f"`{name}`" for name in key.private)
        yield diagnostic(
            "ZT770",
            f"{key.name} holds the private part",
            place,
            notes=(f"it has {listed}: who reads the set can sign tokens",),
            help=("replace the key, for it is no secret any more; publish only the new one's public part",),
        )
    elif key.is_symmetric:
        yield diagnostic(
            "ZT771",
            f"{key.name} is symmetric",
            place,
            notes=("what verifies a token with it can sign one, too: every proxy, and who reads its configuration",),
            help=("let the issuer sign with RS256, PS256, ES256 or EdDSA",),
        )
    if key.fault is not None and keys.usable:
        yield diagnostic(
            "ZT773",
            f"Envoy passes {key.name} over: {key.fault}",
            place,
            notes=("tokens that are signed with it are refused",),
        )
    if key.fault is None and key.bits is not None and key.bits < _FEWEST_BITS:
        yield diagnostic(
            "ZT775",
            f"{key.name} has {key.bits} bits",
            place,
            notes=("Envoy takes it, and who factors it signs tokens",),
            help=(f"use RSA of {_FEWEST_BITS} bits or more, P-256, or Ed25519",),
        )
    purpose = None if key.fault is not None else _other_purpose(key)
    if purpose is not None:
        yield diagnostic(
            "ZT776",
            f"{key.name} {purpose}, and Envoy verifies tokens with it all the same",
            place,
            help=("take it out of the set, or give it `use` `sig`",),
        )


def _other_purpose(key: Key) -> str | None:
    if key.use is not None and key.use != _SIGNATURE:
        return f"is not for signatures (`use` is `{key.use}`)"
    if key.operations is not None and _VERIFY not in key.operations:
        return "is not for verifying (`key_ops`)"
    return None


def _of_set(keys: KeySet, place: Label | None) -> Iterator[Diagnostic]:
    if not keys.usable:
        yield diagnostic(
            "ZT774",
            "no key of the set can verify a token",
            place,
            notes=(*(f"{key.name}: {key.fault}" for key in keys.keys), _REFUSED),
        )
    named = Counter(key.kid for key in keys.usable if key.kid)
    for kid, count in named.items():
        if count > 1:
            yield diagnostic(
                "ZT777",
                f"{count} keys are named `{kid}`",
                place,
                notes=("Envoy tries each of them; other verifiers take one, or refuse the set",),
                help=("give every key a `kid` of its own",),
            )
    unnamed = [key for key in keys.usable if not key.kid]
    if unnamed and len(keys.usable) > 1:
        yield diagnostic(
            "ZT777",
            f"{unnamed[0].name} has no `kid`",
            place,
            notes=("Envoy tries it for every token, whatever `kid` the token names",),
            help=("give every key a `kid` of its own",),
        )
