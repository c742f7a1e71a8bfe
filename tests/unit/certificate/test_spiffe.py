"""SPIFFE IDs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.certificate.spiffe import parse, problems

SEGMENT = st.text("abcXYZ019._-", min_size=1, max_size=8).filter(lambda text: text not in {".", ".."})
GOOD = st.builds(
    lambda domain, path: f"spiffe://{domain}" + "".join(f"/{each}" for each in path),
    st.text("abc019._-", min_size=1, max_size=20),
    st.lists(SEGMENT, max_size=5),
)


@pytest.mark.parametrize(
    "text",
    [
        "spiffe://staging.example.com/payments/mysql",
        "spiffe://k8s-west.example.com/ns/staging/sa/default",
        "spiffe://example.com/9eebccd2-12bf-40a6-b262-65fe0487d453",
        "spiffe://example.com",
        "spiffe://a_b-c.example/Upper.Case_is-fine/in/paths",
    ],
)
def test_the_document_s_own_examples_are_ids(text: str) -> None:
    """The examples of the SPIFFE ID document, and what its grammar allows."""
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("https://a/b", "its scheme is `https`, not `spiffe`"),
        ("SPIFFE://a/b", "its scheme is `SPIFFE`"),
        ("a/b", "it has no scheme"),
        ("", "it has no scheme"),
        ("spiffe:a/b", "it names no trust domain"),
        ("spiffe:///b", "it names no trust domain"),
        ("spiffe://:80/b", "it names no trust domain"),
        ("spiffe://a:80/b", "it has a port"),
        ("spiffe://u@a/b", "it names a user"),
        ("spiffe://A/b", "its trust domain has `A`"),
        ("spiffe://a%41/b", "its trust domain has `%`"),
        ("spiffe://a/b?c", "it has a query"),
        ("spiffe://a/b#c", "it has a fragment"),
        ("spiffe://a/b/", "its path ends with a slash"),
        ("spiffe://a/", "its path ends with a slash"),
        ("spiffe://a//b", "its path has an empty segment"),
        ("spiffe://a/./b", "a segment `.` or `..`"),
        ("spiffe://a/b/..", "a segment `.` or `..`"),
        ("spiffe://a/b%2fc", "its path has `%`"),
        ("spiffe://a/b c", "its path has ` `"),
        ("spiffe://a/\u00fc", "its path has `\u00fc`"),
        ("spiffe://" + "a" * 256 + "/b", "256 characters"),
        ("spiffe://a/" + "b" * 2038, "2049 bytes"),
    ],
)
def test_each_fault_is_named(text: str, words: str) -> None:
    """What the document forbids."""
    assert any(words in each for each in problems(text)), problems(text)


def test_the_longest_id_is_one() -> None:
    """2048 bytes are allowed."""
    assert problems("spiffe://a/" + "b" * 2037) == []


@given(GOOD)
def test_what_the_grammar_makes_is_an_id(text: str) -> None:
    """No text of the grammar has a fault, and its parts make it up."""
    identity = parse(text)
    assert problems(text) == []
    assert f"spiffe://{identity.trust_domain}{identity.path}" == text


@given(st.text(max_size=40))
def test_any_text_is_judged(text: str) -> None:
    """No text raises; only what begins with the scheme can be an ID."""
    parse(text)
    assert problems(text) or text.startswith("spiffe://")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/ns/web/sa/frontend", ("web", "frontend")),
        ("/ns/web/sa/frontend/x", None),
        ("/ns/web/sa/", None),
        ("/ns//sa/x", None),
        ("/sa/x/ns/y", None),
        ("", None),
    ],
)
def test_istio_s_form_is_recognised(path: str, expected: tuple[str, str] | None) -> None:
    """As `ParseIdentity` does."""
    assert parse(f"spiffe://cluster.local{path}").workload == expected
