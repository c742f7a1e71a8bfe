"""Names of Kubernetes and templates of paths."""

from __future__ import annotations

import pytest

from ztdsl.istio.grammar import (
    is_dns_label,
    is_dns_subdomain,
    is_label_key,
    is_label_value,
    is_template,
    template_problem,
    webhook_template_problem,
)


@pytest.mark.parametrize("text", ["a", "a-b", "0", "a" * 63])
def test_dns_labels(text: str) -> None:
    """Letters, digits and inner hyphens, up to 63, are a DNS label."""
    assert is_dns_label(text)


@pytest.mark.parametrize("text", ["", "A", "-a", "a-", "a.b", "a_b", "a" * 64, "a\n", "ä"])
def test_not_dns_labels(text: str) -> None:
    """Anything else is none, a trailing newline included."""
    assert not is_dns_label(text)


@pytest.mark.parametrize("text", ["a", "a.b-c", "a" * 253, "1.2"])
def test_dns_subdomains(text: str) -> None:
    """Labels joined by dots, up to 253 characters, are a DNS subdomain."""
    assert is_dns_subdomain(text)


@pytest.mark.parametrize("text", ["", ".", "a..b", "a.", "a.-b", "a" * 254, "a.b\n"])
def test_not_dns_subdomains(text: str) -> None:
    """Empty labels and longer names are none."""
    assert not is_dns_subdomain(text)


@pytest.mark.parametrize("text", ["app", "App_1.x", "example.com/app", "a" * 63, "p" * 253 + "/n"])
def test_label_keys(text: str) -> None:
    """A name with an optional DNS subdomain before it is a label key."""
    assert is_label_key(text)


@pytest.mark.parametrize("text", ["", "/a", "a/", "a/b/c", "A.com/x", "-a", "a" * 64, "a\n", "p" * 254 + "/n"])
def test_not_label_keys(text: str) -> None:
    """Empty parts, upper case in the prefix and longer names are none."""
    assert not is_label_key(text)


def test_label_values() -> None:
    """A label's value may be empty and has no slash."""
    assert all(is_label_value(text) for text in ("", "a", "A.b_c-1", "v" * 63))
    assert not any(is_label_value(text) for text in ("a/b", "-", "a b", "v" * 64, "a\n"))


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/a/{*}", None),
        ("/a", None),
        ("/a*b", None),
        ("{*}/a", "must begin with `/`"),
        ("/a/{id}", "brace"),
        ("/{**}/{*}", "last operator"),
        ("/a//{*}", "empty"),
        ("/a*/{*}", "character"),
    ],
)
def test_template_problems(path: str, problem: str | None) -> None:
    """A template is explained, and a plain path has no problem."""
    explanation = template_problem(path)
    assert explanation is None if problem is None else explanation is not None and problem in explanation


def test_istiod_overlooks_a_missing_slash() -> None:
    """The webhook strips slashes before it looks, Envoy does not."""
    assert webhook_template_problem("{*}/a") is None
    assert template_problem("{*}/a") is not None


def test_what_istio_reads_as_a_template() -> None:
    """A template is known by its operators, wherever they stand."""
    assert is_template("/a{*}")
    assert is_template("{**}")
    assert not is_template("/{id}")
