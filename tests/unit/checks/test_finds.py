"""Variations of traps beside the executed pairs: each is found, once, and shown where it can be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.unit.checks.texts import KEYS, OPEN, WEB, WORKLOADS, from_, policy, to, when
from ztdsl.diagnostics.model import Diagnostic
from ztdsl.traffic.mesh import Mesh

Checked = Callable[..., list[Diagnostic]]

FOUND = [
    ("ZT306", policy(from_("notPrincipals: ['cluster.local/ns/batch/*']"))),
    ("ZT306", policy(when("source.namespace", "[batch]", "notValues"))),
    ("ZT306", policy(from_("serviceAccounts: [batch/job]", "ports: ['8080'], methods: [GET]"), "DENY") + OPEN),
    ("ZT306", policy(from_("trustDomains: [cluster.local]", "ports: ['8080']"), "DENY", "istio-system") + OPEN),
    ("ZT307", policy(from_("principals: ['cluster.local/ns/*/sa/page']"))),
    ("ZT307", policy(to("hosts: ['*.example.com:*']"))),
    ("ZT307", policy(to("paths: ['/a/**']"))),
    ("ZT308", policy(from_(f"principals: [{WEB}]", "paths: ['/a/:id/b']"))),
    ("ZT309", policy(from_(f"principals: [{WEB}]", "paths: ['/a/{**}/']"))),
    ("ZT310", policy(from_(f"principals: [{WEB}]", "paths: [admin]"))),
    ("ZT310", policy(from_(f"principals: [{WEB}]", "paths: ['/a/../b']"))),
    ("ZT313", policy(to("notHosts: [admin.example.com]"))),
    ("ZT313", policy(to("hosts: ['admin.example.com:8080'], ports: ['8080']"), "DENY") + OPEN),
    ("ZT314", KEYS + policy(when("request.auth.claims[permission]", "['a b']"))),
    (
        "ZT317",
        KEYS + policy(from_("requestPrincipals: ['https://a.example.com/eve']", "ports: ['8080']"), "DENY") + OPEN,
    ),
    ("ZT321", policy(from_("notRequestPrincipals: ['*']", "ports: ['8080']"), "DENY") + OPEN),
    ("ZT321", policy(when("request.auth.claims[role]", "[admin]"))),
    ("ZT322", KEYS + policy(from_("requestPrincipals: ['https://b.example.com/*']"))),
    ("ZT322", KEYS + policy(when("request.auth.claims[iss]", "['https://b.example.com']"))),
    ("ZT322", KEYS + policy(from_("requestPrincipals: ['*.example.org/eve']"))),
    ("ZT323", KEYS + policy(when("request.auth.claims[role]", "[guest]", "notValues"))),
    ("ZT325", policy("[{from: [{source: {namespaces: [web]}}]}, {}]")),
    ("ZT335", policy(from_("principals: [web/page]"))),
    ("ZT335", policy(from_("principals: ['cluster.local/sa/page/*']"))),
    ("ZT335", policy(when("source.principal", "['spiffe://cluster.local/ns/web/sa/page']"))),
    ("ZT338", policy(from_(f"principals: [{WEB}]", "methods: [get]"))),
    ("ZT339", KEYS + policy(from_("requestPrincipals: ['https://*']"))),
    ("ZT339", KEYS + policy(from_("requestPrincipals: ['someone']"))),
    ("ZT347", KEYS + policy(when("request.auth.claimss[role]", "[admin]"))),
]


@pytest.mark.parametrize(("code", "text"), FOUND, ids=[f"{n}-{code}" for n, (code, _) in enumerate(FOUND)])
def test_a_trap_is_found_once(code: str, text: str, checked: Checked) -> None:
    """One finding, with a request that was decided so, or with a reason why it can never match."""
    found = checked(text)

    assert [each.code for each in found] == [code], [each.message for each in found]
    assert (
        any(note.startswith("for example, ") for note in found[0].notes)
        or "never" in found[0].message
        or (code in {"ZT307", "ZT308", "ZT309", "ZT310", "ZT347"})
    )


INVENTORY = [
    ("ZT328", policy(to("ports: ['9000'], methods: [GET]"), "DENY") + OPEN.replace("8080", "9000")),
    (
        "ZT329",
        policy(
            "[{from: [{source: {namespaces: [web]}}, {source: {requestPrincipals: ['*']}}],"
            " to: [{operation: {ports: ['9000']}}]}]"
        ),
    ),
    ("ZT331", policy(from_("namespaces: [web]"), more="selector: {matchLabels: {application: orders}}")),
    ("ZT334", policy(from_("namespaces: [web]", "ports: ['80']"))),
    ("ZT334", policy(when("destination.port", "['90']"))),
]


@pytest.mark.parametrize(("code", "text"), INVENTORY, ids=[f"{n}-{code}" for n, (code, _) in enumerate(INVENTORY)])
def test_a_trap_is_found_with_the_inventory_only(code: str, text: str, checked: Checked) -> None:
    """What depends on ports and labels of workloads is not guessed without them."""
    keys = KEYS if "requestPrincipals" in text else ""

    assert [each.code for each in checked(keys + text, WORKLOADS)] == [code]
    assert checked(keys + text) == []


def test_a_gateway_ends_tls_itself(checked: Checked) -> None:
    """A port that its Service calls `https` is no TCP port of a gateway."""
    inventory = """
workloads:
- namespace: edge
  name: edge
  labels: {istio: ingressgateway}
  kind: gateway
  ports: [{container: 8443, service: 443, name: https, protocol: tcp}]
"""
    more = "selector: {matchLabels: {istio: ingressgateway}}"
    rules = to("ports: ['8443'], hosts: [shop.example.com, 'shop.example.com:*']")

    assert checked(policy(rules, namespace="edge", more=more), inventory) == []
    assert checked(policy(rules, "DENY", "edge", more), inventory) == []


def test_a_subject_with_a_slash_has_its_own_advice(checked: Checked) -> None:
    """The value is split at its last slash, so that part of the subject counts as issuer."""
    (found,) = checked(KEYS + policy(from_("requestPrincipals: ['https://a.example.com/team/eve']")))

    assert found.code == "ZT322"
    assert "request.auth.claims[sub]" in found.help[0]


def test_modes_of_a_port_that_is_the_services(checked: Checked) -> None:
    """`portLevelMtls` names ports of the container."""
    text = """
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: orders, namespace: shop}
spec: {selector: {matchLabels: {app: orders}}, mtls: {mode: STRICT}, portLevelMtls: {"80": {mode: DISABLE}}}
"""

    (found,) = checked(text, WORKLOADS)

    assert (found.code, found.help) == ("ZT334", ("write 8080",))


def test_a_foreign_trust_domain_is_one_that_the_mesh_does_not_name(checked: Checked) -> None:
    """Own, alias and federated trust domains are accepted; `cluster.local/*` is not the mesh's own."""
    mesh = Mesh("production", "prod.example", ("old.example",), ("partner.example",))
    values = [f"{domain}/ns/web/sa/page" for domain in (*mesh.trust_domains, "partner.example", "cluster.local")]

    found = checked(policy(from_(f"principals: [{', '.join(values)}, 'cluster.local/*', 'x.example/*']")), None, mesh)

    assert [each.message.rpartition(" ")[2] for each in found] == ["`cluster.local`", "`x.example`"]


def test_references_with_an_inventory(checked: Checked) -> None:
    """A Gateway is looked for in the policy's own namespace, and by the label of the Gateway API."""
    label = "gateway.networking.k8s.io/gateway-name"
    inventory = f"""
workloads:
- {{namespace: edge, name: edge, labels: {{{label}: edge}}, kind: gateway}}
- {{namespace: shop, name: classic, labels: {{app: classic}}, kind: gateway}}
"""
    reference = "targetRefs: [{{group: gateway.networking.k8s.io, kind: Gateway, name: {}}}]"
    rules = from_("ipBlocks: ['192.0.2.0/24']")

    def helped(name: str, namespace: str) -> list[str]:
        found = checked(policy(rules, namespace=namespace, more=reference.format(name)), inventory)
        return [each.help[0] for each in found]

    assert helped("edge", "edge") == []
    assert helped("edge", "shop") == ["move the object to `edge`"]
    assert helped("classic", "shop") == ["select the gateway's pods with `selector`"]
    assert helped("unheard-of", "shop") == []


def test_routes_may_require_a_token_at_a_gateway(checked: Checked) -> None:
    """A VirtualService among the files may route by claims, so nothing is said there."""
    keys = KEYS.replace("spec:", "spec:\n  selector: {matchLabels: {istio: ingressgateway}}")
    route = (
        "\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: r, namespace: shop}\nspec: {}\n"
    )

    assert [each.code for each in checked(keys.removesuffix("---"))] == ["ZT320"]
    assert checked(keys + route) == []
