"""What a cluster does with fields that it drops is told at their places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.diagnostics.model import Span
from ztdsl.manifests import read_manifests

if TYPE_CHECKING:
    from pathlib import Path

    from ztdsl.diagnostics.model import Diagnostic

TEXT = """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: a
  namespace: b
  labels: null
spec:
  selector:
    matchLabels:
      app:
  action: ALLOW
  rules:
    - to:
        - operation:
            method: [GET]
"""


def places(findings: tuple[Diagnostic, ...]) -> list[tuple[str, int | None]]:
    """The codes and lines of what is found."""
    labels = [(each.code, each.primary) for each in findings if each.primary is not None]
    return [(code, label.place.line) for code, label in labels if isinstance(label.place, Span)]


def test_a_label_without_a_value_is_told_although_the_api_server_takes_it(tmp_path: Path) -> None:
    """The cluster would take the policy without the label; null in the metadata is common and means nothing."""
    (tmp_path / "a.yaml").write_text(TEXT.replace("method:", "methods:"), encoding="utf-8")
    findings = read_manifests([str(tmp_path / "a.yaml")]).findings
    assert places(findings) == [("ZT025", 10)]
    assert findings[0].message == "`app` is null: an API server drops it without a word"


def test_each_dropped_field_has_one_finding(tmp_path: Path) -> None:
    """What istiod says of what is left stands beside them."""
    (tmp_path / "a.yaml").write_text(TEXT, encoding="utf-8")
    findings = read_manifests([str(tmp_path / "a.yaml")]).findings
    assert places(findings) == [("ZT024", 15), ("ZT025", 10), ("ZT040", 15)]
