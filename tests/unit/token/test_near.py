"""Issuers that are almost the declared ones."""

from __future__ import annotations

import pytest

from ztdsl.token.near import difference, nearest

_DECLARED = "https://login.example.com/realms/shop"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (_DECLARED + "/", "a slash at the end that is not declared"),
        (_DECLARED.upper(), "upper and lower case differ"),
        (f" {_DECLARED}", "white space around it"),
        (_DECLARED.replace("https", "http"), "the schemes differ"),
        (_DECLARED.replace(".com", ".com:443"), "one of them names the default port"),
        (_DECLARED.replace(".com", ".com:8443"), "the ports differ"),
        (_DECLARED.removeprefix("https://"), "no scheme"),
        (_DECLARED.replace("shop", "staff"), "the host is the same and the path differs"),
    ],
)
def test_what_differs_is_said(found: str, words: str) -> None:
    """Each way in which an issuer is commonly mistaken has its own words."""
    assert words in (difference(found, _DECLARED) or "")


@pytest.mark.parametrize("found", ["https://evil.example.net/realms/shop", "joe", "", "https://[broken", _DECLARED])
def test_strangers_are_no_neighbours(found: str) -> None:
    """Another host is another issuer, and the same issuer does not differ."""
    assert difference(found, _DECLARED) is None


def test_a_missing_slash_is_said() -> None:
    """The classic mistake, the other way round."""
    assert difference(_DECLARED, _DECLARED + "/") == "the token's lacks the slash at the end"
    assert nearest(_DECLARED, ["joe", _DECLARED + "/"]) == (_DECLARED + "/", "the token's lacks the slash at the end")
