"""Key URIs as the schema and istiod take them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.istio.golang.urls import istiod_takes, schema_takes

BOTH = [
    *(
        "https://a",
        "HTTP://a/b?c#d",
        "https:a",
        "https:",
        "https://",
        "https:///a",
        "https:/a",
        "https://ä/",
        "https://%e4/",
    ),
    *(
        "https://[::1]:80/",
        "https://[fe80::1%25e]/",
        "https://[::1%25%20]/",
        "https://u:p@a/",
        "https://u@b@a/",
        "https://@a",
    ),
    *("https://a:99999/", "https://a:/", "https://a/b c", "https://a?%zz", "https://<a>/"),
]
NEITHER = [
    *(
        "",
        "*",
        "a.example.com",
        "//a",
        "/a",
        "ftp://a",
        ":a",
        "1https://a",
        "https://a b/",
        "https://a/%zz",
        "https://%41/",
    ),
    *(
        "https://[::1",
        "https://a[::1]",
        "https://[1.2.3.4]/",
        "https://[a]/",
        "https://[::1]80/",
        "https://[::1%25%2f]/",
    ),
    *(
        "https://[fe80::1%25%e4]/",
        "https://u:%zz@a/",
        "https://u ser@a/",
        "https://a:b",
        "https://a:80:90/",
        "https://a\n",
    ),
    *("https://a/#%zz", "https://a|b/", "https://[::1%25]/"),
]


@pytest.mark.parametrize("uri", BOTH)
def test_uris_that_both_take(uri: str) -> None:
    """Hosts may be missing; a host may have escapes of bytes beyond ASCII."""
    assert schema_takes(uri)
    assert istiod_takes(uri)


@pytest.mark.parametrize("uri", NEITHER)
def test_uris_that_neither_takes(uri: str) -> None:
    """Other schemes, other escapes, other hosts."""
    assert not schema_takes(uri)
    assert not istiod_takes(uri)


@pytest.mark.parametrize("uri", ["https://a#b", "https://u#@a/"])
def test_the_schema_reads_a_fragment_as_a_part_of_the_host(uri: str) -> None:
    """It asks for a URL that could stand in a request, which has no fragment."""
    assert not schema_takes(uri)
    assert istiod_takes(uri)


def test_only_istiod_reads_the_number_of_a_port() -> None:
    """It has to fit into 64 bits."""
    assert istiod_takes("https://a:9223372036854775807/")
    assert not istiod_takes("https://a:9223372036854775808/")
    assert schema_takes("https://a:9223372036854775808/")


@given(st.text(alphabet="htps:/%[]@#?a1. \x7fä", max_size=12).map("https://".__add__) | st.text())
def test_no_text_is_too_odd(text: str) -> None:
    """Both functions answer, whatever the text is."""
    schema_takes(text)
    istiod_takes(text)
