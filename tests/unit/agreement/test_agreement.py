"""Whether what was meant and what was rendered are the same: mistakes of ours come to light as requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.unit.simulate.asked import UNTIL, api, auth, frontend, model_of, orders, store, web
from ztdsl import AnyRequest, AnyWorkload, DryRun, EndUser, Http, allow, allow_tcp, audit, deny
from ztdsl.agreement import disagreements
from ztdsl.istio.annotated import Annotated
from ztdsl.istio.kinds import AuthorizationPolicy, PeerAuthentication, RequestAuthentication
from ztdsl.lower import lower

EVERY = AnyRequest()
MODEL = model_of(
    allow(frontend, to=orders.at(api), http=Http(methods=["GET"], paths=["/orders", "/orders/*"]), because="reads"),
    allow(EndUser(auth, audience="back"), to=orders.at(api), http=Http(hosts=["shop.example.com"]), because="users"),
    deny(web, to=orders.at(api), http=Http(paths=["/orders/7", "/orders/7/*"]), because="not that one"),
    audit(AnyWorkload(), to=orders.at(api), http=EVERY, because="watched"),
    allow(AnyWorkload(), to=orders.at(api), http=EVERY, because="tried", stage=DryRun(until=UNTIL)),
    allow_tcp(frontend, to=orders.at(store), because="the store"),
)
MANIFESTS = lower(MODEL).manifests


def test_what_is_rendered_is_what_is_meant() -> None:
    """On all borders of the policy, and on a few of them, nothing differs and nothing is undecided."""
    whole = disagreements(MODEL, MANIFESTS)
    assert (whole.undecided, whole.counterexample, whole.meant, whole.done) == (0, None, None, None)
    assert whole.asked > 100
    some = disagreements(MODEL, MANIFESTS, 50)
    assert (some.asked, some.undecided, some.counterexample) == (50, 0, None)


def test_a_policy_without_rules_is_asked_about_its_workloads() -> None:
    """Defaults are borders, too."""
    model = model_of()
    found = disagreements(model, lower(model).manifests, 40)
    assert found.asked > 8
    assert found.counterexample is None


def _without(name: str) -> Callable[[Annotated], Annotated | None]:
    return lambda each: None if each.manifest.meta.name == name else each


def _policy(
    name: str, change: Callable[[AuthorizationPolicy], AuthorizationPolicy]
) -> Callable[[Annotated], Annotated]:
    def mistake(each: Annotated) -> Annotated:
        manifest = each.manifest
        if isinstance(manifest, AuthorizationPolicy) and manifest.meta.name == name:
            return replace(each, manifest=change(manifest))
        return each

    return mistake


def _with_paths(manifest: AuthorizationPolicy) -> AuthorizationPolicy:
    def widened(paths: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"{path}*" if path == "/orders" else path for path in paths)

    rules = tuple(
        replace(rule, operations=tuple(replace(each, paths=widened(each.paths)) for each in rule.operations))
        for rule in manifest.rules
    )
    return replace(manifest, rules=rules)


def _permissive(each: Annotated) -> Annotated:
    manifest = each.manifest
    return (
        replace(each, manifest=replace(manifest, mtls="PERMISSIVE"))
        if isinstance(manifest, PeerAuthentication)
        else each
    )


def _any_audience(each: Annotated) -> Annotated:
    manifest = each.manifest
    if not isinstance(manifest, RequestAuthentication):
        return each
    return replace(
        each, manifest=replace(manifest, jwt_rules=tuple(replace(r, audiences=()) for r in manifest.jwt_rules))
    )


MISTAKES: dict[str, Callable[[Annotated], Annotated | None]] = {
    "no allowances": _without("orders-allow"),
    "no refusals": _without("orders-deny"),
    "no audit": _without("orders-audit"),
    "no trial": _without("orders-allow-dry-run"),
    "no tokens": _without("orders-jwt"),
    "no mutual TLS": _without("default"),
    "plaintext": _permissive,
    "any audience": _any_audience,
    "a path too wide": _policy("orders-allow", _with_paths),
    "a rule less": _policy("orders-allow", lambda policy: replace(policy, rules=policy.rules[1:])),
    "a rule that takes all": _policy(
        "orders-allow",
        lambda p: replace(p, rules=(*p.rules, replace(p.rules[0], sources=(), operations=(), conditions=()))),
    ),
    "no workload": _policy("orders-allow", lambda policy: replace(policy, selector=None)),
    "a refusal that allows": _policy("orders-deny", lambda policy: replace(policy, action="ALLOW")),
    "a trial that is enforced": _policy(
        "orders-allow-dry-run", lambda policy: replace(policy, meta=replace(policy.meta, annotations=()))
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_of_ours_shows(name: str) -> None:
    """Whatever is wrong in the manifests, a request on a border shows it, with what was meant and what is done."""
    mistaken = [changed for each in MANIFESTS if (changed := MISTAKES[name](each)) is not None]
    found = disagreements(MODEL, mistaken)
    assert found.counterexample is not None
    assert found.meant is not None
    assert found.done is not None
