"""Reports for the tests of formats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st

from ztdsl.diagnostics.catalogue import CATALOGUE, diagnostic
from ztdsl.diagnostics.model import Diagnostic, Label, Severity, Span
from ztdsl.diagnostics.report import Accepted, Report

if TYPE_CHECKING:
    from collections.abc import Callable

POLICY = """\
shop = Namespace("shop")
api = HttpPort(8080)
metrics = HttpPort(9100)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])


def grant(who):
    return allow(who, to=orders.at(metrics), http=Http(paths=["/metrics", "/a*b"]), because="dashboards")


rule = grant(orders)
"""


@pytest.fixture
def report(load: Callable[..., dict[str, Any]], mark: Callable[..., Label]) -> Report:
    """Two errors, one of them in a helper; a warning without a place; an accepted warning."""
    names = load(POLICY)
    rule = names["rule"]
    port = diagnostic(
        "ZT112",
        "service `orders` has no port 9100",
        mark(rule.to, "port", text="rule targets this port"),
        related=[mark(names["metrics"], text="port declared here")],
        help=["add `metrics` to `ports=[...]` of `orders`, or target `api`"],
    )
    star = diagnostic(
        "ZT307", "`/a*b` has a star inside", mark(rule.http, "paths", 1), notes=["Istio reads it as text"]
    )
    unplaced = Diagnostic("ZT401", Severity.WARNING, "a dry run is past its end date", None)
    accepted = Diagnostic("ZT301", Severity.WARNING, "denied path", mark(names["shop"], "name"))
    comment = Span(str(Path("policies.py").absolute()), 2, 26, 2, 50)
    return Report((unplaced, port, star), (Accepted(accepted, "agreed | with ops", comment),), policy="shop", rules=12)


TEXT = st.text(st.characters(codec=None), max_size=40) | st.sampled_from(
    [
        "\n::error::forged",
        "\r\n::set-output name=a::b",
        "%0A::error::x",
        "]]></failure><testcase/>",
        "\x00\x1b[2J\ufffe",
        '"}],"x":"',
        "| a | b |\n|---|---|",
        "```\n</details>",
        "`` ` | \\| `",
        "\udc80\ud800",
        "{0} {{x}} [a](1)",
        "@someone <img src=x>",
        "\u202e\u2028\x85",
    ]
)
SPANS = st.builds(
    Span,
    TEXT.filter(bool),
    st.integers(1, 9),
    st.none() | st.integers(1, 9),
    st.none() | st.integers(10, 20),
    st.none() | st.integers(10, 20),
)
LABELS = st.builds(Label, SPANS, TEXT)
FINDINGS = st.builds(
    Diagnostic,
    st.sampled_from([*CATALOGUE, "ZT901"]),
    st.sampled_from(Severity),
    TEXT,
    st.none() | LABELS,
    st.lists(LABELS, max_size=2).map(tuple),
    st.lists(TEXT, max_size=2).map(tuple),
    st.lists(TEXT, max_size=2).map(tuple),
)
REPORTS = st.builds(
    Report,
    st.lists(FINDINGS, max_size=3).map(tuple),
    st.lists(st.builds(Accepted, FINDINGS, TEXT.filter(bool), SPANS), max_size=2).map(tuple),
    st.none() | TEXT,
    st.integers(0, 99),
)


@pytest.fixture(scope="session")
def reports() -> st.SearchStrategy[Report]:
    """Reports with hostile text in every place that can hold a user's text."""
    return REPORTS
