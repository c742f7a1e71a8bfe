"""Tokens: which are accepted, where they are looked for, what refuses a request before any policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.conformance.topics.shape import (
    ISSUER,
    OTHER_ISSUER,
    Plain,
    Topic,
    allow,
    claims,
    deny,
    get,
    source,
    tokens,
    when,
)

BROKEN = (
    "expired",
    "not valid yet",
    "signed by an unknown key",
    "changed after signing",
    "alg none",
    "HS256 with the public key",
    "not a token",
)
ACCEPTED = tokens({"issuer": ISSUER})
AUTHORIZATION: tuple[dict[str, list[str]], ...] = (
    {"authorization": ["Basic dXNlcjpwYXNz"]},
    {"authorization": ["bearer not-a-token"]},
    {"authorization": ["BEARER not-a-token"]},
    {"authorization": [""]},
    {"authorization": ["Bearer"]},
    {"x-token": ["not-a-token"]},
)
IDENTITIES: tuple[dict[str, Any], ...] = (
    claims(),
    claims("bob"),
    claims(None),
    claims(""),
    claims("a/b"),
    claims("*"),
    claims("alice", OTHER_ISSUER),
    claims("malice"),
    claims("alice", "https://idp"),
    claims("x@example.com"),
)


def topics() -> Iterator[Topic]:
    """Acceptance, what only looks like a token, audiences, locations, several issuers."""
    yield from _acceptance()
    yield from _unread()
    yield from _audiences()
    yield from _locations()
    yield from _issuers()


def _all_kinds() -> list[Plain]:
    asked = [get(), *(get(token={"invalid": why}) for why in BROKEN)]
    asked += [get(headers=lines) for lines in AUTHORIZATION]
    asked += [get(token=each) for each in IDENTITIES]
    asked += [get(token=claims(exp=4102444800)), get(token=claims(nbf=1)), get(token=claims(issuer=None))]
    return asked


def _acceptance() -> Iterator[Topic]:
    asked = _all_kinds()
    yield Topic("tokens/one issuer", [ACCEPTED], asked)
    yield Topic("tokens/none accepted", [], asked)
    yield Topic("tokens/no rules", [tokens()], asked)
    yield Topic("tokens/mesh wide", [tokens({"issuer": ISSUER}, namespace="istio-system")], asked)
    yield Topic("tokens/elsewhere", [tokens({"issuer": ISSUER}, namespace="bar")], asked)
    required = [ACCEPTED, allow(source(requestPrincipals=["*"]))]
    yield Topic("tokens/required", required, asked)
    yield Topic("tokens/required by a denial", [ACCEPTED, deny(source(notRequestPrincipals=["*"]))], asked)
    yield Topic("tokens/required and none accepted", [allow(source(requestPrincipals=["*"]))], asked)
    yield Topic("tokens/denied with one", [ACCEPTED, deny(source(requestPrincipals=["*"]))], asked)
    yield Topic("tokens/presence", [tokens({"issuer": ISSUER, "presence": "REQUIRED"})], asked[:4])
    grpc = [
        r | {"http": r["http"] | {"method": "POST", "headers": {"content-type": ["application/grpc"]}}} for r in asked
    ]
    yield Topic("tokens/grpc", required, [r for r in grpc if r.get("token") is not None][:12])
    preflight = {"origin": ["https://shop.example.com"], "access-control-request-method": ["GET"]}
    options = [
        get(method="OPTIONS", headers=lines, **more)
        for lines in (preflight, {"origin": preflight["origin"]}, {})
        for more in ({}, {"token": {"invalid": "expired"}}, {"token": claims()})
    ]
    yield Topic("tokens/preflight", [ACCEPTED], options)
    yield Topic("tokens/preflight and a policy", required, options)


def _unread() -> Iterator[Topic]:
    """What stands where a token would stand, and is none."""
    asked = [get(), get("/?access_token=junk"), get("/?access_token="), get("/?token=junk"), get("/?x=access_token=a")]
    lines = (
        *("Bearer junk", "Bearer ", "Bearer a.b.c", "bearer junk", "Basic Bearer junk", "x Bearer junk"),
        *("Bearerjunk", "Bearer  junk", "JWT junk"),
    )
    asked += [get(headers={"authorization": [line]}) for line in lines]
    asked += [get(headers={"x-token": [line]}) for line in ("junk", "", "Bearer junk", "JWT junk")]
    asked += [
        get(headers={"cookie": [line]}) for line in ("session=junk", "session=", "a=b; session=junk", "other=junk")
    ]
    asked.append(get(headers={"authorization": ["Basic x", "Basic y"]}))
    places: dict[str, Plain] = {
        "usual places": {},
        "own header": {"fromHeaders": [{"name": "x-token"}]},
        "own prefix": {"fromHeaders": [{"name": "x-token", "prefix": "JWT "}]},
        "parameter": {"fromParams": ["token"]},
        "cookie": {"fromCookies": ["session"]},
    }
    for name, given in places.items():
        yield Topic(f"tokens/no token, {name}", [tokens({"issuer": ISSUER, **given})], asked)


def _audiences() -> Iterator[Topic]:
    values: tuple[Any, ...] = (
        None,
        "orders",
        "orders/",
        "https://orders",
        "http://orders/",
        "https://orders//",
        "Orders",
        "other",
        ["other", "orders"],
        ["other"],
        [],
        "",
    )
    asked = [get()] + [get(token=claims(**({} if value is None else {"aud": value}))) for value in values]
    asked += [get(token=claims("alice", "https://idp", aud="other")), get(token={"invalid": "expired"})]
    for audience in ("orders", "https://orders", "orders/"):
        yield Topic(f"audiences/{audience}", [tokens({"issuer": ISSUER, "audiences": [audience]})], asked)
    several = tokens({"issuer": ISSUER, "audiences": ["orders", "carts"]})
    yield Topic("audiences/several", [several], asked)
    union = [tokens({"issuer": ISSUER, "audiences": ["carts"]}, {"issuer": ISSUER, "audiences": ["orders"]})]
    yield Topic("audiences/same issuer twice", union, asked)
    yield Topic("audiences/and a policy", [several, allow(source(requestPrincipals=["*"]))], asked)
    for pattern in ("orders", "ord*", "*"):
        documents = [ACCEPTED, allow(when("request.auth.audiences", [pattern]))]
        yield Topic(f"audiences/condition {pattern}", documents, asked)
    presenters = [get(token=claims(**more)) for more in ({}, {"azp": "web"}, {"azp": "app"}, {"azp": ["web"]})]
    yield Topic("audiences/presenter", [ACCEPTED, allow(when("request.auth.presenter", ["web"]))], presenters)
    yield Topic("audiences/presenter not", [ACCEPTED, deny(when("request.auth.presenter", but=["web"]))], presenters)


def at(place: dict[str, str], **token: Any) -> Plain:
    """A request with its token at that place."""
    return get(token={**token, "in": place})


def _locations() -> Iterator[Topic]:
    places = (
        {"header": "authorization"},
        {"header": "x-token"},
        {"header": "x-jwt"},
        {"param": "access_token"},
        {"param": "token"},
        {"cookie": "session"},
        {"cookie": "other"},
    )
    asked = [get()]
    asked += [at(place, claims=claims()) for place in places]
    asked += [at(place, invalid="expired") for place in places]
    locations: dict[str, dict[str, Any]] = {
        "default": {},
        "header": {"fromHeaders": [{"name": "x-token"}]},
        "header with prefix": {"fromHeaders": [{"name": "X-Token", "prefix": "JWT "}]},
        "two headers": {"fromHeaders": [{"name": "x-token"}, {"name": "x-jwt"}]},
        "parameter": {"fromParams": ["token"]},
        "cookie": {"fromCookies": ["session"]},
        "all": {"fromHeaders": [{"name": "x-jwt"}], "fromParams": ["token"], "fromCookies": ["session"]},
    }
    for title, given in locations.items():
        documents = [tokens({"issuer": ISSUER, **given}), allow(source(requestPrincipals=["*"]))]
        yield Topic(f"locations/{title}", documents, asked)
        yield Topic(f"locations/{title} only accepted", documents[:1], asked)


def _issuers() -> Iterator[Topic]:
    asked = [get(), *(get(token=each) for each in IDENTITIES), *(get(token={"invalid": why}) for why in BROKEN)]
    asked += [get(token=claims(aud="orders")), get(token=claims("alice", OTHER_ISSUER, aud="orders"))]
    two = [tokens({"issuer": ISSUER}, {"issuer": OTHER_ISSUER})]
    yield Topic("issuers/two", two, asked)
    apart = [tokens({"issuer": ISSUER}), tokens({"issuer": OTHER_ISSUER}, name="more", namespace="istio-system")]
    yield Topic("issuers/two objects", apart, asked)
    mixed = [tokens({"issuer": ISSUER, "audiences": ["orders"]}, {"issuer": OTHER_ISSUER})]
    yield Topic("issuers/one with audiences", mixed, asked)
    audiences = [tokens({"issuer": ISSUER, "audiences": ["carts"]}, {"issuer": OTHER_ISSUER, "audiences": ["orders"]})]
    yield Topic("issuers/both with audiences", audiences, asked)
    places = [tokens({"issuer": ISSUER}, {"issuer": OTHER_ISSUER, "fromHeaders": [{"name": "x-token"}]})]
    header = [{**claims("alice", OTHER_ISSUER)}, claims()]
    elsewhere = [at({"header": "x-token"}, claims=each) for each in header]
    yield Topic("issuers/two places", places, [*asked, *elsewhere])
    known = [*two, allow(source(requestPrincipals=[f"{OTHER_ISSUER}/*"]))]
    yield Topic("issuers/one of two in a policy", known, asked)
