"""What is wrong with a token, as findings: each fault in words, with what to do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.token.claims import principal
from ztdsl.token.judge import CLOCK_SKEW, audiences
from ztdsl.token.jwt import SYMMETRIC, Broken
from ztdsl.token.near import nearest
from ztdsl.token.signature import FAMILIES
from ztdsl.token.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.istio.kinds import JwtRule
    from ztdsl.token.judge import Judgement
    from ztdsl.token.jwt import Jwt
    from ztdsl.token.key_set import KeySet

_SHOWN: Final = 4
_ALGORITHM: Final = frozenset({Status.HEADER_ALG, Status.ALG_UNSUPPORTED})
_FETCH: Final = (
    "give the issuer's keys with --keys FILE",
    "`ztc keys vendor` fetches them, `ztc inspect jwks` looks at them",
)
NO_LISTENER: Final = (
    "Envoy 1.40 does not take the configuration: a proxy keeps the one before, a new pod serves nothing"
)
"""What a key set without a usable key does."""
_EXACT: Final = "issuers are compared byte for byte: declare the issuer as the token has it, or have tokens made anew"


def of_broken(token: Broken) -> Diagnostic:
    """A token that Envoy does not read."""
    is_unsigned = token.status in _ALGORITHM or "`none`" in token.why
    help_ = ["sign tokens with RS256, PS256, ES256 or EdDSA"] if is_unsigned else []
    code = "ZT756" if is_unsigned else "ZT755"
    return diagnostic(code, f"the token is not accepted: {token.why}", None, notes=[_answer(token.status)], help=help_)


def of_fault(status: Status, token: Jwt, rule: JwtRule, keys: KeySet | None, now: int) -> Diagnostic:
    """One fault of a token that can be read, before `rule`."""
    if status in {Status.EXPIRED, Status.NOT_YET_VALID}:
        return _of_time(status, token, now)
    if status is Status.AUDIENCE:
        found = ", ".join(f"`{each}`" for each in audiences(token)[:_SHOWN]) or "none"
        wanted = ", ".join(f"`{each}`" for each in rule.audiences[:_SHOWN])
        notes = ["a scheme and one slash at the end do not matter; all else does", _answer(status)]
        message = f"the token is for another audience: it names {found}, and accepted are {wanted}"
        return diagnostic("ZT760", message, None, notes=notes, help=["ask for a token for this audience"])
    if status is Status.ISSUER:
        return of_issuer(token, [rule.issuer or ""])
    return _of_signature(status, token, keys)


def of_issuer(token: Jwt, declared: Sequence[str]) -> Diagnostic:
    """A token of an issuer that is none of the declared ones."""
    found = token.text("iss")
    if found is None:
        return diagnostic("ZT759", "the token names no issuer", None, notes=[_answer(Status.ISSUER)], help=[_EXACT])
    near = nearest(found, declared)
    if near is not None:
        message = f"the issuer `{found}` is not the declared `{near[0]}`: {near[1]}"
        return diagnostic("ZT759", message, None, notes=[_answer(Status.ISSUER)], help=[_EXACT])
    known = ", ".join(f"`{each}`" for each in declared[:_SHOWN]) or "none"
    message = f"the issuer `{found}` is not declared; declared: {known}"
    return diagnostic("ZT759", message, None, notes=[_answer(Status.ISSUER)], help=["declare it as an `Issuer`"])


def of_missing_keys(rule: JwtRule) -> Diagnostic:
    """A signature that cannot be checked here."""
    where = f"they are at `{rule.jwks_uri}`" if rule.jwks_uri else "the issuer's discovery document names them"
    message = "whether a key of the issuer signed the token is not known: its keys are not here"
    return diagnostic("ZT763", message, None, notes=[where], help=_FETCH)


def of_form(token: Jwt, judgement: Judgement) -> Iterator[Diagnostic]:
    """What a proxy accepts and other verifiers may refuse (RFC 8725), and what a proxy does not look at."""
    found = [f"{each}, which RFC 7515 does not allow" for each in token.liberties if not each.startswith("in the ")]
    found += [f"{each}, which is no JSON" for each in token.liberties if each.startswith("in the ")]
    if "crit" in token.header:
        found.append("its header has `crit`, which Envoy does not look at (RFC 7515, section 4.1.11)")
    if {"jku", "jwk", "x5u", "x5c"} & set(token.header):
        found.append("its header brings its own key, which Envoy does not look at: only declared keys count")
    if not token.seconds("exp"):
        found.append("it has no `exp`: a proxy accepts it for ever")
    made = None if judgement.signature is None else judgement.signature.by
    if token.alg in SYMMETRIC:
        found.append("its algorithm is symmetric: whoever can verify it can make tokens (RFC 8725, section 3.5)")
    elif made is not None and not token.alg.startswith(FAMILIES[made.kind]):
        found.append("its algorithm does not fit the key that signed it; Envoy asks only where the key names one")
    for each in found:
        yield diagnostic("ZT764", f"the token is unusual: {each}", None)


def of_principal(token: Jwt) -> Iterator[Diagnostic]:
    """A token that yields no request principal, or one that is hard to match."""
    for note in principal(token.claims).notes:
        yield diagnostic("ZT766", f"the token's request principal is not what it seems: {note}", None)


def moment(seconds: int) -> str:
    """A time in words."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return f"{seconds} seconds after 1970"


def span(seconds: int) -> str:
    """A length of time in words, in its two largest units."""
    parts = []
    rest = abs(seconds)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def _of_time(status: Status, token: Jwt, now: int) -> Diagnostic:
    notes = [f"a proxy forgives {CLOCK_SKEW} seconds at both ends", _answer(status)]
    if status is Status.EXPIRED:
        ended = token.seconds("exp") or 0
        message = f"the token expired {span(now - ended)} ago, on {moment(ended)}"
        return diagnostic("ZT761", message, None, notes=notes, help=["ask the issuer for a new one"])
    begins = token.seconds("nbf") or 0
    message = f"the token is not valid for another {span(begins - now)}, until {moment(begins)}"
    help_ = ["compare the clocks of issuer and proxies"]
    return diagnostic("ZT762", message, None, notes=notes, help=help_)


def _of_signature(status: Status, token: Jwt, keys: KeySet | None) -> Diagnostic:
    known = () if keys is None else keys.keys
    names = ", ".join(f"`{key.kid}`" if key.kid else "one without a name" for key in known[:_SHOWN])
    passed_over = [] if keys is None else [f"passed over: {each}" for each in keys.unusable[:_SHOWN]]
    notes = [f"the key set has {names}", *passed_over, _answer(status)]
    if status is Status.KEY_UNKNOWN:
        wanted = f"`{token.kid}`" if token.kid else "any name"
        message = f"no key of the issuer has the name and algorithm of the token's: {wanted}, {token.alg}"
        help_ = ["were the issuer's keys rotated? `ztc keys diff` compares an old set with a new one"]
        return diagnostic("ZT757", message, None, notes=notes, help=help_)
    if status is Status.NO_KEYS:
        message = "the issuer's key set has no key that Envoy can use"
        return diagnostic("ZT757", message, None, notes=[*passed_over, NO_LISTENER], help=_FETCH)
    which = "no key of the issuer signed the token: it was changed, or somebody else made it"
    return diagnostic("ZT758", which, None, notes=notes, help=["compare the issuer's current keys with these"])


def _answer(status: Status) -> str:
    return f"Envoy answers {status.http}: {status.value}"
