"""`inspect_token` and `inspect_request` as a library: manifests, several issuers, gateways, and typed results."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.token_mint import key_set, public, token
from ztdsl.api import (
    ManyWorkloads,
    RequestInspection,
    TokenInspection,
    UnknownIssuer,
    UnreadableKeys,
    UnreadableRequest,
    inspect_request,
    inspect_token,
)
from ztdsl.istio.kinds import Manifest
from ztdsl.istio.read import from_manifest
from ztdsl.manifests.workloads import KnownPort, KnownWorkload
from ztdsl.scenario.cast import cast_of_inventory
from ztdsl.scenario.subject import NOWHERE, Subject
from ztdsl.token.status import Status
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.mesh import Mesh

NOW = 1000
FIRST, SECOND = "https://a.example.com", "https://b.example.com"


def _object(kind: str, name: str, **spec: Any) -> Manifest:
    plain = {
        "apiVersion": "security.istio.io/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": "shop"},
        "spec": spec,
    }
    return from_manifest(plain)


def _rule(issuer: str, name: str, **more: Any) -> dict[str, Any]:
    return {"issuer": issuer, "jwks": key_set(public(name, "ES256", kid=name)), **more}


def _subject(*manifests: Manifest, ports: tuple[int, ...] = (8080,), kind: Any = "service") -> Subject:
    known = tuple(KnownPort(number, number, None, "http") for number in ports)
    workload = KnownWorkload("shop", "orders", {"app": "orders"}, known, "orders", kind)
    return Subject(Mesh("test"), cast_of_inventory([workload], "cluster.local"), manifests, lambda _: NOWHERE)


def _two() -> Subject:
    rules = [_rule(FIRST, "first"), _rule(SECOND, "second", fromHeaders=[{"name": "x-second"}])]
    allow = {"from": [{"source": {"requestPrincipals": [f"{SECOND}/*"]}}], "to": [{"operation": {"methods": ["GET"]}}]}
    return _subject(
        _object("RequestAuthentication", "jwt", jwtRules=rules),
        _object("AuthorizationPolicy", "users", action="ALLOW", rules=[allow]),
    )


def _verdicts(found: TokenInspection) -> list[Verdict]:
    return [call.simulation.decision.verdict for access in found.accesses for call in access.calls]


@pytest.mark.parametrize(("issuer", "name", "verdict"), [(FIRST, "first", "deny"), (SECOND, "second", "allow")])
def test_each_issuer_has_its_own_keys_and_places(issuer: str, name: str, verdict: str) -> None:
    """A token is judged by its issuer's rule, put where that looks, and opens what is granted to that issuer."""
    text = token({"iss": issuer, "sub": "alice", "exp": NOW}, name=name, kid=name)

    found = inspect_token(text, _two(), now=NOW)

    assert found.judgement.status is Status.OK
    assert found.rule is not None
    assert found.rule.issuer == issuer
    assert _verdicts(found) == [Verdict(verdict)]


def test_the_key_of_another_issuer_does_not_count() -> None:
    """A signature by the second issuer's key is none of the first."""
    text = token({"iss": FIRST, "sub": "alice"}, name="second", kid="second")

    found = inspect_token(text, _two(), now=NOW)

    assert found.judgement.status is Status.KEY_UNKNOWN
    assert [access.refusal for access in found.accesses] == [Status.KEY_UNKNOWN]


def test_rules_about_users_without_authentication() -> None:
    """Where no RequestAuthentication applies nobody reads the token, and rules about users never match."""
    rule = {"from": [{"source": {"requestPrincipals": ["*"]}}]}
    subject = _subject(_object("AuthorizationPolicy", "users", action="ALLOW", rules=[rule]))

    found = inspect_token(token({"iss": FIRST, "sub": "alice"}), subject, now=NOW)

    (access,) = found.accesses
    assert access.filtered is None
    assert _verdicts(found) == [Verdict.DENY]
    assert "no RequestAuthentication applies" in found.text()


def test_a_gateway_is_asked_by_a_client_without_identity() -> None:
    """Nobody outside has a certificate of the mesh."""
    subject = _subject(_object("RequestAuthentication", "jwt", jwtRules=[_rule(FIRST, "first")]), kind="gateway")

    found = inspect_token(token({"iss": FIRST, "sub": "alice"}, name="first"), subject, now=NOW)

    assert [call.request.peer for access in found.accesses for call in access.calls] == [None]
    assert _verdicts(found) == [Verdict.ALLOW]


def test_an_issuer_is_asked_for_by_its_name_or_its_host() -> None:
    """One that no rule is about is refused, with those that are."""
    text = token({"iss": FIRST, "sub": "alice"}, name="first")

    found = inspect_token(text, _two(), issuer="b.example.com", now=NOW)

    assert found.judgement.status is Status.ISSUER
    with pytest.raises(UnknownIssuer) as caught:
        inspect_token(text, _two(), issuer="c.example.com", now=NOW)
    assert caught.value.known == (FIRST, SECOND)


def test_what_cannot_be_read_has_its_own_exception() -> None:
    """None of them, nor their tracebacks, shows what was given."""
    text = token({"iss": FIRST, "sub": "alice"}, name="first")
    calls: dict[type[Exception], Callable[[], object]] = {
        UnreadableKeys: lambda: inspect_token(text, keys=text, now=NOW),
        UnreadableRequest: lambda: inspect_request(text.encode(), _two(), now=NOW),
        ManyWorkloads: lambda: inspect_request(
            f"GET /?access_token={text} HTTP/1.1\n".encode(), _subject(ports=(1, 2)), now=NOW
        ),
    }
    for kind, call in calls.items():
        with pytest.raises(kind) as caught:
            call()
        shown = "".join(traceback.format_exception(caught.value))
        assert not any(part in shown for part in text.split("."))


def test_a_request_with_a_token_for_each_issuer() -> None:
    """Each stands where its own rule looks; the first rule that accepts decides whose claims count."""
    first = token({"iss": FIRST, "sub": "alice"}, name="first", kid="first")
    second = token({"iss": SECOND, "sub": "bob"}, name="second", kid="second")
    lines = f"GET / HTTP/1.1\nHost: orders\nAuthorization: Bearer {first}\nX-Second: {second}\n"

    found = inspect_request(lines.encode(), _two(), now=NOW)

    assert isinstance(found, RequestInspection)
    plain = found.to_dict()
    assert [(each["name"], each["verdict"]) for each in plain["tokens"]] == [("authorization", "accepted")]
    assert plain["not_searched"] == []
    assert "ZT767" in [each["code"] for each in plain["findings"]]
    assert plain["decision"]["verdict"] == "deny"
    assert not any(part in found.text() + repr(plain) + repr(found) for part in (*first.split("."), *second.split(".")))
