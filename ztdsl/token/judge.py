"""One token before one rule of a RequestAuthentication.

Envoy asks in this order and stops at the first fault: can it be read, is the issuer the rule's, is it valid now, is it
for an accepted audience, did a key of the issuer sign it. Here all are answered, so that a person sees every fault at
once. Sources: Envoy `source/extensions/filters/http/jwt_authn/authenticator.cc`,
`source/common/jwt/{jwt,check_audience}.cc`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.token.jwt import Broken
from ztdsl.token.signature import Verified, verify
from ztdsl.token.status import Status

if TYPE_CHECKING:
    from ztdsl.istio.kinds import JwtRule
    from ztdsl.token.jwt import Jwt
    from ztdsl.token.key_set import KeySet

CLOCK_SKEW: Final = 60
"""Seconds that Envoy forgives at both ends of a token's life; Istio leaves Envoy's default."""


class Judgement(NamedTuple):
    """What one rule makes of one token.

    Attributes:
        status: what Envoy answers; None where it depends on keys that are not here.
        faults: every fault, in the order in which Envoy would meet them.
        signature: what the keys say; None without keys, or where the token cannot be read.
    """

    status: Status | None
    faults: tuple[Status, ...]
    signature: Verified | None = None


def judge(token: Jwt | Broken, rule: JwtRule, keys: KeySet | None, now: int) -> Judgement:
    """What `rule` makes of `token` at `now`, in seconds since 1970; `keys` is None where they are not known."""
    if isinstance(token, Broken):
        return Judgement(token.status, (token.status,))
    faults = [
        fault for fault in (_issuer(token, rule), time_fault(token, now), _audience(token, rule)) if fault is not None
    ]
    signature = None if keys is None else verify(token, keys.keys)
    if signature is not None and signature.status is not Status.OK:
        faults.append(signature.status)
    status = faults[0] if faults else None if signature is None else Status.OK
    return Judgement(status, tuple(faults), signature)


def time_fault(token: Jwt, now: int) -> Status | None:
    """Whether a token is not valid yet, or no longer; an `exp` of 0 counts as none."""
    begins, ends = token.seconds("nbf") or 0, token.seconds("exp") or 0
    if now + CLOCK_SKEW < begins:
        return Status.NOT_YET_VALID
    return Status.EXPIRED if ends and now > ends + CLOCK_SKEW else None


def audiences(token: Jwt) -> tuple[str, ...]:
    """The audiences of a token."""
    given = token.claims.get("aud", ())
    return (given,) if isinstance(given, str) else tuple(given)


def bare(audience: str) -> str:
    """An audience as it is compared: without its scheme and one slash at the end."""
    for scheme in ("https://", "http://"):
        if audience.startswith(scheme):
            return audience.removeprefix(scheme).removesuffix("/")
    return audience.removesuffix("/")


def _issuer(token: Jwt, rule: JwtRule) -> Status | None:
    return Status.ISSUER if rule.issuer and (token.text("iss") or "") != rule.issuer else None


def _audience(token: Jwt, rule: JwtRule) -> Status | None:
    wanted = {bare(each) for each in rule.audiences}
    return Status.AUDIENCE if wanted and wanted.isdisjoint(map(bare, audiences(token))) else None
