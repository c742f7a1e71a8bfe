"""Templates that nobody has rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ztdsl.diagnostics.model import Span
from ztdsl.manifests import read_manifests

if TYPE_CHECKING:
    from pathlib import Path

    from ztdsl.diagnostics.model import Diagnostic

HEAD = "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"
META = "metadata: {name: a, namespace: shop}\n"


def found(tmp_path: Path, text: str) -> tuple[Diagnostic, ...]:
    """What is wrong with a file of this text."""
    (tmp_path / "a.yaml").write_text(text)
    return read_manifests([str(tmp_path / "a.yaml")]).findings


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("{{ .Values.policy }}\n", 1, 1),
        ("{{- if .Values.enabled }}\n" + HEAD + META + "{{- end }}\n", 1, 1),
        ('{{- if eq .Values.mode "strict" }}\n' + HEAD + META + "{{- end }}\n", 1, 1),
        (HEAD + "metadata:\n  name: {{ .Release.Name }}\n  namespace: shop\n", 4, 9),
        (HEAD + "metadata:\n  name: a\n  {{- include `labels` . | nindent 2 }}\n", 5, 3),
        (HEAD + 'metadata:\n  name: {{ "a" | quote }}\n', 4, 9),
        (HEAD + "metadata:\n  name: {{ .a }}-b\n", 4, 9),
        (HEAD + META + "spec:\n  {{- toYaml .Values.spec | nindent 2 }}\n", 5, 3),
        (HEAD + META + "spec:\n  rules:\n  - to:\n    - operation: {ports: [{{ .Values.port }}]}\n", 7, 27),
        (HEAD + META + "{% if strict %}\nspec: {}\n", 4, 1),
        (HEAD + "metadata: {name: a, namespace: '{{ .Release.Namespace }}'}\n", 3, 32),
        (HEAD + "metadata:\n  name: a-{{ .Release.Name }}\n  namespace: shop\n", 4, 9),
        (HEAD + META + 'spec:\n  rules:\n  - from:\n    - source:\n        namespaces: ["{{ .Values.web }}"]\n', 8, 22),
        ("text {{ .Values.x }}\n", 1, 1),
    ],
)
def test_a_template_is_one_finding_that_says_what_to_run(text: str, line: int, column: int, tmp_path: Path) -> None:
    """It stands at the braces, or at the text that holds them."""
    (finding,) = found(tmp_path, text)
    assert finding.primary is not None
    place = finding.primary.place
    assert isinstance(place, Span)
    assert (finding.code, place.line, place.column) == ("ZT021", line, column)
    assert "is a template that was not rendered" in finding.message
    assert "helm template CHART | ztc check -f -" in finding.help[0]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + META + "# {{ .Values.x }} was here\n",
        HEAD + "metadata: {name: a, namespace: shop, annotations: {summary: 'pod {{ $labels.pod }}'}}\n",
        HEAD + META + "spec: {rules: [{to: [{operation: {paths: ['/a/{*}']}}]}]}\n",
        f"apiVersion: v1\nkind: ConfigMap\ndata: {{x: '{{{{ .Values.x }}}}'}}\n---\n{HEAD}{META}",
    ],
)
def test_what_is_no_template_is_read(text: str, tmp_path: Path) -> None:
    """Comments, the templates of other programs in annotations and in other kinds, and Istio's own braces."""
    assert found(tmp_path, text) == ()


def test_a_mistake_far_from_a_template_is_the_mistake(tmp_path: Path) -> None:
    """Braces in a comment do not make a tab one."""
    (finding,) = found(tmp_path, f"a: {{}} # {{{{ x }}}}\n{HEAD}{META}spec:\n# {{{{ x }}}}\n\trules: []\n")
    assert "template" not in finding.message
    assert "tabs" in finding.help[0]
