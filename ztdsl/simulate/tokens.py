"""Which token of a request counts at a workload, and which turn the request away.

Sources: Istio `pilot/pkg/security/authn/policy_applier.go`; Envoy's `jwt_authn` filter, whose outcomes are the
author's meaning of an issuer, too; RFC 7519, section 4.1, for the types of registered claims.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ztdsl.quick import dataclass
from ztdsl.simulate.truth import Unknown
from ztdsl.traffic.request import InvalidToken, Place, Token, TokenPlace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ztdsl.ir.model import Issuer
    from ztdsl.traffic.request import AnyToken, Http, Request

_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_AUTHORIZATION: Final = "authorization"
_PARAM: Final = "access_token"  # RFC 6750, section 2.3; where Envoy looks unless told otherwise
_BEARER: Final = "Bearer "
_TEXTS: Final = ("iss", "sub", "jti")


@dataclass(frozen=True, slots=True)
class Verified:
    """The token that counts, and who signed it."""

    issuer: Issuer
    claims: Mapping[str, Any]
    place: TokenPlace | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A token that turns the request away, with the HTTP status of the answer."""

    status: int
    reason: str


def token_of(issuers: Sequence[Issuer], request: Request) -> Verified | Refusal | Unknown | None:
    """The token that counts where tokens of `issuers` are read; None where no token is found or none is read."""
    http = request.http
    if not issuers or (http is not None and is_preflight(http)):
        return None
    if http is not None and any(_has_text(issuer, http) for issuer in issuers):
        return Unknown("the request carries the text of a token, and what the token says is not given")
    found = [token for token in request.tokens if any(sees(issuer, token.place) for issuer in issuers)]
    if not found:
        return None
    if len(found) > 1:
        return Unknown("the request carries several tokens, and Istio does not say which of them counts")
    return _judged([issuer for issuer in issuers if sees(issuer, found[0].place)], found[0])


def is_preflight(http: Http) -> bool:
    """Whether it asks before a request of another origin (Fetch, CORS preflight): tokens are not read then."""
    if http.method != "OPTIONS":
        return False
    return all(any(http.headers.get(name, ())) for name in ("origin", "access-control-request-method"))


def sees(issuer: Issuer, place: TokenPlace | None) -> bool:
    """Whether tokens of `issuer` are looked for at `place`."""
    is_plain = not (issuer.from_headers or issuer.from_params or issuer.from_cookies)
    if place is None:
        return is_plain or any(
            header.name.lower() == _AUTHORIZATION and (header.prefix or "") in _BEARER for header in issuer.from_headers
        )
    match place.place:
        case Place.HEADER:
            names = [header.name.lower() for header in issuer.from_headers]
            return place.name.lower() in ([_AUTHORIZATION] if is_plain else names)
        case Place.PARAM:
            return place.name in ((_PARAM,) if is_plain else issuer.from_params)
        case Place.COOKIE:
            return place.name in issuer.from_cookies


def place_of(issuer: Issuer) -> TokenPlace | None:
    """A place where tokens of `issuer` are looked for; None is the usual one."""
    if sees(issuer, None):
        return None
    if issuer.from_headers:
        return TokenPlace(Place.HEADER, issuer.from_headers[0].name.lower())
    if issuer.from_params:
        return TokenPlace(Place.PARAM, issuer.from_params[0])
    return TokenPlace(Place.COOKIE, issuer.from_cookies[0])


def _has_text(issuer: Issuer, http: Http) -> bool:
    """Whether something stands where tokens of `issuer` are looked for, instead of among the request's tokens."""
    query = http.path.partition("#")[0].partition("?")[2]
    if not http.headers and not query:
        return False
    is_plain = not (issuer.from_headers or issuer.from_params or issuer.from_cookies)
    headers = (
        ((_AUTHORIZATION, _BEARER),) if is_plain else [(h.name.lower(), h.prefix or "") for h in issuer.from_headers]
    )
    if any(prefix in line for name, prefix in headers for line in http.headers.get(name, ())):
        return True
    params = {part.partition("=")[0] for part in query.split("&")}
    cookies = {part.partition("=")[0].strip() for line in http.headers.get("cookie", ()) for part in line.split(";")}
    wanted = (_PARAM,) if is_plain else issuer.from_params
    return not params.isdisjoint(wanted) or not cookies.isdisjoint(issuer.from_cookies)


def _judged(issuers: Sequence[Issuer], token: AnyToken) -> Verified | Refusal:
    if isinstance(token, InvalidToken):
        return Refusal(_UNAUTHORIZED, "the token does not verify")
    if _is_malformed(token):
        return Refusal(_UNAUTHORIZED, "the token has a registered claim of a wrong type")
    signer = next((issuer for issuer in issuers if issuer.issuer == token.claims.get("iss")), None)
    if signer is None:
        return Refusal(_UNAUTHORIZED, "no issuer whose tokens are read there signed the token")
    if token.place is None and any(_takes_whole(header.name, header.prefix) for header in signer.from_headers):
        return Refusal(_UNAUTHORIZED, f"the whole header is read as a token, and `{_BEARER}` is no part of one")
    if signer.audiences and not _is_for(signer.audiences, token.claims):
        return Refusal(_FORBIDDEN, "the token is made for another audience")
    return Verified(signer, token.claims, token.place)


def _takes_whole(name: str, prefix: str | None) -> bool:
    return name.lower() == _AUTHORIZATION and not prefix


def _is_malformed(token: Token) -> bool:
    claims = token.claims
    if any(name in claims and not isinstance(claims[name], str) for name in _TEXTS):
        return True
    audience = claims.get("aud", "")
    texts = audience if isinstance(audience, list | tuple) else (audience,)
    return not all(isinstance(each, str) for each in texts)


def _is_for(accepted: Sequence[str], claims: Mapping[str, Any]) -> bool:
    audience = claims.get("aud", ())
    named = {_bare(each) for each in ((audience,) if isinstance(audience, str) else audience)}
    return any(_bare(each) in named for each in accepted)


def _bare(audience: str) -> str:
    """An audience as Envoy compares it: without a scheme and one slash at the end."""
    return audience.removeprefix("https://").removeprefix("http://").removesuffix("/")
