"""End users' tokens: which are taken, where they are looked for, and how keys come and go."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest

from tests.conformance.lab import tokens
from tests.mesh import lane
from tests.mesh.small import KEY_HOST, REFRESH, Small, built, until
from tests.mesh.small_requests import Plain, call, get, policy
from ztdsl import AnyRequest, EndUser, HttpPort, Issuer, Namespace, Policy, Service, TokenHeader, allow
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import AnyToken, InvalidToken, Place, Request, Token, TokenPlace

pytestmark = lane.only

ALLOW, DENY, UNAUTHENTICATED = Verdict.ALLOW, Verdict.DENY, Verdict.UNAUTHENTICATED
ISSUER: Final = "https://auth.example.com"
OTHER: Final = "https://login.example.org"
CLAIMS: Final[dict[str, Any]] = {"iss": ISSUER, "aud": "shop", "sub": "ada"}
SILENT: Final = "10.77.0.99"
"""An address in the mesh's network that nobody has."""
LONG: Final = 120.0
"""Seconds: after a failure istiod asks again when a minute is over, and two after the next."""
SKEW: Final = 60
"""Seconds by which Envoy's clock may differ from the issuer's."""


def trusts(*rules: dict[str, Any], name: str = "users") -> Plain:
    """A RequestAuthentication of the server; each rule has the lab's keys inline unless it says where to get them."""
    keys = {"jwks": tokens.key_set()}
    return policy(
        "RequestAuthentication", name, jwtRules=[{**({} if "jwksUri" in each else keys), **each} for each in rules]
    )


def users(*principals: str) -> Plain:
    """A policy that lets in whoever has a token of these principals."""
    return policy(
        "AuthorizationPolicy", "users", rules=[{"from": [{"source": {"requestPrincipals": list(principals)}}]}]
    )


OF_SHOP: Final = {"issuer": ISSUER, "audiences": ["shop"]}


def carrying(*carried: AnyToken, path: str = "/") -> Request:
    """A request with these tokens."""
    return get(path, carried=carried)


def bad(small: Small, why: str, text: str | None = None, place: TokenPlace | None = None) -> InvalidToken:
    """A token that no proxy takes."""
    small.texts[why] = tokens.invalid(why, {"iss": ISSUER, "aud": "shop"}) if text is None else text
    return InvalidToken(why, place)


def test_what_makes_a_token_valid(small: Small) -> None:
    """Signature, issuer and audience count; a request without a token passes, for HTTP and gRPC alike."""
    predicted = small.hold(trusts(OF_SHOP))
    faults = ["expired", "not valid yet", "signed by an unknown key", "changed after signing", "alg none"]
    faults += ["HS256 with the public key", "not a token"]
    cases = [(carrying(bad(small, why)), UNAUTHENTICATED) for why in faults]
    cases += [
        (carrying(), ALLOW),
        (carrying(Token(CLAIMS)), ALLOW),
        (carrying(Token({**CLAIMS, "aud": ["blog", "shop"]})), ALLOW),
        (carrying(Token({**CLAIMS, "aud": "blog"})), UNAUTHENTICATED),
        (carrying(Token({**CLAIMS, "iss": f"{ISSUER}/"})), UNAUTHENTICATED),
        (carrying(Token({"aud": "shop", "sub": "ada"})), UNAUTHENTICATED),
        (call("/a.B/c"), ALLOW),
        (call("/a.B/c", carried=[Token(CLAIMS)]), ALLOW),
        (call("/a.B/c", carried=[bad(small, "expired")]), UNAUTHENTICATED),
    ]
    assert small.agree(predicted, cases) == 16


def test_times(small: Small) -> None:
    """A token is taken a minute past its end and a minute before its beginning, and no longer."""
    predicted = small.hold(trusts(OF_SHOP), users(f"{ISSUER}/*"))
    now, half = int(time.time()), SKEW // 2

    def late(why: str, **times: int) -> Request:
        return carrying(bad(small, why, tokens.valid({**CLAIMS, **times})))

    cases = [
        (carrying(Token({**CLAIMS, "exp": now - half})), ALLOW),
        (carrying(Token({**CLAIMS, "nbf": now + half})), ALLOW),
        (late("expired beyond the skew", exp=now - SKEW - half), UNAUTHENTICATED),
        (late("not valid beyond the skew", nbf=now + SKEW + half), UNAUTHENTICATED),
        (carrying(), DENY),
    ]
    small.agree(predicted, cases)


IN_HEADER: Final = TokenPlace(Place.HEADER, "x-token")
IN_PARAM: Final = TokenPlace(Place.PARAM, "token")
IN_COOKIE: Final = TokenPlace(Place.COOKIE, "session")


def test_places(small: Small) -> None:
    """Tokens are found in the header, parameter and cookie that the policy names, and nowhere else."""
    space, web = Namespace("shop"), HttpPort(8080)
    server = Service("server", namespace=space, service_account="server", ports=[web])
    auth = Issuer(
        ISSUER,
        audiences=["shop"],
        jwks_uri=f"https://{KEY_HOST}/places.json",
        from_headers=[TokenHeader("x-token")],
        from_params=["token"],
        from_cookies=["session"],
    )
    small.mesh.key_server.serve(f"https://{KEY_HOST}/places.json", tokens.key_set())
    rule = allow(EndUser(auth), to=server.at(web), http=AnyRequest(), because="users look around")
    model, objects, _ = built(Policy("shop", owns=[space], services=[server], rules=[rule]))
    predicted = small.hold(*objects)
    cases = [(carrying(), DENY), (carrying(Token(CLAIMS)), DENY), (carrying(bad(small, "expired")), DENY)]
    for place in (IN_HEADER, IN_PARAM, IN_COOKIE):
        cases += [(carrying(Token(CLAIMS, place)), ALLOW), (carrying(Token(CLAIMS, place), path="/?a=b"), ALLOW)]
        cases += [(carrying(bad(small, f"expired in a {place.place}", small.texts["expired"], place)), UNAUTHENTICATED)]
    small.agree(predicted, cases)
    small.agree_on_borders(predicted, model)


@pytest.mark.parametrize("is_one_object", [True, False])
def test_several_issuers(small: Small, is_one_object: bool) -> None:
    """Each issuer's tokens are held against its own rule, whether the rules share an object or not."""
    rules = (OF_SHOP, {"issuer": OTHER, "audiences": ["blog"]})
    objects = [trusts(*rules)] if is_one_object else [trusts(each, name=f"users-{i}") for i, each in enumerate(rules)]
    predicted = small.hold(*objects, users(f"{OTHER}/bob", f"{ISSUER}/ada"))
    theirs = {"iss": OTHER, "aud": "blog", "sub": "bob"}
    cases = [
        (carrying(Token(CLAIMS)), ALLOW),
        (carrying(Token(theirs)), ALLOW),
        (carrying(Token({**theirs, "sub": "ada"})), DENY),
        (carrying(Token({**CLAIMS, "aud": "blog"})), UNAUTHENTICATED),
        (carrying(Token({**theirs, "aud": "shop"})), UNAUTHENTICATED),
        (carrying(Token({**CLAIMS, "iss": "https://elsewhere.example.com"})), UNAUTHENTICATED),
        (carrying(bad(small, "expired")), UNAUTHENTICATED),
        (carrying(), DENY),
    ]
    small.agree(predicted, cases)


def test_preflight(small: Small) -> None:
    """CORS's question passes whatever token it carries; rules still decide about it."""
    asked = {"origin": "https://app.example.com", "access-control-request-method": "PUT"}
    rules = [
        {"to": [{"operation": {"paths": ["/open"]}}]},
        {"when": [{"key": "request.auth.principal", "values": ["*"]}]},
    ]
    predicted = small.hold(trusts(OF_SHOP), policy("AuthorizationPolicy", "users", rules=rules))
    expired = bad(small, "expired")

    def asking(method: str, path: str, *carried: AnyToken, headers: Mapping[str, str] = asked) -> Request:
        plain = get(path, carried=carried, headers=headers)
        assert plain.http is not None
        return replace(plain, http=replace(plain.http, method=method))

    cases = [
        (asking("OPTIONS", "/open", expired), ALLOW),
        (asking("OPTIONS", "/open"), ALLOW),
        (asking("OPTIONS", "/users", Token(CLAIMS)), DENY),
        (asking("OPTIONS", "/open", expired, headers={}), UNAUTHENTICATED),
        (asking("OPTIONS", "/open", expired, headers={"origin": asked["origin"]}), UNAUTHENTICATED),
        (asking("GET", "/open", expired), UNAUTHENTICATED),
        (asking("GET", "/users", Token(CLAIMS)), ALLOW),
    ]
    small.agree(predicted, cases)


@dataclass
class Watch:
    """What a client met with the tokens of several keys while keys changed.

    Attributes:
        met: the statuses, by key, in order.
    """

    small: Small
    met: dict[str, list[int]] = field(default_factory=dict)

    def ask(self, *names: str) -> dict[str, int]:
        """What tokens signed by these keys meet now."""
        found = {}
        for name in names:
            sending = self.small.prepare(get(), tokens.signed_by(name, CLAIMS))
            found[name] = sending.pod.call(sending.job)["status"]
            self.met.setdefault(name, []).append(found[name])
        return found


def keys_at(file: str) -> dict[str, Any]:
    """The rule of an issuer whose keys the key server has."""
    return {**OF_SHOP, "jwksUri": f"https://{KEY_HOST}/{file}"}


def test_rotation_at_once(small: Small) -> None:
    """A key that takes another's place is taken when istiod asks again; until then its tokens are refused."""
    rule = keys_at("once.json")
    small.mesh.key_server.serve(rule["jwksUri"], tokens.other_key_set("one"))
    small.hold(trusts(rule))
    watch = Watch(small)
    assert watch.ask("one", "two") == {"one": 200, "two": 401}
    small.mesh.key_server.serve(rule["jwksUri"], tokens.other_key_set("two"))
    taken = until(lambda: watch.ask("one", "two")["two"] == 200, "the new key is taken")
    assert watch.ask("one", "two", "one", "two") == {"one": 401, "two": 200}
    for statuses in watch.met.values():
        assert statuses == sorted(statuses, reverse=statuses[0] == 401), "a key that changed twice"
    refused = watch.met["two"].count(401)
    small.figures.append(
        f"rotation at once, asked every {REFRESH} s: taken after {taken:.1f} s; {refused} new tokens were refused"
    )


def test_rotation_with_both(small: Small) -> None:
    """Where both keys are served until the new one is taken, no token is refused."""
    rule = keys_at("both.json")
    serve = small.mesh.key_server.serve
    serve(rule["jwksUri"], tokens.other_key_set("one"))
    small.hold(trusts(rule))
    watch = Watch(small)
    serve(rule["jwksUri"], tokens.other_key_set("one", "two"))
    known = until(lambda: (watch.ask("one"), Watch(small).ask("two")["two"])[1] == 200, "the new key is known")
    serve(rule["jwksUri"], tokens.other_key_set("two"))
    gone = until(lambda: (watch.ask("two"), Watch(small).ask("one")["one"])[1] == 401, "the old key is gone")
    assert {status for statuses in watch.met.values() for status in statuses} == {200}
    small.figures.append(
        f"rotation with both keys: known after {known:.1f} s, the old one gone after {gone:.1f} s, none refused"
    )


def has_failed(small: Small, file: str) -> bool:
    """Whether istiod has asked again for keys that it knew, and got none."""
    lines = small.istiod_log().splitlines()
    return any("Failed to refresh JWT public key" in line and file in line for line in lines)


def test_no_key_server(small: Small) -> None:
    """Without its keys, an issuer's tokens are refused and nothing else is; keys that are known stay in use."""
    known, late = keys_at("known.json"), keys_at("late.json")
    server, watch = small.mesh.key_server, Watch(small)
    server.serve(known["jwksUri"], tokens.other_key_set("one"))
    server.serve(late["jwksUri"], tokens.other_key_set("two"))
    small.hold(trusts(known))
    assert watch.ask("one") == {"one": 200}
    server.stop()
    try:
        predicted = small.hold(trusts(late))
        assert watch.ask("two") == {"two": 401}
        small.agree(predicted, [(carrying(), ALLOW), (carrying(bad(small, "expired")), UNAUTHENTICATED)])
    finally:
        server.start()
    back = until(lambda: watch.ask("two")["two"] == 200, "the keys are taken when the server is back", LONG)
    server.stop()
    try:
        small.hold(trusts(known))
        until(lambda: has_failed(small, "known.json"), "istiod has asked in vain", LONG)
        assert watch.ask("one") == {"one": 200}
    finally:
        server.start()
    small.figures.append(
        f"a key server that comes back: its tokens are taken after {back:.1f} s; known keys outlive it"
    )


def test_a_silent_key_server(small: Small) -> None:
    """A key server that never answers holds up, once, what every proxy gets; its tokens are refused, others are not."""
    silent = {**OF_SHOP, "issuer": OTHER, "jwksUri": f"https://{SILENT}/keys.json"}
    start = time.monotonic()
    small.hold(trusts(OF_SHOP))
    usual = time.monotonic() - start
    predicted = small.hold(trusts(OF_SHOP, silent))
    held = time.monotonic() - start - usual
    small.agree(predicted, [(carrying(), ALLOW), (carrying(Token(CLAIMS)), ALLOW)])
    small.texts["no key is known"] = tokens.valid({**CLAIMS, "iss": OTHER})
    small.agree(predicted, [(carrying(InvalidToken("no key is known")), UNAUTHENTICATED)])
    small.figures.append(f"a change of policies takes {usual:.1f} s, beside a silent key server {held:.1f} s")
