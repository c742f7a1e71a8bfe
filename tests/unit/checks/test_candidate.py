from __future__ import annotations

from collections.abc import Callable

from ztdsl.checks.candidate import candidates, entering
from ztdsl.checks.view import View

POLICIES = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny, namespace: shop}
spec: {action: DENY, rules: [{from: [{source: {namespaces: [batch]}}], to: [{operation: {ports: ["8080"]}}]}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: allow, namespace: shop}
spec: {action: ALLOW, rules: [{to: [{operation: {paths: ["/a/*"], ports: ["9090"]}}]}]}
"""


def test_what_a_rule_does_not_test_comes_from_what_allows(viewed: Callable[..., View]) -> None:
    """The caller is the denied one, the path is one that is let in, and the port is the rule's."""
    view = viewed(POLICIES)
    _, policy = view.policies[0]
    (place,) = view.places(0)

    seen = [
        (each.peer, each.http and each.http.path, each.to.port)
        for each in candidates(view, policy, policy.rules[0], place)
    ]

    peer = "spiffe://cluster.local/ns/batch/sa/default"
    assert seen == [(peer, "/", 8080), (peer, "/a/x", 8080)]


def test_requests_that_may_enter(viewed: Callable[..., View]) -> None:
    """A plain one, and one for each rule that allows."""
    view = viewed(POLICIES)

    entered = [each.http and each.http.path for each in entering(view, view.manifests[0], view.places(0)[0])]

    assert entered == ["/", "/a/x"]
