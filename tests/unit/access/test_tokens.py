"""Tokens that differ in what both sides make of them."""

from __future__ import annotations

from typing import Any

from tests.unit.access.shop import ISSUER, JWT, change, policy, tokens, told
from ztdsl.traffic.request import Token


def asks(**claims: list[str]) -> dict[str, Any]:
    """A rule for claims."""
    return {"when": [{"key": f"request.auth.claims[{name}]", "values": values} for name, values in claims.items()]}


def test_claims_that_matter_only_together() -> None:
    """A rule that asks for three claims opens to a token that has all three."""
    found = change([tokens(JWT), policy()], [tokens(JWT), policy(asks(role=["admin"], team=["a"], level=["high"]))])
    callers = [who for kind, who, _ in told(found) if kind == "opens"]
    assert len(callers) == 1
    assert all(text in callers[0] for text in ("role admin", "team a", "level high"))


def test_two_values_of_one_claim() -> None:
    """A list has both."""
    rules = [{"when": [{"key": "request.auth.claims[groups]", "values": [each]} for each in ("dev", "ops")]}]
    assert change([tokens(JWT), policy()], [tokens(JWT), policy(*rules)]).classed == "widened"


def test_nested_claims() -> None:
    """They lie in objects of their own."""
    key = "request.auth.claims[realm][role]"
    found = change([tokens(JWT), policy()], [tokens(JWT), policy({"when": [{"key": key, "values": ["admin"]}]})])
    assert "realm.role admin" in told(found)[0][1]
    (token,) = found.effects[0].witness.tokens
    assert isinstance(token, Token)
    assert token.claims["realm"] == {"role": "admin"}


def test_subjects_and_issuers() -> None:
    """A request principal that is added shows with its subject."""
    one, two = (
        policy({"from": [{"source": {"requestPrincipals": [f"{ISSUER}/{each}" for each in subjects]}}]})
        for subjects in (["u1"], ["u1", "u2"])
    )
    assert "subject u2" in told(change([tokens(JWT), one], [tokens(JWT), two]))[0][1]


def test_a_header_that_is_written_from_a_claim() -> None:
    """A rule about it is met by a token with that claim, and not by a client that sends the header."""
    writes = {**JWT, "outputClaimToHeaders": [{"header": "x-role", "claim": "role"}]}
    rule = {"when": [{"key": "request.headers[x-role]", "values": ["admin"]}]}
    (effect,) = change([tokens(writes), policy()], [tokens(writes), policy(rule)]).effects
    assert "role admin" in effect.callers
    assert effect.witness.http is not None
    assert not effect.witness.http.headers


def test_where_a_token_is_looked_for() -> None:
    """A token in a header of its own is read by the rule that looks there."""
    rule = {"from": [{"source": {"requestPrincipals": ["*"]}}]}
    found = change([tokens(JWT), policy(rule)], [tokens({**JWT, "fromHeaders": [{"name": "x-token"}]}), policy(rule)])
    assert found.classed == "both"
