"""Who may call: callers as `from` entries and conditions on tokens."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest

from tests.unit.lower.compiled import api, auth, frontend, gateway, https, orders, rules, sources, store, web
from ztdsl import (
    Anyone,
    AnyRequest,
    AnyWorkload,
    Claim,
    EndUser,
    External,
    Identity,
    IpBlock,
    Issuer,
    Prefix,
    RemoteIpBlock,
    Rule,
    ServiceAccount,
    Suffix,
    TrustDomain,
    allow,
    allow_tcp,
)
from ztdsl.traffic.mesh import Mesh

EVERY = AnyRequest()
FRONTEND = "cluster.local/ns/web/sa/frontend"
RENAMED = Mesh(
    trust_domain="prod.example", trust_domain_aliases=("old.example",), federated_trust_domains=("partner.example",)
)


class Role(StrEnum):
    """The values of a claim."""

    ADMIN = "admin"
    SUPPORT = "support"


role, groups, nested = Claim("role", Role), Claim("groups", list[str]), Claim(["realm", "my.roles"], list[str])
staffed = Issuer(
    "https://staff.example.com/",
    jwks_uri="https://staff.example.com/jwks.json",
    audiences=["shop", "back"],
    claims=[role, groups, nested],
)


def _who(callers: Any, user: EndUser | None = None) -> Rule:
    return allow(callers, user=user, to=orders.at(api), http=EVERY, because="a")


def test_a_workload_or_a_token_is_two_sources_of_one_rule() -> None:
    """A peer identity or a validated token in one policy: two `from` entries, never one with both fields."""
    (rule,) = rules(_who([frontend, EndUser(auth)]))
    assert sources(rule) == [{"requestPrincipals": ["https://auth.example.com/*"]}, {"principals": [FRONTEND]}]


def test_a_workload_with_a_token_is_one_source_with_both() -> None:
    """`user=` beside the callers asks for the identity and the token at once, of each of them."""
    (rule,) = rules(_who([frontend, gateway], EndUser(auth)))
    assert sources(rule) == [
        {
            "principals": ["cluster.local/ns/istio-ingress/sa/gateway", FRONTEND],
            "requestPrincipals": ["https://auth.example.com/*"],
        }
    ]


def test_conditions_never_leak_to_another_caller() -> None:
    """A test on a claim stands in a rule of its own, so that workloads and other users need not meet it."""
    admins = EndUser(staffed, where=[role.is_in(Role.ADMIN)])
    found = rules(_who([frontend, EndUser(auth), admins]))
    assert [(sources(rule), rule.get("when")) for rule in found] == [
        ([{"requestPrincipals": ["https://auth.example.com/*"]}, {"principals": [FRONTEND]}], None),
        (
            [{"requestPrincipals": ["https://staff.example.com//*"]}],
            [{"key": "request.auth.claims[role]", "values": ["admin"]}],
        ),
    ]


def test_users_without_conditions_share_a_source() -> None:
    """Two issuers with nothing to test are one list of request principals."""
    (rule,) = rules(_who([EndUser(auth), EndUser(staffed)]))
    assert sources(rule) == [{"requestPrincipals": ["https://auth.example.com/*", "https://staff.example.com//*"]}]


def test_users_with_equal_conditions_share_a_rule() -> None:
    """Conditions that are the same are written once."""
    one = EndUser(staffed, subject="u1", where=[role.is_in(Role.ADMIN)])
    other = EndUser(staffed, subject="u2", where=[role.is_in(Role.ADMIN)])
    (rule,) = rules(_who([one, other]))
    assert sources(rule) == [{"requestPrincipals": ["https://staff.example.com//u1", "https://staff.example.com//u2"]}]


def test_peers_of_one_user_do_not_lend_each_other_their_tokens() -> None:
    """A workload alone and another with a token stay two sources."""
    found = rules(_who(frontend), _who(gateway, EndUser(auth)))
    assert [sources(rule) for rule in found] == [
        [
            {
                "principals": ["cluster.local/ns/istio-ingress/sa/gateway"],
                "requestPrincipals": ["https://auth.example.com/*"],
            }
        ],
        [{"principals": [FRONTEND]}],
    ]


def test_an_issuer_with_a_trailing_slash_keeps_it() -> None:
    """Istio splits at the last slash, so the issuer's own comes before the one that separates."""
    (rule,) = rules(_who(EndUser(staffed, subject=["u1", "u2"])))
    assert sources(rule) == [{"requestPrincipals": ["https://staff.example.com//u1", "https://staff.example.com//u2"]}]


def test_a_subject_with_a_slash_becomes_a_condition() -> None:
    """`ISS/a/b` would be read as issuer `ISS/a`; all subjects of such a user are tested as the claim `sub`."""
    (rule,) = rules(_who(EndUser(auth, subject=["plain", "tenant/u1"])))
    assert sources(rule) == [{"requestPrincipals": ["https://auth.example.com/*"]}]
    assert rule["when"] == [{"key": "request.auth.claims[sub]", "values": ["plain", "tenant/u1"]}]


def test_audiences_presenters_and_claims_have_their_own_keys() -> None:
    """Each list is alternatives; different keys must all hold; dots in a step stay in its brackets."""
    user = EndUser(
        staffed,
        audience=["shop", "back"],
        presenter="portal",
        where=[groups.is_in(Prefix("dev"), Suffix("-ops")), nested.is_not_in("banned"), groups.is_present()],
    )
    (rule,) = rules(_who(user))
    assert rule["when"] == [
        {"key": "request.auth.audiences", "values": ["back", "shop"]},
        {"key": "request.auth.claims[groups]", "values": ["*"]},
        {"key": "request.auth.claims[groups]", "values": ["*-ops", "dev*"]},
        {"key": "request.auth.claims[realm][my.roles]", "notValues": ["banned"]},
        {"key": "request.auth.presenter", "values": ["portal"]},
    ]


def test_all_values_of_a_claim_are_conditions_one_by_one() -> None:
    """`has_all` cannot be one list, whose values are alternatives."""
    (rule,) = rules(_who(EndUser(staffed, where=[groups.has_all("dev", "ops")])))
    assert rule["when"] == [
        {"key": "request.auth.claims[groups]", "values": ["dev"]},
        {"key": "request.auth.claims[groups]", "values": ["ops"]},
    ]


def test_everyone_is_an_absent_from() -> None:
    """`Anyone()` has no `from` at all, and so no list that could be empty."""
    (rule,) = rules(_who(Anyone()))
    assert "from" not in rule


@pytest.mark.parametrize(
    ("caller", "principals"),
    [
        (frontend, [FRONTEND]),
        (web, ["cluster.local/ns/web/sa/*"]),
        (ServiceAccount("batch.runner", namespace="batch"), ["cluster.local/ns/batch/sa/batch.runner"]),
        (External("e", namespace=web, service_account="e"), ["cluster.local/ns/web/sa/e"]),
        (TrustDomain(), ["cluster.local/ns/*"]),
        (AnyWorkload(), ["cluster.local/ns/*"]),
        (Identity("spiffe://cluster.local/ns/web/sa/x"), ["cluster.local/ns/web/sa/x"]),
    ],
)
def test_identities_of_the_mesh(caller: Any, principals: list[str]) -> None:
    """Each kind of workload is a principal in `from`, where Istio does not multiply aliases."""
    (rule,) = rules(_who(caller))
    assert sources(rule) == [{"principals": principals}]


@pytest.mark.parametrize(
    ("caller", "principals"),
    [
        (frontend, ["prod.example/ns/web/sa/frontend"]),
        (web, ["prod.example/ns/web/sa/*"]),
        (TrustDomain("old.example"), ["old.example/ns/*"]),
        (TrustDomain("prod.example"), ["old.example/ns/*", "prod.example/ns/*"]),
        (TrustDomain(), ["old.example/ns/*", "prod.example/ns/*"]),
        (TrustDomain("partner.example"), ["partner.example/ns/*"]),
        (
            External("e", namespace="a", service_account="b", trust_domain="partner.example"),
            ["partner.example/ns/a/sa/b"],
        ),
    ],
)
def test_identities_with_aliases_and_federation(caller: Any, principals: list[str]) -> None:
    """Istio adds aliases to principals of five parts by itself; a whole trust domain names each of them."""
    (rule,) = rules(_who(caller), mesh=RENAMED)
    assert sources(rule) == [{"principals": principals}]


def test_exceptions_stand_beside_what_they_except() -> None:
    """`but=` is negative fields of the same source: identities and addresses must all be missed."""
    (rule,) = rules(_who([Anyone(but=[gateway, IpBlock("10.0.0.0/8")]), AnyWorkload(but=[web])]))
    assert sources(rule) == [
        {"principals": ["cluster.local/ns/*"], "notPrincipals": ["cluster.local/ns/web/sa/*"]},
        {"notPrincipals": ["cluster.local/ns/istio-ingress/sa/gateway"], "notIpBlocks": ["10.0.0.0/8"]},
    ]


def test_addresses_are_sources_of_their_own() -> None:
    """An address, an identity and a client's address are alternatives, each in its field."""
    tcp = allow_tcp([IpBlock("10.1.2.3/32"), IpBlock("2001:db8::/32"), frontend], to=orders.at(store), because="a")
    (rule,) = rules(tcp)
    assert sources(rule) == [{"principals": [FRONTEND]}, {"ipBlocks": ["10.1.2.3", "2001:db8::/32"]}]
    client = allow(RemoteIpBlock("203.0.113.0/24"), to=gateway.at(https), http=EVERY, because="a")
    (rule,) = rules(client, name="gateway-allow", namespace="istio-ingress")
    assert sources(rule) == [{"remoteIpBlocks": ["203.0.113.0/24"]}]


def test_parts_that_two_rules_have_in_common_are_written_once_with_both_reasons() -> None:
    """A rule split by conditions can share a part with another; a policy with a repeated rule is never made."""
    admins = EndUser(staffed, where=[role.is_in(Role.ADMIN)])
    support = EndUser(staffed, where=[role.is_in(Role.SUPPORT)])
    one = allow([frontend, admins], to=orders.at(api), http=EVERY, because="first")
    other = allow([frontend, support], to=orders.at(api), http=EVERY, because="second")
    assert len(rules(one, other)) == 3
