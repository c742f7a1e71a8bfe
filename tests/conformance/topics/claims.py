"""What policies read from an accepted token: principals, claims, headers made from claims."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.conformance.topics.acceptance import ACCEPTED, IDENTITIES, at
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
    """Principals, claims, headers, and rules about tokens beside TCP ports."""
    yield from _principals()
    yield from _claims()
    yield from _outputs()
    yield from _beside_tcp()


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
    carried = [get(), at(elsewhere, claims=claims()), get(headers={"x-token": [""]})]
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
