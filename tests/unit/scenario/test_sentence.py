from __future__ import annotations

import pytest

from ztdsl.scenario.sentence import Sentence, sentence_of


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("frontend may GET /orders/7 of orders", Sentence("frontend", None, True, "GET /orders/7", "orders")),
        (
            "web/frontend with alice may not DELETE /orders?x=1 of shop/orders:8080",
            Sentence("web/frontend", "alice", False, "DELETE /orders?x=1", "shop/orders:8080"),
        ),
        ("batch  may   connect to orders:legacy", Sentence("batch", None, True, None, "orders:legacy")),
        (
            "spiffe://td/ns/a/sa/b may POST /of of of",
            Sentence("spiffe://td/ns/a/sa/b", None, True, "POST /of", "of"),
        ),
    ],
)
def test_a_sentence_says_who_may_do_what(line: str, said: Sentence) -> None:
    """Callers, tokens, requests and callees are read from one line."""
    assert sentence_of(line) == said


@pytest.mark.parametrize(
    "line",
    [
        "",
        "frontend GET /orders of orders",
        "frontend may GET /orders",
        "frontend may connect orders",
        "frontend can GET /orders of orders",
        "frontend with may GET /orders of orders",
        "frontend may GET /orders of orders today",
    ],
)
def test_other_lines_are_no_sentences(line: str) -> None:
    """A line that lacks a part or has one too many says nothing."""
    assert sentence_of(line) is None
