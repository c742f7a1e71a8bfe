"""Splitting keeps the meaning, and the cheap estimate of a rule's size never falls short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from itertools import product
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.property.shop import PLAIN, TODAY, policy_of, rules
from ztdsl.ir import model, values
from ztdsl.istio.kinds import AuthorizationPolicy, Operation, Rule, Source
from ztdsl.istio.size import rule_size
from ztdsl.lower import authorization, lower
from ztdsl.lower.split import fitting, packed
from ztdsl.resolve import resolve
from ztdsl.traffic.mesh import Mesh

_words = st.text('ab.😀"\\é', min_size=1, max_size=8)
_long = st.text("a", min_size=1, max_size=300)


def _each(part: Any) -> Iterator[Any]:
    """A part with one value in each list of alternatives; exceptions stay whole."""
    lists = [f.name for f in fields(part) if not f.name.startswith("not_") and getattr(part, f.name)]
    for chosen in product(*(getattr(part, name) for name in lists)):
        yield replace(part, **{name: (value,) for name, value in zip(lists, chosen, strict=True)})


def _atoms(some: Sequence[Rule]) -> set[Rule]:
    """The rules as the finest rules of the same meaning."""
    found: set[Rule] = set()
    for rule in some:
        sources = [each for source in rule.sources or (Source(),) for each in _each(source)]
        operations = [each for operation in rule.operations or (Operation(),) for each in _each(operation)]
        tests = [[replace(test, values=(v,)) for v in test.values] or [test] for test in rule.conditions]
        for source, operation, conditions in product(sources, operations, product(*tests)):
            found.add(Rule((source,), (operation,), conditions))
    return found


@settings(max_examples=100)
@given(st.lists(rules(), min_size=1, max_size=4), st.integers(150, 900))
def test_a_split_rule_means_what_it_meant(some: list[Any], limit: int) -> None:
    """The parts are smaller than the limit and together exactly the whole; else nothing of it is used."""
    resolved = resolve(policy_of(some), PLAIN, TODAY)
    if resolved.model is None:
        return
    for annotated in lower(resolved.model).manifests:
        if not isinstance(annotated.manifest, AuthorizationPolicy):
            continue
        for rule in annotated.manifest.rules:
            parts = fitting(rule, limit)
            if parts is None:
                assert rule_size(rule) >= limit
                continue
            assert all(rule_size(part) < limit for part in parts)
            assert _atoms(parts) == _atoms([rule])


@settings(max_examples=100)
@given(st.lists(st.integers(1, 40), max_size=60), st.integers(200, 2_000))
def test_packing_keeps_every_rule_in_its_place(sizes: list[int], limit: int) -> None:
    """Runs put together are the rules in their order, and no run is larger than the limit."""
    some = [(Rule((), (Operation(paths=("/" + "a" * size,)),)), index) for index, size in enumerate(sizes)]
    runs = list(packed(some, limit))
    assert [pair for run in runs for pair in run] == some
    assert all(sum(rule_size(rule) + 1 for rule, _ in run) <= limit for run in runs)


def _tuples(strategy: st.SearchStrategy[Any], most: int = 6) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


_domain = st.none() | _long
_peers = st.one_of(
    st.builds(values.PeerIdentity, _domain, _words, _words),
    st.builds(values.PeerNamespace, _words),
    st.builds(values.PeerTrustDomain, _domain),
)
_addresses = st.builds(values.SourceAddress, st.just("2001:db8::/32")) | st.builds(
    values.ClientAddress, st.just("10.0.0.1")
)
_sources = st.one_of(
    _peers,
    _addresses,
    st.builds(values.AnyPeer, _tuples(_peers)),
    st.builds(values.Everyone, _tuples(_peers | _addresses)),
)
_patterns = st.builds(values.Pattern, st.sampled_from(values.Match), _words)
_tests = st.builds(
    values.ClaimTest,
    _tuples(_words | _long, 3).filter(bool),
    st.sampled_from(values.Quantifier),
    _tuples(_patterns).filter(bool),
)
_users = st.builds(
    values.User, _long, _tuples(_words), _tuples(_words | st.just("a/b"), 30), _tuples(_words), _tuples(_tests, 3)
)
_callers = st.builds(values.Caller, _sources, st.none() | _users)
_headers = st.builds(values.HeaderTest, _words, _tuples(_patterns), _tuples(_patterns))
_hosts = st.sampled_from(("a", "*.b", "c:80"))
_some_words = _tuples(_words)
_requests = st.builds(
    values.Request,
    _some_words,
    _some_words,
    _tuples(_hosts),
    _tuples(_headers, 2),
    _some_words,
    _some_words,
    _tuples(_hosts),
)
_meshes = st.builds(lambda name, others: Mesh(trust_domain=name, trust_domain_aliases=others), _long, _tuples(_long, 4))


_wordy = values.User("i" * 3000, subjects=tuple(f"{number}" for number in range(300)))
_deep = values.ClaimTest(
    ("c" * 3000,), values.Quantifier.ALL, tuple(values.Pattern(values.Match.EXACT, f"{n}") for n in range(300))
)


@settings(max_examples=300)
@example(Mesh(), (values.Caller(values.Everyone(), _wordy),), (values.Request(),), (), ())
@example(Mesh(), (values.Caller(values.Everyone(), values.User("i", claims=(_deep,))),), (values.Request(),), (), ())
@example(Mesh(), (values.Caller(values.Everyone()),), (), tuple(range(60_000)), ())
@given(
    _meshes,
    _tuples(_callers, 4).filter(bool),
    _tuples(_requests, 4),
    _tuples(st.integers(1, 65535), 200),
    _tuples(_words),
)
def test_the_estimate_of_a_size_never_falls_short(
    mesh: Mesh, callers: Any, requests: Any, ports: Any, names: Any
) -> None:
    """Whatever a model holds, its lowered rules take no more bytes than the estimate."""
    is_tcp = not requests
    rule = model.Rule(
        model.Effect.ALLOW, None, "a", None, ports, is_tcp, callers, requests, names if is_tcp else (), "b", None
    )
    serving = tuple(
        model.Workload(
            "a",
            f"{number}",
            model.WorkloadKind.SERVICE,
            "a",
            (),
            tuple(model.Port(port, 60_000 + number, model.Protocol.HTTP, None) for port in sorted(set(ports))),
            None,
            None,
            None,
            None,
        )
        for number in range(30 if ports and not is_tcp else 0)
    )
    whole = model.Model("p", None, mesh, None, (), serving, (), (rule,))
    made = authorization.Authorizations(whole, ())
    real = sum(rule_size(part) + 1 for part, _ in made._lowered(None, rule, is_small=True))
    assert real <= authorization._bound(rule, made._sources.bound(rule.callers), made._ports_of.get("a", 0))
