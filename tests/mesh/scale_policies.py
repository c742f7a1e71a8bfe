"""Policies of one workload that a thousand services call, as `ztc` renders them and as one object for each rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from ztdsl import Http, HttpPort, Namespace, Policy, Rule, Service, allow
from ztdsl.istio.kinds import AuthorizationPolicy, Manifest

PATH: Final = "/items"
"""What every caller asks for where all may ask for the same; else each has its own path below it."""
_TEAM: Final = 50
_api = HttpPort(8080)
_shop = Namespace("shop")


def callers(count: int) -> list[Service]:
    """The services that call, by their names; the last one runs."""
    spaces = [Namespace(f"team-{number:03}") for number in range(-(-count // _TEAM))]
    return [
        Service(f"caller-{n:04}", namespace=spaces[n // _TEAM], service_account=f"caller-{n:04}", ports=[_api])
        for n in range(count)
    ]


def called(number: int = 0) -> Service:
    """A service of the shop; the first one runs."""
    return Service(f"called-{number:04}", namespace=_shop, service_account=f"called-{number:04}", ports=[_api])


_first: Final = called()


def own_paths(count: int) -> Policy:
    """Every caller has a rule of its own, for a path of its own."""
    to = _first.at(_api)
    return _policy(
        [
            allow(each, to=to, http=Http(methods=["GET"], paths=[own_path(n)]), because="its own items")
            for n, each in enumerate(callers(count))
        ]
    )


def own_path(number: int) -> str:
    """The path of one caller."""
    return f"{PATH}/{number:04}"


def same_path(count: int) -> Policy:
    """Every caller has a rule of its own, all for the same path."""
    http = Http(methods=["GET"], paths=[PATH])
    return _policy([allow(each, to=_first.at(_api), http=http, because="reads items") for each in callers(count)])


def one_rule(count: int) -> Policy:
    """One rule names all callers."""
    http = Http(methods=["GET"], paths=[PATH])
    return _policy([allow(callers(count), to=_first.at(_api), http=http, because="they read items")])


def one_namespace(count: int) -> Policy:
    """As many services in one namespace, each called by three others of them."""
    services = [called(number) for number in range(count)]
    rules = [
        allow(
            services[(n + step) % count],
            to=each.at(_api),
            http=Http(methods=["GET"], paths=[f"{PATH}/{step}"]),
            because="reads items",
        )
        for n, each in enumerate(services)
        for step in (1, 2, 3)
    ]
    return _policy(rules, services)


def _policy(rules: Sequence[Rule], services: Sequence[Service] | None = None) -> Policy:
    return Policy("shop", owns=[_shop], services=services or [_first], rules=rules)


def one_object_each(manifests: Sequence[Manifest]) -> Iterator[Manifest]:
    """The same with an AuthorizationPolicy for every rule, and for every caller of a rule."""
    for each in manifests:
        if not isinstance(each, AuthorizationPolicy) or not each.rules:
            yield each
            continue
        single = [
            replace(rule, sources=(replace(source, principals=(principal,)),))
            for rule in each.rules
            for source in rule.sources
            for principal in source.principals
        ]
        for number, rule in enumerate(single):
            yield replace(each, meta=replace(each.meta, name=f"{each.meta.name}-{number:04}"), rules=(rule,))


class Shape(NamedTuple):
    """Rules of one kind.

    Attributes:
        make: the policy, for so many services.
        path: what the caller that is named last may ask for.
        caller: namespace and name of that caller.
    """

    make: Callable[[int], Policy]
    path: Callable[[int], str]
    caller: Callable[[int], tuple[str, str]]


def _last(count: int) -> tuple[str, str]:
    caller = callers(count)[-1]
    return caller.namespace.name, caller.name


SHAPES: Final[Mapping[str, Shape]] = {
    "a rule and a path for each caller": Shape(own_paths, lambda count: own_path(count - 1), _last),
    "a rule for each caller, one path": Shape(same_path, lambda _: PATH, _last),
    "one rule for all callers": Shape(one_rule, lambda _: PATH, _last),
    "a namespace of such services, three callers each": Shape(
        one_namespace, lambda _: f"{PATH}/3", lambda _: (_shop.name, "called-0003")
    ),
}
