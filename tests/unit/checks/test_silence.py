"""Manifests that mean what they say: a false alarm is a bug."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ztdsl.api import check_manifests
from ztdsl.checks import check
from ztdsl.diagnostics.model import Diagnostic, Severity
from ztdsl.manifests import read_manifests
from ztdsl.traffic.mesh import Mesh

HERE = Path(__file__).parent
QUIET = sorted((HERE / "quiet").glob("*.yaml"))
EXAMPLES = sorted((HERE.parents[2] / "examples").glob("*/expected/manifests.yaml"))
LISTED_PATHS = {"ZT301", "ZT302"}
POLICY = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: one, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: orders}}}}
  action: {action}
  rules: {rules}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: other, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: orders}}}}
  action: ALLOW
  rules: [{{to: [{{operation: {{ports: ["8080"], methods: [GET]}}}}]}}]
"""


@pytest.mark.parametrize("file", QUIET, ids=lambda file: file.stem)
def test_common_shapes_give_no_warning(file: Path) -> None:
    """Shapes that people write after Istio's documentation are no findings; what is missing may be told."""
    read = read_manifests([str(file)])

    found = check(read, Mesh())

    assert read.documents
    assert [each.message for each in found if each.severity > Severity.INFO and each.code not in LISTED_PATHS] == []


def test_all_of_them_together_give_no_warning() -> None:
    """One directory with all of them is as quiet."""
    found = check(read_manifests([str(HERE / "quiet")]), Mesh(trust_domain_aliases=("old-td",)))

    warned = [each for each in found if each.severity > Severity.INFO]
    assert [each.message for each in warned if each.code not in LISTED_PATHS] == []


def test_only_a_list_of_denied_paths_is_warned_of_wherever_it_stands() -> None:
    """Of all these shapes one denies a path, as Istio's documentation does, and its neighbours get in."""
    found = {file.stem: {each.code for each in check(read_manifests([str(file)]), Mesh())} for file in QUIET}

    assert [name for name, codes in found.items() if codes & LISTED_PATHS] == ["gateway-token"]
    assert found["gateway-token"] >= LISTED_PATHS


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.parent.parent.name)
def test_what_the_examples_build_gives_no_finding(file: Path) -> None:
    """The compiler does not write what the checks find."""
    config = file.parent.parent / "ztc.toml"

    checked = check_manifests([str(file)], config=config if config.exists() else None, mesh=None)

    assert checked.objects
    assert [each.message for each in checked.report.findings] == []


@pytest.mark.parametrize(
    ("action", "rules"),
    [
        ("ALLOW", '[{from: [{source: {principals: ["*"]}}]}]'),
        ("ALLOW", '[{from: [{source: {principals: ["cluster.local/ns/web/*", "*/sa/frontend"]}}]}]'),
        ("ALLOW", '[{from: [{source: {namespaces: ["team-*-prod"]}}]}]'),
        ("ALLOW", "[{from: [{source: {namespaces: [web], notNamespaces: [web-test]}}]}]"),
        ("ALLOW", '[{from: [{source: {ipBlocks: ["10.0.0.0/8"], notIpBlocks: ["10.1.0.0/16"]}}]}]'),
        ("ALLOW", '[{from: [{source: {namespaces: [web]}}]}, {to: [{operation: {paths: ["/healthz"]}}]}]'),
        ("ALLOW", '[{from: [{source: {namespaces: [web]}}]}, {to: [{operation: {ports: ["9090"]}}]}]'),
        ("ALLOW", '[{to: [{operation: {paths: ["/info*", "*.css", "/", "*", "/*"]}}]}]'),
        ("ALLOW", '[{to: [{operation: {paths: ["/files/{**}", "/a/{*}/b"]}}]}]'),
        ("ALLOW", '[{to: [{operation: {hosts: ["shop.example.com"]}}]}]'),
        ("ALLOW", '[{to: [{operation: {methods: ["*", "PROPFIND", "GET"]}}]}]'),
        ("ALLOW", '[{when: [{key: "request.headers[accept]", values: ["*/*"]}]}]'),
        ("ALLOW", '[{when: [{key: "source.trustDomain", values: ["cluster.local"]}]}]'),
        ("DENY", '[{from: [{source: {ipBlocks: ["192.0.2.0/24"]}}], to: [{operation: {ports: ["8080"]}}]}]'),
        ("DENY", '[{from: [{source: {notPrincipals: ["*"]}}], to: [{operation: {ports: ["8080"]}}]}]'),
        ("DENY", '[{to: [{operation: {hosts: ["a.example.com", "a.example.com:*"], ports: ["8080"]}}]}]'),
        ("AUDIT", '[{from: [{source: {principals: ["cluster.local/ns/web/sa/frontend"]}}]}]'),
    ],
)
def test_a_rule_that_means_what_it_says_is_quiet(
    action: str, rules: str, checked: Callable[..., list[Diagnostic]]
) -> None:
    """Wildcards where they work, exceptions of what is named, open paths by custom, names with their ports."""
    assert [each.message for each in checked(POLICY.format(action=action, rules=rules))] == []


def test_a_deny_of_identities_is_quiet_where_plaintext_is_refused_anyway(
    checked: Callable[..., list[Diagnostic]],
) -> None:
    """A caller without identity gains nothing where the ALLOW policy asks for one (or the port is STRICT)."""
    deny = '[{from: [{source: {namespaces: [batch]}}], to: [{operation: {ports: ["8080"]}}]}]'
    text = POLICY.format(action="DENY", rules=deny)
    mode = "---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\n"
    strict = mode + "metadata: {name: default, namespace: istio-system}\nspec: {mtls: {mode: STRICT}}\n"
    needs = text.replace(
        "[{to: [{operation: {ports", "[{from: [{source: {principals: ['*']}}], to: [{operation: {ports"
    )

    assert [each.code for each in checked(text)] == ["ZT306"]
    assert checked(text + strict) == []
    assert checked(needs) == []
