"""What is found in a policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from ztdsl import Policy
from ztdsl.diagnostics.model import Diagnostic, Severity, Span
from ztdsl.diagnostics.source import line_of, span_of
from ztdsl.resolve import resolve
from ztdsl.traffic.mesh import Mesh

TODAY = date(2026, 11, 24)
UNTIL = date(2027, 1, 31)


def findings(policy: Policy, mesh: Mesh | None = None) -> tuple[Diagnostic, ...]:
    """Everything that is found; with an error there is no model, without one there is."""
    resolved = resolve(policy, mesh or Mesh(), TODAY)
    has_errors = any(each.severity is Severity.ERROR for each in resolved.findings)
    assert (resolved.model is None) == has_errors
    return resolved.findings


def codes(policy: Policy, mesh: Mesh | None = None) -> list[str]:
    """The codes of what is found, in order."""
    return sorted(each.code for each in findings(policy, mesh))


def underlined(finding: Diagnostic) -> str:
    """The source text that a finding points at."""
    assert finding.primary is not None
    span: Span = span_of(finding.primary.place)
    assert span.line is not None
    line = line_of(span.file, span.line)
    assert line is not None
    assert span.column is not None
    end = span.end_column if span.end_line in {None, span.line} else None
    return line[span.column - 1 : None if end is None else end - 1]


def loose(value: Any) -> Any:
    """A value whose wrong type is on purpose."""
    return value


def policy(rules: Sequence[Any] = (), *, owns: Sequence[Any], services: Sequence[Any] = (), **more: Any) -> Policy:
    """A policy with a name."""
    return Policy("shop", owns=owns, services=services, rules=rules, **more)
