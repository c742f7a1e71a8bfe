from __future__ import annotations

from collections.abc import Callable

from ztdsl.checks.finding import Beside, Found
from ztdsl.checks.report import diagnostic_of
from ztdsl.checks.view import View
from ztdsl.diagnostics.model import Severity, Span

POLICY = """apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p, namespace: shop}
spec: {action: ALLOW}
"""


def test_a_finding_has_the_places_of_its_documents(viewed: Callable[..., View]) -> None:
    """Pointers become lines and columns; a place that is not written is the nearest one around it."""
    view = viewed(POLICY)
    found = Found(
        "ZT338", 0, "/spec/rules/0", "a method", "here", help=("write GET",), beside=(Beside(0, "/kind", "x"),)
    )

    made = diagnostic_of(found, view.documents)

    assert (made.severity, made.help, made.notes) == (Severity.WARNING, ("write GET",), ())
    assert made.primary is not None
    assert isinstance(made.primary.place, Span)
    assert (made.primary.place.line, made.primary.text) == (4, "here")
    assert [(label.text, label.place.line) for label in made.related if isinstance(label.place, Span)] == [("x", 2)]
