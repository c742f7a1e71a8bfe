"""Tokens: what is accepted, and what policies read from an accepted token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.conformance.topics.shape import (
    ISSUER,
    OTHER_ISSUER,
    Plain,
    Topic,
    allow,
    both,
    cert,
    claims,
    connect,
    deny,
    get,
    operation,
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
PRINCIPALS = (
    "*",
    f"{ISSUER}/alice",
    f"{ISSUER}/*",
    f"{ISSUER}/al*",
    "*/alice",
    "*lice",
    "*/*",
    "https://*",
    "*.com/alice",
    "*.com/*",
    f"{OTHER_ISSUER}/alice",
    f"{OTHER_ISSUER}alice",
    ISSUER,
    f"{ISSUER}/a/b",
    "https://idp/*",
    "iss*",
)
CLAIMS: tuple[dict[str, Any], ...] = (
    {},
    {"role": "admin"},
    {"role": "administrator"},
    {"role": "superadmin"},
    {"role": "Admin"},
    {"role": ""},
    {"role": ["ops", "admin"]},
    {"role": ["ops", "dev"]},
    {"role": []},
    {"role": [1, "admin"]},
    {"role": 1},
    {"role": True},
    {"role": None},
    {"role": {"admin": "yes"}},
    {"role": [{"name": "admin"}]},
    {"role": "ops admin"},
    {"role": "true"},
    {"role": "1"},
)
WITH: tuple[Plain, ...] = ({}, {"token": claims()})
CLAIM_PATTERNS = ("admin", "admin*", "*admin", "*", "true", "1", "ops admin", "a*n")
SPACED: tuple[dict[str, Any], ...] = (
    {"scope": "read write"},
    {"scope": "read"},
    {"scope": "write"},
    {"scope": " read"},
    {"scope": "read  write"},
    {"scope": "read\twrite"},
    {"scope": ["read write"]},
    {"scope": ["read", "write"]},
    {"permission": "read write"},
    {"x": "read write"},
    {"o": {"scope": "read write"}},
    {"scope": "readwrite"},
    {"scope": ""},
    {"scope": 7},
)


def topics() -> Iterator[Topic]:
    """Acceptance, locations, several issuers; then principals, audiences and claims in policies."""
    yield from _acceptance()
    yield from _unread()
    yield from _audiences()
    yield from _locations()
    yield from _issuers()
    yield from _principals()
    yield from _claims()
    yield from _outputs()
    yield from _beside_tcp()


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


def _at(place: dict[str, str], **token: Any) -> Plain:
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
    asked += [_at(place, claims=claims()) for place in places]
    asked += [_at(place, invalid="expired") for place in places]
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
    elsewhere = [_at({"header": "x-token"}, claims=each) for each in header]
    yield Topic("issuers/two places", places, [*asked, *elsewhere])
    known = [*two, allow(source(requestPrincipals=[f"{OTHER_ISSUER}/*"]))]
    yield Topic("issuers/one of two in a policy", known, asked)


def _principals() -> Iterator[Topic]:
    asked = [get(), *(get(token=each) for each in IDENTITIES)]
    accepted = tokens({"issuer": ISSUER}, {"issuer": OTHER_ISSUER}, {"issuer": "https://idp"})
    for value in PRINCIPALS:
        yield Topic(f"request principals/allow {value}", [accepted, allow(source(requestPrincipals=[value]))], asked)
    named = [f"{ISSUER}/alice"]
    yield Topic("request principals/not", [accepted, allow(source(notRequestPrincipals=named))], asked)
    yield Topic("request principals/deny", [accepted, deny(source(requestPrincipals=named))], asked)
    yield Topic("request principals/deny not", [accepted, deny(source(notRequestPrincipals=named))], asked)
    yield Topic("request principals/condition", [accepted, allow(when("request.auth.principal", named))], asked)
    yield Topic("request principals/condition not", [accepted, allow(when("request.auth.principal", but=named))], asked)
    both_kinds = source(principals=["cluster.local/ns/bar/sa/sleep"], requestPrincipals=[f"{ISSUER}/*"])
    pairs = [get(peer=peer, **more) for peer in (None, cert(), cert("x", "y")) for more in WITH]
    yield Topic("request principals/and a peer", [accepted, allow(both_kinds)], pairs)


def _claims() -> Iterator[Topic]:
    asked = [get(), *(get(token=claims(**more)) for more in CLAIMS)]
    for value in CLAIM_PATTERNS:
        yield Topic(f"claims/allow {value}", [ACCEPTED, allow(when("request.auth.claims[role]", [value]))], asked)
    yield Topic("claims/not", [ACCEPTED, allow(when("request.auth.claims[role]", but=["admin"]))], asked)
    yield Topic("claims/deny", [ACCEPTED, deny(when("request.auth.claims[role]", ["admin"]))], asked)
    yield Topic("claims/deny not", [ACCEPTED, deny(when("request.auth.claims[role]", but=["admin"]))], asked)
    nested = [
        get(token=claims(**more))
        for more in (
            {},
            {"o": {"k": "v"}},
            {"o": {"k": ["u", "v"]}},
            {"o": {"k": {"v": "v"}}},
            {"o.k": "v"},
            {"o": "v"},
            {"o": [{"k": "v"}]},
            {"https://example.com/role": "v"},
        )
    ]
    for key in ("[o][k]", "[o.k]", "[o]", "[https://example.com/role]", "[o][k][v]"):
        yield Topic(f"claims/nested {key}", [ACCEPTED, allow(when(f"request.auth.claims{key}", ["v"]))], nested)
    spaced = [get(token=claims(**more)) for more in SPACED]
    for key, value in (("scope", "read"), ("scope", "read write"), ("permission", "read"), ("x", "read")):
        documents = [ACCEPTED, allow(when(f"request.auth.claims[{key}]", [value]))]
        yield Topic(f"claims/{key} has {value}", documents, spaced)
    more = tokens({"issuer": ISSUER, "spaceDelimitedClaims": ["x", "o"]})
    for key in ("[x]", "[scope]", "[o][scope]"):
        documents = [more, allow(when(f"request.auth.claims{key}", ["read"]))]
        yield Topic(f"claims/more delimited {key}", documents, spaced)
    standard = [get(), get(token=claims()), get(token=claims("bob")), get(token=claims("a/b"))]
    yield Topic("claims/sub", [ACCEPTED, allow(when("request.auth.claims[sub]", ["a/b", "alice"]))], standard)
    yield Topic("claims/iss", [ACCEPTED, allow(when("request.auth.claims[iss]", ["https://*"]))], standard)


def _outputs() -> Iterator[Topic]:
    """What the filter of tokens does to headers, as policies see it after."""
    made = [
        {"header": "x-sub", "claim": "sub"},
        {"header": "x-deep", "claim": "o.k"},
        {"header": "x-number", "claim": "n"},
        {"header": "x-flag", "claim": "f"},
    ]
    known = (claims(), claims("bob"), claims(None), claims(o={"k": "v"}), claims(n=7), claims(f=True))
    asked = [get(), *(get(token=each) for each in known)]
    asked += [get(headers={"x-sub": ["alice"]}), get(headers={"X-Sub": ["alice"]}, token=claims("bob"))]
    asked += [get(headers={"x-payload": ["forged"]}), get(headers={"x-payload": ["forged"]}, token=claims())]
    documents = tokens({"issuer": ISSUER, "outputClaimToHeaders": made, "outputPayloadToHeader": "x-payload"})
    for name, value in (("x-sub", "alice"), ("x-deep", "v"), ("x-number", "7"), ("x-flag", "true"), ("x-payload", "*")):
        rule = when(f"request.headers[{name}]", [value])
        yield Topic(f"outputs/{name} from a claim", [documents, allow(rule)], asked)
        yield Topic(f"outputs/{name} with no filter", [allow(rule)], asked)
    present = when("request.headers[authorization]", ["*"])
    basic = get(headers={"authorization": ["Basic dXNlcjpwYXNz"]})
    for forwards in (True, False):
        accepted = tokens({"issuer": ISSUER, "forwardOriginalToken": forwards})
        title = "forwarded" if forwards else "taken away"
        yield Topic(f"outputs/{title}", [accepted, allow(present)], [get(), get(token=claims()), basic])
    yield Topic("outputs/no filter", [allow(present)], [get(), get(token=claims()), basic])
    elsewhere = {"header": "X-Token"}
    carried = [get(), _at(elsewhere, claims=claims()), get(headers={"x-token": [""]})]
    present = when("request.headers[x-token]", ["*"])
    for forwards in (True, False):
        rule = {"issuer": ISSUER, "fromHeaders": [{"name": "X-Token"}], "forwardOriginalToken": forwards}
        title = "forwarded" if forwards else "taken away"
        yield Topic(f"outputs/own header {title}", [tokens(rule), allow(present)], carried)


def _beside_tcp() -> Iterator[Topic]:
    asked = [get(), get(token=claims()), connect(), connect(peer=cert())]
    yield Topic("tokens/and tcp", [ACCEPTED, allow(source(requestPrincipals=["*"]))], asked)
    with_ports = both(source(requestPrincipals=["*"]), operation(ports=["8080"]))
    yield Topic("tokens/and tcp by port", [ACCEPTED, allow(with_ports, operation(ports=["9000"]))], asked)
    yield Topic("tokens/denied on tcp", [ACCEPTED, deny(source(notRequestPrincipals=["*"]))], asked)
