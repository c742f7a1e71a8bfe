"""The headers of a request when rules compare them: some are the proxy's, some are taken or filled by a token.

Sources: Envoy's header sanitizing (`conn_manager_utility.cc`); Istio `pilot/pkg/security/authn/policy_applier.go`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from ztdsl.simulate.tokens import is_preflight
from ztdsl.simulate.truth import Unknown
from ztdsl.traffic.request import Place, Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ztdsl.ir.model import Issuer
    from ztdsl.simulate.tokens import Verified
    from ztdsl.traffic.request import Http, Request, TokenPlace

Lines = tuple[str, ...] | Unknown
_AUTHORIZATION: Final = "authorization"
_COOKIE: Final = "cookie"
_FORWARDED_FOR: Final = "x-forwarded-for"
_PROXYS_OWN: Final = frozenset({"x-forwarded-client-cert", "x-forwarded-proto", "x-request-id"})
_PROXYS_PREFIX: Final = "x-envoy-"
_DIFFERS: Final = Unknown("versions of Envoy differ on whether a header is removed that another issuer fills")


def headers_at(request: Request, http: Http, issuers: Sequence[Issuer], token: Verified | None) -> Mapping[str, Lines]:
    """The lines of every header, by lower-case names, at a workload that reads tokens of `issuers`."""
    found: dict[str, Lines] = {**http.headers}
    if request.to.proxy is Proxy.GATEWAY:
        found[_FORWARDED_FOR] = _written(_FORWARDED_FOR)
    for each in request.tokens:
        for name in _carrying(each.place):
            found[name] = Unknown(f"header `{name}` carries a token, whose text is not given")
    for issuer in issuers:
        is_asked = not is_preflight(http) and (token is None or issuer is token.issuer)
        _clear(found, issuer, is_asked=is_asked)
    if token is not None:
        for name in _filled(token.issuer):
            found[name] = Unknown(f"header `{name}` is filled from the token")
        if not token.issuer.forward and (token.place is None or token.place.place is Place.HEADER):
            found.pop(_AUTHORIZATION if token.place is None else token.place.name.lower(), None)
    return found


def _clear(found: dict[str, Lines], issuer: Issuer, *, is_asked: bool) -> None:
    """Remove what came under the names of headers that an issuer fills, if all versions of Envoy do.

    Only Envoy 1.40 and later do so for each issuer and each request, be the issuer's rule asked or not.
    """
    for name in _filled(issuer):
        if name not in found:
            continue
        if is_asked:
            del found[name]
        else:
            found[name] = _DIFFERS


def lines_of(headers: Mapping[str, Lines], name: str) -> Lines:
    """The lines of one header; none where it is absent, and unknown where the proxy writes it."""
    if name in _PROXYS_OWN or name.startswith(_PROXYS_PREFIX):
        return _written(name)
    return headers.get(name, ())


@cache
def _written(name: str) -> Unknown:
    return Unknown(f"header `{name}` is written by the proxy itself")


def _carrying(place: TokenPlace | None) -> Iterator[str]:
    if place is None:
        yield _AUTHORIZATION
    elif place.place is Place.HEADER:
        yield place.name.lower()
    elif place.place is Place.COOKIE:
        yield _COOKIE


def _filled(issuer: Issuer) -> Iterator[str]:
    yield from (name.lower() for name, _ in issuer.claim_headers)
    if issuer.payload_header is not None:
        yield issuer.payload_header.lower()
