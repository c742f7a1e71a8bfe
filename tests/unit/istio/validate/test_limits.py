"""Limits hold at exactly the number, and what YAML cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ztdsl.istio.kinds import (
    AuthorizationPolicy,
    Condition,
    JwtRule,
    Meta,
    Operation,
    PeerAuthentication,
    RequestAuthentication,
    Rule,
    Selector,
    Source,
    TargetRef,
)
from ztdsl.istio.validate import problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.istio.kinds import Manifest, Pairs

META = Meta("a", "b", ())


def broken(manifest: Manifest) -> set[str]:
    """The rules that `manifest` breaks."""
    return {problem.rule for problem in problems(manifest)}


def allow(*rules: Rule) -> AuthorizationPolicy:
    """A policy that allows what `rules` match."""
    return AuthorizationPolicy(META, None, (), "ALLOW", None, rules)


def tokens(*rules: JwtRule) -> RequestAuthentication:
    """A policy that takes tokens by `rules`."""
    return RequestAuthentication(META, None, (), rules)


def named(name: str = "a", namespace: str = "b", labels: Pairs = (), annotations: Pairs = ()) -> PeerAuthentication:
    """A policy with this metadata."""
    return PeerAuthentication(Meta(name, namespace, labels, annotations), None, "STRICT", ())


def selecting(*labels: tuple[str, str]) -> PeerAuthentication:
    """A policy for the pods with `labels`."""
    return PeerAuthentication(META, Selector(labels), "STRICT", ())


def numbered(count: int, prefix: str) -> tuple[str, ...]:
    """As many distinct names."""
    return tuple(f"{prefix}{index}" for index in range(count))


def source(**fields: tuple[str, ...]) -> AuthorizationPolicy:
    """A policy that allows one source."""
    return allow(Rule(sources=(Source(**fields),)))


def targeting(*names: str) -> AuthorizationPolicy:
    """A policy for the services with these names."""
    references = tuple(TargetRef("", "Service", name) for name in names)
    return AuthorizationPolicy(META, None, references, "ALLOW", None, ())


LIMITS: list[tuple[str, Callable[[int], Manifest], int, str]] = [
    ("rules", lambda n: allow(*(Rule((Source(namespaces=(name,)),)) for name in numbered(n, "n"))), 512, "V-AP-21"),
    ("sources", lambda n: allow(Rule(tuple(Source(namespaces=(x,)) for x in numbered(n, "n")))), 512, "V-AP-21"),
    ("accounts", lambda n: source(service_accounts=numbered(n, "s")), 16, "V-AP-14"),
    ("not-accounts", lambda n: source(not_service_accounts=numbered(n, "s")), 16, "V-AP-14"),
    (
        "account-condition",
        lambda n: allow(Rule(conditions=(Condition("source.serviceAccount", numbered(n, "s")),))),
        16,
        "V-AP-19",
    ),
    ("selector-labels", lambda n: selecting(*((key, "v") for key in numbered(n, "k"))), 4096, "V-SEL-4"),
    ("selector-value", lambda n: selecting(("app", "v" * n)), 63, "V-SEL-4"),
    ("targets", lambda n: targeting(*numbered(n, "s")), 16, "V-TGT-5"),
    ("target-name", lambda n: targeting("s" * n), 253, "V-TGT-2"),
    ("token-rules", lambda n: tokens(*(JwtRule(issuer=x) for x in numbered(n, "https://i"))), 4096, "V-RA-10"),
    ("key-uri", lambda n: tokens(JwtRule(jwks_uri="https://h/".ljust(n, "k"))), 2048, "V-RA-10"),
    (
        "space-delimited",
        lambda n: tokens(JwtRule(issuer="https://i", space_delimited_claims=numbered(n, "c"))),
        64,
        "V-RA-10",
    ),
    ("name", lambda n: named(name="n" * n), 253, "K-META-1"),
    ("namespace", lambda n: named(namespace="n" * n), 63, "K-META-2"),
    ("label-value", lambda n: named(labels=(("app", "v" * n),)), 63, "K-META-3"),
    ("label-name", lambda n: named(labels=(("n" * n, "v"),)), 63, "K-META-3"),
    ("label-prefix", lambda n: named(labels=(("p" * n + "/n", "v"),)), 253, "K-META-3"),
    ("annotations", lambda n: named(annotations=(("a", "v" * (n - 1)),)), 262_144, "K-META-5"),
]


@pytest.mark.parametrize(("made", "limit", "rule"), [pytest.param(*row, id=name) for name, *row in LIMITS])
def test_a_limit_holds_at_exactly_its_number(made: Callable[[int], Manifest], limit: int, rule: str) -> None:
    """As many as the limit pass, one more breaks the rule and no other."""
    assert broken(made(limit)) == set()
    assert broken(made(limit + 1)) == {rule}


def test_a_service_account_longer_than_istio_takes_is_refused() -> None:
    """At 320 characters istiod has no objection (the name is none that Kubernetes has), one more is refused."""
    namespace = "n" * 63
    assert broken(source(service_accounts=(f"{namespace}/{'s' * 256}",))) == {"C-AP-10"}
    assert broken(source(service_accounts=(f"{namespace}/{'s' * 257}",))) == {"V-AP-14"}


def test_what_stands_twice_is_an_error() -> None:
    """A document would silently keep the last of two labels, annotations or ports of one name."""
    twice = (("app", "a"), ("app", "b"))
    assert broken(named(labels=twice)) == {"C-META-1"}
    assert broken(named(annotations=twice)) == {"C-META-1"}
    assert broken(selecting(*twice)) == {"C-SEL-2"}
    ports = ((80, "STRICT"), (80, "DISABLE"))
    assert broken(PeerAuthentication(META, Selector((("app", "a"),)), None, ports)) == {"C-PA-1"}


def test_all_problems_are_found_at_once() -> None:
    """One mistake does not hide another in the same manifest."""
    rule = Rule(
        sources=(Source(principals=("spiffe://a", "*"), ip_blocks=("x", "y")),),
        operations=(Operation(ports=("http",), methods=("get",)), Operation()),
        conditions=(Condition("source.user"),),
    )
    policy = AuthorizationPolicy(Meta("A", "b", ()), Selector(()), (), "ALLOW", "p", (rule,))
    assert [problem.pointer for problem in problems(policy)] == [
        "/metadata/name",
        "/spec/selector",
        "/spec/provider",
        "/spec/rules/0/from/0/source/principals/0",
        "/spec/rules/0/from/0/source/ipBlocks/0",
        "/spec/rules/0/from/0/source/ipBlocks/1",
        "/spec/rules/0/to/0/operation/ports/0",
        "/spec/rules/0/to/0/operation/methods/0",
        "/spec/rules/0/to/1/operation",
        "/spec/rules/0/when/0/key",
        "/spec/rules/0/when/0",
    ]


def test_what_was_found_fine_in_one_field_is_still_refused_in_another() -> None:
    """Strings are remembered by the kind of field they were found fine in."""
    assert broken(allow(Rule(operations=(Operation(methods=("GET",)),)))) == set()
    assert broken(allow(Rule(operations=(Operation(ports=("GET",)),)))) == {"V-AP-13"}
    assert broken(allow(Rule(sources=(Source(trust_domains=("a/b",)),)))) == {"V-AP-15"}
    assert broken(allow(Rule(sources=(Source(service_accounts=("a/b",)),)))) == set()


def test_a_refused_value_is_refused_every_time() -> None:
    """Only what is fine is remembered."""
    policy = allow(Rule(operations=(Operation(paths=("a",)),)))
    assert problems(policy) == problems(policy) != []
