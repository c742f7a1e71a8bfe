"""Tokens, good and broken, and the requests that carry them: what is asked of Envoy and of `ztdsl.token` alike."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any, Final

from tests.conformance.token_lab import Asked, Plain, Setting
from tests.conformance.token_mint import ALGORITHMS, encoded, key_set, public, raw, signature, token
from tests.conformance.topics.shape import ISSUER, OTHER_ISSUER, tokens

_HEADER: Final = '{"alg":"ES256","kid":"main"}'
_HOUR: Final = 3600
_SPARE: Final = {"A": "B", "Q": "R", "g": "h", "w": "x"}
"""The last digit of 64 bytes, and another one with the same two bits that count."""
_BEARER: Final = "Bearer "


def _claims(**more: Any) -> Plain:
    return {"iss": ISSUER, "sub": "alice", **more}


def _body(more: str = "") -> str:
    return f'{{"iss":"{ISSUER}","sub":"alice"{more}}}'


def _in_header(name: str, text: str) -> Asked:
    return Asked(name, [("authorization", _BEARER + text)])


def settings(now: int | None = None) -> list[Setting]:
    """Every setting with its requests."""
    at = int(time.time()) if now is None else now
    return [
        _setting("one issuer", [_rule()], [*_times(at), *_shapes(at), *_texts(), *_issuers(), *_bearers(at)]),
        _setting("audiences", [_rule(audiences=["https://shop.example.com/", "orders"])], list(_audiences())),
        _setting("bare audience", [_rule(audiences=["shop.example.com"])], list(_audiences())),
        _setting("any issuer", [_anybody()], list(_issuers())),
        _setting("algorithms", [_rule(jwks=_all_keys())], list(_algorithms())),
        _setting("keys without algorithm", [_rule(jwks=_all_keys(says=False))], list(_algorithms())),
        _setting("a key on a curve alone", [_rule(jwks=key_set(public("main", "ES256")))], list(_algorithms())),
        _setting("names of keys", [_rule(jwks=_named())], list(_kids())),
        _setting("some usable keys", [_rule(jwks=_partly())], list(_kids())),
        _setting("two issuers", [_rule(), _other()], [*_several(at), *_issuers(), *_pairs(at)]),
        _setting("two issuers forwarded", [_rule(forwardOriginalToken=True), _other()], list(_pairs(at))),
        _setting("one issuer twice", _twice(), [*_audiences(), *_kids(), *_several(at)]),
        _setting("locations", [_placed()], [*_places(at), *_bearers(at)]),
        _setting("locations kept", [_placed(forwardOriginalToken=True)], list(_places(at))),
        _setting("prefixes", [_prefixed()], [*_places(at), *_bearers(at)]),
        _setting("outputs", [_written(), _other(outputPayloadToHeader="x-other")], list(_outputs())),
    ]


def _setting(name: str, rules: list[Plain], asked: list[Asked]) -> Setting:
    watched = ("authorization", "x-token", "x-payload", "x-sub", "x-n", "x-list", "x-deep", "x-other", "cookie")
    return Setting(name, [tokens(*rules)], asked, watched)


def _rule(**more: Any) -> Plain:
    return {"issuer": ISSUER, "jwks": key_set(public("main", "ES256", kid="main", alg="ES256")), **more}


def _anybody() -> Plain:
    """A rule without an issuer, which istiod takes with an address of keys only; the keys themselves come first."""
    return {"jwksUri": "https://issuer.example.com/keys", "jwks": key_set(public("main", "ES256", kid="main"))}


def _other(**more: Any) -> Plain:
    return {"issuer": OTHER_ISSUER, "jwks": key_set(public("other", "RS256", kid="other")), **more}


def _twice() -> list[Plain]:
    one = _rule(audiences=["shop.example.com"])
    return [one, _rule(audiences=["billing"], jwks=key_set(public("second", "ES256", kid="second")))]


def _placed(**more: Any) -> Plain:
    places = {"fromHeaders": [{"name": "x-token"}], "fromParams": ["token", "t"], "fromCookies": ["session", "sid"]}
    return _rule(**places, **more)


def _prefixed() -> Plain:
    prefixes = [{"name": "Authorization", "prefix": "Token "}, {"name": "x-token", "prefix": "jwt="}]
    return _rule(fromHeaders=[*prefixes, {"name": "Authorization", "prefix": "Bearer "}])


def _written() -> Plain:
    claims = {"x-sub": "sub", "x-n": "n", "x-list": "l", "x-deep": "a.b"}
    headers = [{"header": header, "claim": claim} for header, claim in claims.items()]
    return _rule(outputPayloadToHeader="x-payload", outputClaimToHeaders=headers)


def _all_keys(*, says: bool = True) -> str:
    keys = [public("main", each, kid=each, **({"alg": each} if says else {})) for each in ALGORITHMS]
    return key_set(*keys)


def _named() -> str:
    return key_set(
        public("main", "ES256", kid="main"),
        public("second", "ES256", kid="second"),
        public("nameless", "ES256"),
        public("twin", "ES256", kid="main"),
        public("rsa", "RS256", kid="rsa", alg="RS256"),
    )


def _partly() -> str:
    broken = [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]  # istiod refuses what is less like a key
    wrong = [public("second", "ES256", kid="second", alg="RS256"), public("rsa", "RS256", kid="rsa", alg="ES256")]
    unsaid = public("nameless", "ES256", use="enc")
    return key_set(*broken, *wrong, public("main", "ES256", kid="main", use="enc"), unsaid)


def _times(now: int) -> Iterator[Asked]:
    """Times on both sides of the minute that Envoy forgives, far enough from it for a slow machine."""
    for name in ("exp", "nbf", "iat"):
        for offset in (-_HOUR * 24, -_HOUR, -90, -75, -40, -20, 0, 20, 40, 90, 120, _HOUR, _HOUR * 24 * 365):
            yield _in_header(f"{name} {offset:+}", token(_claims(**{name: now + offset}), kid="main"))
        odd: tuple[Any, ...] = (
            0,
            1,
            -1,
            0.5,
            now + _HOUR + 0.9,
            1e300,
            2**63,
            2**64 - 1,
            2**64,
            "0",
            str(now),
            None,
            True,
            [],
            {},
        )
        for number, value in enumerate(odd):
            yield _in_header(f"{name} odd {number}", raw(_HEADER, json.dumps(_claims(**{name: value}))))
    both = _claims(nbf=now + _HOUR, exp=now - _HOUR)
    yield _in_header("over before it begins", token(both, kid="main"))


def _shapes(now: int) -> Iterator[Asked]:
    good = token(_claims(exp=now + _HOUR), kid="main")
    head, body, end = good.split(".")
    forged = encoded(_body(',"admin":"yes"').encode())
    texts = {
        "good": good,
        "no signature": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "one part": head,
        "four parts": f"{good}.{end}",
        "five parts": f"{head}.{end}.{end}.{body}.{end}",
        "dots only": "...",
        "dot before": f".{good}",
        "dot after": f"{good}.",
        "two dots inside": f"{head}..{body}.{end}",
        "no header": f".{body}.{end}",
        "no claims": f"{head}..{end}",
        "padded": f"{good}==",
        "badly padded": f"{good}=",
        "padded inside": f"{head}=.{body}.{end}",
        "standard alphabet": f"{head}.{body}.{end[:-4]}+/+/",
        "not base64 header": f"!{head}.{body}.{end}",
        "not base64 claims": f"{head}.{body}!.{end}",
        "not base64 signature": f"{head}.{body}.{end}!",
        "one digit over": f"{head}.{body}.{end}A",
        "short signature": f"{head}.{body}.{end[:-3]}",
        "one byte of signature": f"{head}.{body}.AA",
        "spare bits": f"{head}.{body}.{end[:-1]}{_SPARE[end[-1]]}",
        "space inside": f"{head}.{body[:9]} {body[9:]}.{end}",
        "space after a dot": f"{head}. {body}.{end}",
        "two words": f"{good} {good}",
        "other claims": f"{head}.{forged}.{end}",
        "parts exchanged": f"{body}.{head}.{end}",
        "json form": json.dumps({"payload": body, "signatures": [{"protected": head, "signature": end}]}),
        "signed twice": raw(_HEADER, good),
        "signature of zeros": f"{head}.{body}.{encoded(bytes(64))}",
        "signature in DER": f"{head}.{body}.{encoded(b'0E' + bytes(69))}",
        "longer halves": f"{head}.{body}.{encoded(_widened(f'{head}.{body}'))}",
        "of a stranger": token(_claims(), name="stranger", kid="main"),
        "another kid": token(_claims(), kid="elsewhere"),
        "no kid": token(_claims()),
        "large": token(_claims(text="x" * 40_000), kid="main"),
    }
    yield from (_in_header(name, text) for name, text in texts.items())


def _widened(signed: str) -> bytes:
    """A signature whose two numbers have a byte more than they need."""
    made = signature(signed.encode(), "ES256")
    return b"\0" + made[:32] + b"\0" + made[32:]


def _texts() -> Iterator[Asked]:
    """Headers and claims that are no JSON, or that readers of JSON disagree about."""
    bodies = {
        "a name twice": _body(',"x":1,"x":2'),
        "a name twice inside": _body(',"x":{"y":1,"y":1}'),
        "a name twice by an escape": _body(',"x":1,"\\u0078":2'),
        "issuer twice": _body(f',"iss":"{OTHER_ISSUER}"'),
        "single quotes": _body(",'x':'y'"),
        "bare name": _body(",x:1"),
        "bare name with a digit first": _body(",1x:1"),
        "bare name with a dash": _body(",a-b:1"),
        "bare word true": _body(",true:1"),
        "comma at the end": _body(","),
        "comma in a list": _body(',"x":[1,]'),
        "two commas": _body(',"x":[1,,]'),
        "comma alone": "{,}",
        "control character": _body(',"x":"a\nb"'),
        "escape of null": _body(',"x":"\\u0000"'),
        "escape unknown": _body(',"x":"\\x"'),
        "escape of a single quote": _body(',"x":"\\\'"'),
        "escape with capital U": _body(',"x":"\\U0041"'),
        "surrogates": _body(',"x":"\\ud83d\\ude00"'),
        "high surrogate alone": _body(',"x":"\\ud800"'),
        "low surrogate alone": _body(',"x":"\\udc00"'),
        "not a number": _body(',"x":NaN'),
        "infinite": _body(',"x":Infinity'),
        "beyond doubles": _body(',"x":1e999'),
        "leading zero": _body(',"x":01'),
        "trailing point": _body(',"x":1.'),
        "plus sign": _body(',"x":+1'),
        "many digits": _body(',"x":' + "9" * 300),
        "deep": _body(',"x":' + "[" * 99 + "]" * 99),
        "deeper": _body(',"x":' + "[" * 100 + "]" * 100),
        "space around": f" \r\n\t{_body()} ",
        "vertical tab": f"\v{_body()}",
        "something after": f"{_body()} x",
        "two objects": _body() * 2,
        "comment": _body("/* */"),
        "empty": "",
        "space": " ",
        "null": "null",
        "list": "[]",
        "string": '"x"',
        "number": "7",
        "empty object": "{}",
        "unfinished": _body()[:-1],
        "unfinished string": _body(',"x":"y'),
        "unicode": _body(',"name":"Zoë 名前 😀"'),
        "empty name": _body(',"":1'),
    }
    for name, text in bodies.items():
        yield _in_header(f"claims: {name}", raw(_HEADER, text))
    for data in (b"\xff", b"\xe9", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc3", b"\xf4\x8f\xbf\xbf"):
        yield _in_header(f"claims with {data!r}", raw(_HEADER, _body(',"x":"?"').encode().replace(b"?", data)))
    yield _in_header("byte order mark", raw(_HEADER, b"\xef\xbb\xbf" + _body().encode()))
    headers = {
        "no algorithm": "{}",
        "algorithm is a number": '{"alg":1}',
        "algorithm is null": '{"alg":null}',
        "none": '{"alg":"none"}',
        "None": '{"alg":"None"}',
        "small letters": '{"alg":"es256"}',
        "unknown": '{"alg":"ES256K"}',
        "encrypted": '{"alg":"RSA-OAEP","enc":"A256GCM"}',
        "symmetric": '{"alg":"HS256"}',
        "algorithm twice": '{"alg":"ES256","alg":"ES256"}',
        "kid is a number": '{"alg":"ES256","kid":1}',
        "kid is null": '{"alg":"ES256","kid":null}',
        "kid is empty": '{"alg":"ES256","kid":""}',
        "critical": '{"alg":"ES256","crit":["x"],"x":1}',
        "own key": json.dumps({"alg": "ES256", "jwk": public("stranger", "ES256")}),
        "key address": '{"alg":"ES256","jku":"https://attacker.example.net/keys"}',
        "another type": '{"alg":"ES256","typ":"logout+jwt"}',
        "no header": "",
        "list": "[]",
        "dotted": '{"alg.x":"ES256"}',
    }
    for name, text in headers.items():
        yield _in_header(f"header: {name}", raw(text, _body()))


def _issuers() -> Iterator[Asked]:
    forms: list[Any] = [
        *(ISSUER, f"{ISSUER}/", ISSUER.upper(), f" {ISSUER}", f"{ISSUER}:443", f"{ISSUER}/realm", ISSUER + "\0"),
        *(ISSUER.replace("https", "http"), ISSUER.partition("//")[2], "", None, 1, True, [], [ISSUER], {}),
        *(OTHER_ISSUER, OTHER_ISSUER.rstrip("/")),
    ]
    for value in forms:
        yield _in_header(f"iss {value!r}", raw(_HEADER, json.dumps({"iss": value, "sub": "alice"})))
    yield _in_header("no iss", raw(_HEADER, '{"sub":"alice"}'))
    yield _in_header("no sub", raw(_HEADER, f'{{"iss":"{ISSUER}"}}'))
    for name in ("sub", "jti"):
        others: tuple[Any, ...] = (1, None, True, [], {}, "", "a/b")
        for other in others:
            yield _in_header(f"{name} {other!r}", raw(_HEADER, json.dumps(_claims(**{name: other}))))


def _audiences() -> Iterator[Asked]:
    single = ["shop.example.com", "https://shop.example.com", "https://shop.example.com/", "http://shop.example.com"]
    single += [
        "shop.example.com/",
        "shop.example.com//",
        "https://https://shop.example.com",
        "HTTPS://shop.example.com",
    ]
    single += ["Shop.example.com", "orders", "https://orders/", "orders ", "order", "ftp://orders", "", "/", "billing"]
    lists = [[], ["orders"], ["x", "shop.example.com"], ["x", "y"], [""], ["orders", "orders"]]
    odd: list[Any] = [None, 1, True, {}, ["orders", 1], [["orders"]], [None]]
    for value in (*single, *lists, *odd):
        yield _in_header(f"aud {value!r}", raw(_HEADER, json.dumps(_claims(aud=value))))
    yield _in_header("no aud", raw(_HEADER, json.dumps(_claims())))
    yield _in_header("wrong issuer and audience", raw(_HEADER, json.dumps({"iss": OTHER_ISSUER, "aud": "x"})))
    yield _in_header("wrong audience and signature", raw(_HEADER, json.dumps(_claims(aud="x")), name="stranger"))
    yield _in_header("wrong audience and over", raw(_HEADER, json.dumps(_claims(aud="x", exp=1))))


def _algorithms() -> Iterator[Asked]:
    for each in ALGORITHMS:
        yield _in_header(f"{each} by name", token(_claims(), each, kid=each))
        yield _in_header(f"{each} without name", token(_claims(), each))
        yield _in_header(f"{each} by a stranger", token(_claims(), each, "stranger", kid=each))
        if each not in {"ES256", "HS256", "HS384", "HS512"}:
            yield _in_header(f"{each} signed by ES256", raw(f'{{"alg":"{each}"}}', _body()))
    yield _in_header("ES256 signed by RS256", raw('{"alg":"ES256"}', _body(), "RS256"))
    yield _in_header("RS256 signed by PS256", raw('{"alg":"RS256"}', _body(), "PS256"))
    yield _in_header("HS256 named and signed by ES256", raw('{"alg":"HS256","kid":"ES256"}', _body()))


def _kids() -> Iterator[Asked]:
    for name in ("main", "second", "nameless", "twin", "rsa", "stranger"):
        for kid in ("main", "second", "rsa", "elsewhere", "", None):
            header = {} if kid is None else {"kid": kid}
            algorithm = "RS256" if name == "rsa" else "ES256"
            yield _in_header(f"by {name} as {kid!r}", token(_claims(aud="billing"), algorithm, name, **header))


def _several(now: int) -> Iterator[Asked]:
    own = token(_claims(exp=now + _HOUR, aud="shop.example.com"), kid="main")
    other = token({"iss": OTHER_ISSUER, "sub": "bob"}, "RS256", "other", kid="other")
    texts = {"own": own, "other": other, "over": token(_claims(exp=1, aud="billing"), kid="main"), "broken": "x.y.z"}
    texts["stranger's"] = token(_claims(aud="billing"), name="stranger", kid="main")
    for first, left in texts.items():
        for second, right in texts.items():
            yield Asked(f"{first} and {second}", [("authorization", _BEARER + left)], f"/?access_token={right}")
    yield Asked("two lines", [("authorization", _BEARER + own), ("authorization", _BEARER + own)])


def _pairs(now: int) -> Iterator[Asked]:
    yield from _several(now)


def _bearers(now: int) -> Iterator[Asked]:
    good = token(_claims(exp=now + _HOUR), kid="main")
    forms = ["", "Bearer", "Bearer ", "bearer {}", "BEARER {}", "{}", "Bearer  {}", "Bearer\t{}", "Bearer: {}"]
    forms += ["Basic eDp5", "x Bearer {}", 'Bearer "{}"', "Bearer {},", "Bearer ~{}", "Token {}", "Bearer Bearer {}"]
    for form in forms:
        yield Asked(f"Authorization: {form}", [("Authorization", form.replace("{}", good))])


def _places(now: int) -> Iterator[Asked]:
    good, bad = token(_claims(exp=now + _HOUR), kid="main"), token(_claims(exp=1), kid="main")
    lines = {
        "header": [("X-Token", good)],
        "header twice": [("x-token", good), ("x-token", good)],
        "header good and bad": [("x-token", good), ("x-token", bad)],
        "header bad and good": [("x-token", bad), ("x-token", good)],
        "header empty": [("x-token", "")],
        "header with space": [("x-token", f" {good} ")],
        "header with a prefix": [("x-token", f"jwt={good}")],
        "cookie": [("cookie", f"a=b; session={good}")],
        "cookie quoted": [("cookie", f'session="{good}"')],
        "cookie twice": [("cookie", f"session={good}; session={bad}")],
        "cookie lines": [("cookie", f"session={bad}"), ("cookie", f"session={good}")],
        "two cookies": [("cookie", f"session={good}; sid={good}")],
        "two cookies, one bad": [("cookie", f"session={good}; sid={bad}")],
        "cookie empty": [("cookie", "session=")],
        "cookie without value": [("cookie", "session")],
        "cookie in capitals": [("cookie", f"Session={good}")],
        "cookie elsewhere": [("cookie", f"other={good}")],
        "header and cookie": [("x-token", good), ("cookie", f"sid={bad}")],
    }
    yield from (Asked(name, sent) for name, sent in lines.items())
    paths = [
        f"/?token={good}",
        f"/a?t={good}&b=1",
        f"/?b=2&token={good}&a=1",
        f"/?token={good}&token={bad}",
        "/?token=",
    ]
    paths += [f"/?token={bad}&t={good}", "/?token", f"/?Token={good}", f"/?token=%20{good}", f"/?%74oken={good}"]
    paths += [f"/?access_token={good}", f"/?x=token={good}", f"/?token={good}+"]
    yield from (Asked(path.replace(good, "{}").replace(bad, "{bad}"), [], path) for path in paths)
    yield Asked("preflight", [("x-token", bad), ("origin", "https://app.example.com"), (_ASK, "GET")], "/", "OPTIONS")
    yield Asked("options without origin", [("x-token", bad), (_ASK, "GET")], "/", "OPTIONS")


_ASK: Final = "access-control-request-method"


def _outputs() -> Iterator[Asked]:
    values: list[Any] = [
        1,
        0,
        -1,
        1.5,
        1e20,
        2**53 + 1,
        True,
        False,
        None,
        "",
        "text",
        "Zoe",
        [],
        ["a", 1],
        {},
        {"b": 1},
    ]
    for value in values:
        yield _in_header(f"n and l {value!r}", token(_claims(n=value, l=value, a={"b": value}), kid="main"))
    yield Asked("forged", [("x-sub", "admin"), ("x-payload", "e30"), ("x-other", "x")])
    yield Asked("forged with a bad token", [("x-sub", "admin"), ("authorization", "Bearer x")])
    good = token(_claims(), kid="main")
    yield Asked("forged with a good token", [("x-sub", "admin"), ("x-sub", "b"), ("authorization", _BEARER + good)])
    other = token({"iss": OTHER_ISSUER, "sub": "bob"}, "RS256", "other", kid="other")
    yield Asked("forged for the other", [("x-sub", "admin"), ("authorization", _BEARER + other)])
