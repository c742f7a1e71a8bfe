"""Traps that only one kind of mesh has, or only some actions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.unit.checks.texts import KEYS, OPEN, WEB, WORKLOADS, from_, policy, to, when
from ztdsl.diagnostics.model import Diagnostic, Severity
from ztdsl.traffic.mesh import DataPlane, Mesh, PathNormalization

Checked = Callable[..., list[Diagnostic]]

FOLDING = Mesh("production", path_normalization=PathNormalization.DECODE_AND_MERGE_SLASHES)
MERGING = Mesh("production", path_normalization=PathNormalization.MERGE_SLASHES)
AMBIENT = Mesh("production", data_plane=DataPlane.AMBIENT)
FEDERATED = Mesh("production", federated_trust_domains=("partner.example",))
RENAMED = Mesh("production", "new.example", ("td-old.example",))
IN_MESHES = [
    (["ZT301"], FOLDING, policy(to("paths: ['/admin/*'], ports: ['8080']"), "DENY") + OPEN),
    (["ZT301"], FOLDING, policy(from_("principals: ['*']", "notPaths: ['*/keys']").replace("*/keys", "/keys"))),
    (["ZT302"], MERGING, policy(to("paths: ['/a', '/a/*'], ports: ['8080']"), "DENY") + OPEN),
    (["ZT302"], FOLDING, policy(to("paths: ['/a/{*}', '/a/{*}/'], ports: ['8080']"), "DENY") + OPEN),
    (["ZT302"], Mesh(), policy(to("paths: ['/pkg.Orders/Delete', '/logo.png'], ports: ['8080']"), "DENY") + OPEN),
    ([], FOLDING, policy(to("paths: ['/pkg.Orders/Delete', '/logo.png'], ports: ['8080']"), "DENY") + OPEN),
    ([], Mesh(), policy(from_("namespaces: [web]", "paths: ['/admin']"))),
    (["ZT352"], AMBIENT, policy(from_("namespaces: [web], notTrustDomains: [cluster.local]"))),
    (["ZT306", "ZT352"], AMBIENT, policy(from_("trustDomains: [cluster.local]"), "DENY") + OPEN),
    (["ZT352"], AMBIENT, policy(when("source.serviceAccount", "[web/page]"))),
    ([], AMBIENT, policy(from_("namespaces: [web], trustDomains: [cluster.local]"))),
    ([], AMBIENT, policy(from_("serviceAccounts: [web/page]"))),
    (["ZT355"], FEDERATED, policy(from_("serviceAccounts: [web/page]"))),
    ([], FEDERATED, policy(from_(f"principals: [{WEB}], namespaces: [web]"))),
    ([], Mesh(), policy(from_("namespaces: [web]"))),
    (["ZT356"], RENAMED, policy(from_("principals: ['*-old.example/ns/web/sa/page']"))),
    ([], RENAMED, policy(from_("principals: ['*.example/ns/web/sa/page', '*/ns/web/sa/page', 'new.example/*']"))),
    (["ZT359"], AMBIENT, policy("[{}]", "AUDIT", more="selector: {matchLabels: {app: orders}}")),
    ([], AMBIENT, policy("[{}]", "AUDIT", more="selector: {matchLabels: {istio: ingressgateway}}")),
    ([], Mesh(), policy("[{}]", "AUDIT", more="selector: {matchLabels: {app: orders}}")),
]


@pytest.mark.parametrize(("codes", "mesh", "text"), IN_MESHES, ids=[f"{n}" for n in range(len(IN_MESHES))])
def test_what_depends_on_the_mesh(codes: list[str], mesh: Mesh, text: str, checked: Checked) -> None:
    """A trap that only one kind of mesh has is found there, shown by a request, and in no other."""
    found = [each for each in checked(text, None, mesh) if each.code != "ZT324"]

    assert [each.code for each in found] == codes, [each.message for each in found]
    assert all(any("for example, " in note for note in each.notes) or each.code == "ZT359" for each in found)


@pytest.mark.parametrize(
    ("action", "field", "severity"),
    [
        ("ALLOW", "principals", Severity.WARNING),
        ("ALLOW", "notPrincipals", Severity.ERROR),
        ("DENY", "principals", Severity.ERROR),
        ("DENY", "notPrincipals", Severity.WARNING),
        ("AUDIT", "principals", Severity.WARNING),
    ],
)
def test_a_principal_that_never_matches_is_an_error_where_it_opens(
    action: str, field: str, severity: Severity, checked: Checked
) -> None:
    """Who should be denied, or left out, gets in; elsewhere somebody is kept out who will say so."""
    found = checked(policy(from_(f"{field}: [web/page]", "ports: ['8080']"), action) + OPEN)

    assert {each.severity for each in found if each.code == "ZT335"} == {severity}


def test_a_service_needs_a_waypoint(checked: Checked) -> None:
    """A reference to a Service that the inventory has is nobody's business where no gateway of the Gateway API is."""
    reference = "targetRefs: [{group: '', kind: Service, name: orders}]"
    text = policy(from_("namespaces: [web]"), more=reference)
    waypoint = "- {namespace: shop, name: w, labels: {gateway.networking.k8s.io/gateway-name: w}}\n"

    assert [each.code for each in checked(text, WORKLOADS)] == ["ZT330"]
    assert checked(text, WORKLOADS + waypoint) == []
    assert checked(text, WORKLOADS, Mesh(data_plane=DataPlane.AMBIENT)) == []
    assert checked(text.replace("name: orders", "name: unheard-of"), WORKLOADS) == []
    assert checked(text) == []


def test_a_waypoint_sees_the_port_of_the_service(checked: Checked) -> None:
    """There the container's port is the wrong one."""
    reference = "targetRefs: [{group: '', kind: Service, name: orders}]"
    mesh = Mesh(data_plane=DataPlane.AMBIENT)

    def helped(port: int) -> list[tuple[str, ...]]:
        found = checked(policy(from_("namespaces: [web]", f"ports: ['{port}']"), more=reference), WORKLOADS, mesh)
        return [each.help for each in found]

    assert helped(8080) == [("write 80",)]
    assert helped(80) == helped(7070) == []


def test_a_selector_of_the_root_namespace_that_is_for_others_only_is_quiet(checked: Checked) -> None:
    """It is plainly meant for them; one that selects a workload of both is told."""
    more = "selector: {matchLabels: {app: orders}}"
    text = policy(from_("ipBlocks: ['203.0.113.0/24']"), namespace="istio-system", more=more)
    own = "- {namespace: istio-system, name: orders, labels: {app: orders}, ports: [{container: 8080}]}\n"

    assert checked(text, WORKLOADS) == []
    assert [each.code for each in checked(text, WORKLOADS + own)] == ["ZT354"]
    assert checked(text) == []


KEY_SERVER = """
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: NAMESPACE}
spec: {mtls: {mode: STRICT}}
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: keys, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  jwtRules: [{issuer: "https://a.example.com", audiences: [orders], jwksUri: "https://HOST/keys"}]
"""


@pytest.mark.parametrize(
    ("namespace", "host", "workloads", "codes"),
    [
        ("auth", "keys.auth.svc", None, ["ZT358"]),
        ("auth", "keys.auth.svc.cluster.local:8443", None, ["ZT358"]),
        (
            "auth",
            "keys.auth.svc:8443",
            "{namespace: auth, name: keys, ports: [{container: 9, service: 8443}]}",
            ["ZT358"],
        ),
        ("auth", "keys.auth.svc:1", "{namespace: auth, name: keys, ports: [{container: 9, service: 8443}]}", []),
        ("istio-system", "keys.auth.svc", None, []),
        ("auth", "keys.example.com", None, []),
        ("auth", "keys.other.svc", None, []),
        ("auth", "keys.auth.svc:x", None, []),
    ],
)
def test_keys_behind_mutual_tls(
    namespace: str, host: str, workloads: str | None, codes: list[str], checked: Checked
) -> None:
    """Only what the namespace of the key server itself says counts: a server may have no sidecar."""
    text = KEY_SERVER.replace("NAMESPACE", namespace).replace("HOST", host)
    inventory = None if workloads is None else f"workloads:\n- {workloads}\n"

    assert [each.code for each in checked(text, inventory) if each.code != "ZT320"] == codes


def test_audiences_of_one_scope_are_a_list(checked: Checked) -> None:
    """Two objects for the same workloads add audiences up on purpose; a test of the audience undoes a wider one."""
    need = policy(from_("requestPrincipals: ['https://a.example.com/*']"))
    tests = policy(when("request.auth.audiences", "[orders]"))
    wide = KEYS.replace("[orders]", "[orders, web]").replace("name: keys", "name: wide")
    narrow = KEYS.replace("spec:", "spec:\n  selector: {matchLabels: {app: orders}}")
    elsewhere = narrow.replace("[orders]", "[batch]")

    assert [each.code for each in checked(wide + narrow + need)] == ["ZT357"]
    assert checked(wide + KEYS + need) == []
    assert checked(wide + elsewhere + need) == []
    assert checked(wide + narrow + tests) == []


def test_a_default_deny_where_ztunnel_lets_nobody_in_is_closed(checked: Checked) -> None:
    """Neither does the waypoint get through; and a waypoint with an ALLOW policy of its own says who may call."""
    mesh = Mesh(data_plane=DataPlane.AMBIENT)
    nothing = policy("[]").replace("name: p", "name: nothing") + "---"
    reference = "targetRefs: [{group: '', kind: Service, name: orders}]"
    denies = policy(to("ports: ['8080'], methods: [DELETE]"), "DENY", more=reference).replace("name: p", "name: deny")
    lets_in = "---" + policy(from_("namespaces: [shop]"), more="selector: {matchLabels: {app: orders}}")
    allows = "---" + policy(from_("namespaces: [web]"), more=reference).replace("name: p", "name: allow")

    assert [each.code for each in checked(nothing + denies + lets_in, None, mesh)] == ["ZT353"]
    assert checked(nothing + denies, None, mesh) == []
    assert checked(nothing + denies + lets_in + allows, None, mesh) == []
    assert checked(nothing + denies + lets_in, None, Mesh()) == []
