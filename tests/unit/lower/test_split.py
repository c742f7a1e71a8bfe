"""Objects that would be too large are split, or stopped where no split means the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.lower.compiled import TODAY, annotated, api, frontend, gateway, orders, policy_of, shop
from ztdsl import (
    Anyone,
    AnyRequest,
    EndUser,
    Http,
    Identity,
    IpBlock,
    Issuer,
    Rule,
    Service,
    ServiceAccount,
    TcpPort,
    allow,
    allow_tcp,
)
from ztdsl.istio.annotated import Annotated
from ztdsl.istio.document import document
from ztdsl.istio.kinds import AuthorizationPolicy, Condition, Operation, RequestAuthentication, Source
from ztdsl.istio.kinds import Rule as Lowered
from ztdsl.istio.size import CLIENT_SIDE_LIMIT, ETCD_LIMIT, size_of
from ztdsl.lower import lower
from ztdsl.lower.split import budget, fitting, packed_by_size
from ztdsl.resolve import resolve
from ztdsl.traffic.mesh import ApplyMode, Mesh

SERVER_SIDE = Mesh(apply=ApplyMode.SERVER_SIDE)


def _rules(count: int, length: int = 1) -> list[Rule]:
    return [
        allow(frontend, to=orders.at(api), http=Http(paths=[f"/{index:05d}{'a' * length}"]), because=f"{index}")
        for index in range(count)
    ]


def _policies(found: tuple[Annotated, ...]) -> list[AuthorizationPolicy]:
    named = [e.manifest for e in found if e.manifest.meta.name.startswith("orders-allow")]
    return [each for each in named if isinstance(each, AuthorizationPolicy)]


@pytest.mark.parametrize(("count", "sizes"), [(512, [512]), (513, [512, 1]), (1100, [512, 512, 76])])
def test_no_policy_has_more_rules_than_a_cluster_takes(count: int, sizes: list[int]) -> None:
    """512 rules are one policy, the next opens another; names count from the second."""
    found = _policies(annotated(policy_of(_rules(count))))
    assert [len(each.rules) for each in found] == sizes
    assert [each.meta.name for each in found] == ["orders-allow", "orders-allow-2", "orders-allow-3"][: len(sizes)]
    paths = [path for each in found for rule in each.rules for path in rule.operations[0].paths]
    assert len(set(paths)) == count


def test_each_rule_keeps_its_reason_when_policies_are_split() -> None:
    """Comments go with their rules into the part where those stand."""
    parts = [e for e in annotated(policy_of(_rules(600))) if e.manifest.meta.name.startswith("orders-allow")]
    for part in parts:
        assert isinstance(part.manifest, AuthorizationPolicy)
        for rule, item in zip(part.manifest.rules, part.items, strict=True):
            assert int(item.comments[0]) == int(rule.operations[0].paths[0][1:6])


@pytest.mark.parametrize(("mesh", "limit"), [(Mesh(), CLIENT_SIDE_LIMIT), (SERVER_SIDE, ETCD_LIMIT)])
def test_no_object_is_larger_than_its_way_of_applying_allows(mesh: Mesh, limit: int) -> None:
    """Large rules fill one policy after another, with room for what the server adds."""
    found = _policies(annotated(policy_of(_rules(400, length=3000)), mesh))
    assert len(found) > 1
    assert all(size_of(each) < limit for each in found)
    assert all(len(json.dumps(document(each))) < limit for each in found)
    assert sum(len(each.rules) for each in found) == 400
    assert budget(mesh) < limit


def test_one_huge_rule_becomes_several_of_the_same_meaning() -> None:
    """A list of callers that is larger than an object is spread over rules, each caller in exactly one."""
    callers = [ServiceAccount(f"{'a' * 200}{number}", namespace="batch") for number in range(3000)]
    found = _policies(annotated(policy_of([allow(callers, to=orders.at(api), http=AnyRequest(), because="many")])))
    assert len(found) > 1
    principals = [p for each in found for rule in each.rules for source in rule.sources for p in source.principals]
    assert sorted(principals) == sorted({f"cluster.local/ns/batch/sa/{'a' * 200}{number}" for number in range(3000)})
    assert all(size_of(each) < CLIENT_SIDE_LIMIT for each in found)


def test_many_subjects_of_a_long_issuer_are_split() -> None:
    """The issuer stands before each subject: what is short in a policy file can be long in a manifest."""
    name = "https://auth.example.com/" + "realm/" * 100
    issuer = Issuer(name, jwks_uri="https://auth.example.com/jwks.json", audiences=["shop"])
    user = EndUser(issuer, subject=[f"user-{number}" for number in range(2000)])
    found = _policies(annotated(policy_of([allow(user, to=orders.at(api), http=AnyRequest(), because="a")])))
    assert len(found) > 1
    assert all(size_of(each) < CLIENT_SIDE_LIMIT for each in found)
    assert sum(len(s.request_principals) for each in found for rule in each.rules for s in rule.sources) == 2000


def test_exceptions_that_are_too_many_stop_the_build() -> None:
    """All exceptions must hold at once, so that no split says the same: a finding at the rule, and only one."""
    but = [Identity(f"spiffe://cluster.local/ns/batch/sa/{'a' * 200}{number}") for number in range(2000)]
    rule = allow(Anyone(but=but), to=orders.at(api), http=AnyRequest(), because="a")
    resolved = resolve(policy_of([rule]), Mesh(), TODAY)
    assert resolved.model is not None
    (finding,) = lower(resolved.model).findings
    assert finding.code == "ZT603"
    assert finding.primary is not None
    large = resolve(policy_of([rule]), SERVER_SIDE, TODAY).model
    assert large is not None
    assert lower(large).findings == ()


def test_a_key_set_that_is_too_large_stops_the_build(tmp_path: Path) -> None:
    """An issuer's keys cannot be split."""
    keys = [{"kty": "RSA", "n": "n" * 400, "e": "AQAB", "kid": str(number)} for number in range(1000)]
    (tmp_path / "keys.json").write_text(json.dumps({"keys": keys}), encoding="utf-8")
    issuer = Issuer("huge", jwks_file=str(tmp_path / "keys.json"), audiences=["a"])
    rules = [
        allow(EndUser(issuer), to=each, http=AnyRequest(), because="a") for each in (orders.at(api), frontend.at(api))
    ]
    resolved = resolve(policy_of(rules), Mesh(), TODAY)
    assert resolved.model is not None
    assert [each.code for each in lower(resolved.model).findings] == ["ZT603"]


def test_many_issuers_are_spread_over_objects(tmp_path: Path) -> None:
    """Istio takes the rules of all RequestAuthentications of a workload together."""
    keys = [{"kty": "RSA", "n": "n" * 400, "e": "AQAB", "kid": str(number)} for number in range(250)]
    (tmp_path / "keys.json").write_text(json.dumps({"keys": keys}), encoding="utf-8")
    issuers = [Issuer(f"i{n}", jwks_file=str(tmp_path / "keys.json"), audiences=["a"]) for n in range(5)]
    rule = allow([EndUser(each) for each in issuers], to=orders.at(api), http=AnyRequest(), because="a")
    found = [e.manifest for e in annotated(policy_of([rule])) if isinstance(e.manifest, RequestAuthentication)]
    assert [each.meta.name for each in found] == ["orders-jwt", "orders-jwt-2", "orders-jwt-3"]
    assert [rule.issuer for each in found for rule in each.jwt_rules] == [f"i{n}" for n in range(5)]
    assert all(size_of(each) < CLIENT_SIDE_LIMIT for each in found)


def test_many_ports_count() -> None:
    """The ports of a rule about connections are measured, too."""
    ports = [TcpPort(number) for number in range(16_000, 17_000)]
    wide = Service("wide", namespace=shop, service_account="wide", ports=ports)
    rules = [
        allow_tcp(IpBlock(f"10.0.0.{n}"), to=[wide.at(port) for port in ports], because=f"{n}") for n in range(1, 41)
    ]
    found = [e.manifest for e in annotated(policy_of(rules, services=[orders, frontend, gateway, wide]))]
    assert all(size_of(each) < CLIENT_SIDE_LIMIT for each in found)


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        (Lowered((Source(principals=("a" * 50,)), Source(principals=("b" * 50,)))), 2),
        (Lowered((), (Operation(paths=("/" + "a" * 60, "/" + "b" * 60)),)), 2),
        (Lowered((), (), (Condition("k", ("a" * 60, "b" * 60), ("c",)),)), 2),
        (Lowered((Source(not_principals=("a" * 60, "b" * 60)),)), None),
        (Lowered((Source(principals=("a" * 200,)),)), None),
        (Lowered(), 1),
    ],
)
def test_fitting(rule: Lowered, parts: int | None) -> None:
    """Alternatives are split wherever they stand; one value and exceptions are not."""
    found = fitting(rule, 120)
    assert (None if found is None else len(found)) == parts


def test_more_callers_than_a_rule_may_have_are_split() -> None:
    """A rule has at most 512 `from` entries, however small they are."""
    rule = Lowered(tuple(Source(principals=(f"{number}",)) for number in range(600)))
    found = fitting(rule, 1_000_000)
    assert found is not None
    assert [len(each.sources) for each in found] == [300, 300]


def test_packing_by_size_lets_a_large_item_stand_alone() -> None:
    """What is larger than the limit is not mixed with others."""
    assert list(packed_by_size([3, 9, 2, 2], lambda size: size, 6)) == [[3], [9], [2, 2]]
    assert list(packed_by_size([], len, 6)) == []
