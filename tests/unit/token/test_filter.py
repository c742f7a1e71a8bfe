"""The token filter of a workload; that it does what Envoy does is shown in `tests/conformance`."""

from __future__ import annotations

from tests.conformance.token_mint import key_set, public, token
from ztdsl.istio.kinds import ClaimToHeader, JwtRule, TokenHeader
from ztdsl.token.filter import TokenFilter
from ztdsl.token.key_set import read_key_set
from ztdsl.token.status import Status
from ztdsl.traffic.request import Http

_KEYS = key_set(public("main", "ES256", kid="main"))
_RULE = JwtRule(issuer="https://a.example.com", jwks=_KEYS)
_OTHER = JwtRule(issuer="https://b.example.com", jwks=_KEYS)


def _filter(*rules: JwtRule, with_keys: bool = True) -> TokenFilter:
    return TokenFilter(rules, lambda rule: read_key_set(rule.jwks or "") if with_keys else None, 1000)


def _token(issuer: str = "https://a.example.com", **more: object) -> str:
    return token({"iss": issuer, "sub": "alice", **more}, kid="main")


def _http(path: str = "/", **headers: str) -> Http:
    return Http("GET", path, "x", {name.replace("_", "-"): (value,) for name, value in headers.items()})


def test_a_request_without_a_token_goes_on() -> None:
    """Whatever else it carries."""
    found = _filter(_RULE).run(_http(authorization="Basic eDp5"))

    assert found.status is Status.MISSING
    assert found.http == _http(authorization="Basic eDp5")


def test_a_verified_token_is_removed_unless_it_is_forwarded() -> None:
    """From its header, or from the query, whose rest is kept."""
    text = _token()
    kept = JwtRule(issuer=_RULE.issuer, jwks=_KEYS, forward_original_token=True)

    by_header = _filter(_RULE).run(_http(authorization=f"Bearer {text}"))
    by_query = _filter(_RULE).run(_http(f"/p?z=1&access_token={text}&a=2"))
    forwarded = _filter(kept).run(_http(authorization=f"Bearer {text}"))

    assert by_header.http == _http()
    assert by_query.http == _http("/p?a=2&z=1")
    assert forwarded.http == _http(authorization=f"Bearer {text}")


def test_claims_become_headers_and_forged_ones_go() -> None:
    """What a rule writes replaces what came under that name, with a token and without."""
    rule = JwtRule(issuer=_RULE.issuer, jwks=_KEYS, output_claim_to_headers=(ClaimToHeader("x-sub", "sub"),))

    with_token = _filter(rule).run(_http(authorization=f"Bearer {_token()}", x_sub="admin"))
    without = _filter(rule).run(_http(x_sub="admin"))

    assert with_token.http == _http(x_sub="alice")
    assert without.http == _http()


def test_keys_that_lack_are_assumed_and_said() -> None:
    """A token with nothing else against it goes on, marked; one that has expired does not."""
    good = _filter(_RULE, with_keys=False).run(_http(authorization=f"Bearer {_token()}"))
    over = _filter(_RULE, with_keys=False).run(_http(authorization=f"Bearer {_token(exp=1)}"))

    assert (good.status, good.is_assumed) == (Status.OK, True)
    assert over.status is Status.EXPIRED


def test_either_issuer_of_two_is_accepted_and_a_third_is_not() -> None:
    """By the rule that is about it."""
    own = _filter(_OTHER, _RULE)

    for rule in (_RULE, _OTHER):
        found = own.run(_http(authorization=f"Bearer {_token(rule.issuer or '')}"))
        assert found.accepted is not None
        assert found.accepted[0] == rule
    assert own.run(_http(authorization=f"Bearer {_token('joe')}")).status is Status.ISSUER


def test_a_preflight_is_not_looked_at() -> None:
    """CORS asks without credentials."""
    headers = {"origin": ("x",), "access-control-request-method": ("GET",), "authorization": ("Bearer x",)}

    found = _filter(_RULE).run(Http("OPTIONS", "/", "x", headers))

    assert found.is_preflight
    assert found.status is Status.MISSING


def test_the_places_are_those_of_the_rule() -> None:
    """A header of its own without a prefix; the usual places are then not searched."""
    rule = JwtRule(issuer=_RULE.issuer, jwks=_KEYS, from_headers=(TokenHeader("X-Token", None),), from_cookies=("c",))

    assert _filter(rule).run(_http(x_token=_token())).status is Status.OK
    assert _filter(rule).run(_http(cookie=f"a=b; c={_token()}")).status is Status.OK
    assert _filter(rule).run(_http(authorization=f"Bearer {_token()}")).status is Status.MISSING
