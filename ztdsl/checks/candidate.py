"""Requests that a rule is about and that something else would let in: drawn from the rule and from what allows."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from ztdsl.checks.sketch import draw
from ztdsl.checks.tested import PEER, attributes_of
from ztdsl.traffic.request import Chain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.place import Place
    from ztdsl.checks.view import View
    from ztdsl.istio.kinds import AuthorizationPolicy, Manifest, Rule
    from ztdsl.traffic.request import Request

_HTTP: Final = frozenset({"hosts", "methods", "paths", "headers"})
_POLICIES: Final = 16
_RULES: Final = 16
_MOST: Final = 128


def entering(view: View, manifest: Manifest, place: Place) -> Iterator[Request]:
    """A plain request, and requests that enforced ALLOW policies for the same workloads seem to match."""
    yield from draw(place, view.mesh)
    for _, policy in islice(view.enforced_with(manifest, "ALLOW"), _POLICIES):
        for rule in policy.rules[:_RULES]:
            yield from draw(place, view.mesh, rule, namespace=policy.meta.namespace)


def candidates(
    view: View,
    policy: AuthorizationPolicy,
    rule: Rule,
    place: Place,
    *,
    port: int | None = None,
    chain: Chain = Chain.HTTP,
) -> Iterator[Request]:
    """Requests that `rule` of `policy` seems to match, those that no other policy shapes first; a bounded number.

    What the rule does not test is then taken from requests that enforced ALLOW policies for the same workloads match.
    """
    own = list(draw(place, view.mesh, rule, namespace=policy.meta.namespace, port=port, chain=chain))
    positive, _ = attributes_of(rule)
    yield from islice(_all(view, policy, own, positive, place, chain), _MOST)


def _all(
    view: View, policy: AuthorizationPolicy, own: list[Request], positive: frozenset[str], place: Place, chain: Chain
) -> Iterator[Request]:
    yield from own
    for _, allowing in islice(view.enforced_with(policy, "ALLOW"), _POLICIES):
        if allowing is policy:
            continue
        for rule in allowing.rules[:_RULES]:
            for request in own:
                port = request.to.port
                drawn = draw(place, view.mesh, rule, namespace=allowing.meta.namespace, port=port, chain=chain)
                for other in drawn:
                    yield _merged(request, other, positive)


def _merged(own: Request, other: Request, positive: frozenset[str]) -> Request:
    """What the rule tests from `own`, the rest from `other`."""
    merged = replace(
        other,
        http=own.http if positive & _HTTP else other.http,
        tokens=own.tokens or other.tokens,
        source_ip=own.source_ip if "ipBlocks" in positive else other.source_ip,
        remote_ip=own.remote_ip if "remoteIpBlocks" in positive else other.remote_ip,
        sni=own.sni if "sni" in positive else other.sni,
    )
    return replace(merged, peer=own.peer, tls=own.tls) if positive & PEER else merged
