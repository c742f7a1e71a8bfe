"""The built-in layout, and templates of users."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow
from ztdsl.diagnostics.model import Span
from ztdsl.istio.annotated import Annotated
from ztdsl.istio.document import document
from ztdsl.istio.kinds import AuthorizationPolicy, Meta
from ztdsl.lower import lower
from ztdsl.render import json_text, yaml_text
from ztdsl.render.layout import TemplateFailure
from ztdsl.render.verify import text_problem
from ztdsl.resolve import resolve
from ztdsl.traffic.mesh import Mesh


def _manifests(because: str = "why") -> tuple[Annotated, ...]:
    shop, api = Namespace("shop"), HttpPort(8080)
    orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
    rule = allow(orders, to=orders.at(api), http=AnyRequest(), because=because)
    model = resolve(Policy("p", owns=[shop], services=[orders], rules=[rule]), Mesh(), date(2026, 11, 24)).model
    assert model is not None
    return lower(model).manifests


def test_the_layout() -> None:
    """A head line, a document for each object, the reason beside its rule."""
    assert yaml_text("p", "team", _manifests("first\nsecond")[:1]) == (
        "# Made by ztc from policy p, owner team. Change the policy, not this file.\n"
        "---\n"
        "apiVersion: security.istio.io/v1\n"
        "kind: AuthorizationPolicy\n"
        "metadata:\n"
        "  name: orders-allow\n"
        "  namespace: shop\n"
        "  labels:\n"
        "    app.kubernetes.io/managed-by: ztc\n"
        "    app.kubernetes.io/part-of: p\n"
        "spec:\n"
        "  selector:\n"
        "    matchLabels:\n"
        "      app: orders\n"
        "  action: ALLOW\n"
        "  rules:\n"
        "  # first\n"
        "  # second\n"
        "  - from:\n"
        "    - source:\n"
        "        principals: [cluster.local/ns/shop/sa/orders]\n"
        "    to:\n"
        "    - operation:\n"
        '        ports: ["8080"]\n'
    )


def test_nothing_is_an_empty_stream() -> None:
    """A policy that makes no object still says what made the file."""
    assert yaml_text("p", None, ()) == "# Made by ztc from policy p. Change the policy, not this file.\n"


def test_an_owner_of_several_lines_stays_one_comment() -> None:
    """No text gets out of the head line."""
    text = yaml_text("p", "a\nkind: Secret\n---", ())
    assert text.count("\n") == 1
    assert text.startswith("# ")


def test_json_is_a_list_in_ascii() -> None:
    """The List is what kubectl takes as it is."""
    whole = json.loads(json_text(_manifests()))
    assert (whole["apiVersion"], whole["kind"]) == ("v1", "List")
    assert whole["items"] == [document(each.manifest) for each in _manifests()]
    assert json_text(_manifests()).isascii()
    assert json_text(_manifests()).endswith("}\n")


def test_a_template_of_the_users_comes_first(tmp_path: Path) -> None:
    """One template is exchanged, the others stay built in."""
    (tmp_path / "manifests.yaml.j2").write_text(
        '# hello {{ policy | to_yaml }}\n{% from "document.yaml.j2" import document with context %}\n'
        "{% for each in documents %}\n{{ document(each) }}\n{%- endfor %}\n",
        encoding="utf-8",
    )
    text = yaml_text("p", None, _manifests(), templates=tmp_path)
    assert text.startswith("# hello p\n")
    assert text_problem(text, [each.manifest for each in _manifests()]) is None


@pytest.mark.parametrize(
    ("template", "code", "words"),
    [
        ("{{ documents | nonsense }}", "ZT012", "nonsense"),
        ("{{ missing }}", "ZT012", "'missing' is undefined"),
        ("{% for %}", "ZT012", "Expected"),
        ("{{ 1 / 0 }}", "ZT012", "division by zero"),
        ("nothing: here\n", "ZT013", "has 1 objects, and the policy 3"),
        ("# nothing\n", "ZT013", "has 0 objects"),
        ("a: [", "ZT013", "is not YAML"),
        (
            "{% for each in documents %}\n---\nkind: {{ each.kind }}\n{% endfor %}\n",
            "ZT013",
            "changes AuthorizationPolicy",
        ),
    ],
)
def test_a_broken_template_is_a_finding(tmp_path: Path, template: str, code: str, words: str) -> None:
    """A template that does not render, or whose text says something else, stops the build."""
    (tmp_path / "manifests.yaml.j2").write_text(template, encoding="utf-8")
    with pytest.raises(TemplateFailure) as caught:
        yaml_text("p", None, _manifests(), templates=tmp_path)
    (finding,) = caught.value.diagnostics
    assert finding.code == code
    assert words.lower() in finding.message.lower()


def test_a_broken_template_is_shown_by_file_and_line(tmp_path: Path) -> None:
    """The place of the mistake is in the user's template."""
    (tmp_path / "manifests.yaml.j2").write_text("# one\n{{ 1 / 0 }}\n", encoding="utf-8")
    with pytest.raises(TemplateFailure) as caught:
        yaml_text("p", None, _manifests(), templates=tmp_path)
    primary = caught.value.diagnostics[0].primary
    assert primary is not None
    assert primary.place == Span(str(tmp_path / "manifests.yaml.j2"), 2)


def test_differences_are_told() -> None:
    """A template that drops a rule is refused with the place that differs."""
    manifest = AuthorizationPolicy(Meta("a", "b", ()), None, (), "ALLOW", None, ())
    head = "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: a, namespace: b}\n"
    text = head + "spec: {action: DENY}\n"
    finding = text_problem(text, [manifest])
    assert finding is not None
    assert "action" in finding.notes[0]
