"""Objects as YAML."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.diff import Change, Key
from ztdsl.diff.formats.yaml import unified, yaml_of

_TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["", "yes", "null", "1", "1e3", "0x1", "- a", "a: b", "#", "!t", "&a", "*", "'", '"', "a\nb", " a ", "~"]
    ),
)
_SCALARS = st.one_of(_TEXTS, st.integers(-9, 9), st.booleans(), st.none())
_PLAIN = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_TEXTS, inner, max_size=3)),
    max_leaves=12,
)


@given(st.dictionaries(_TEXTS, _PLAIN, max_size=4))
def test_what_is_written_is_read_back(plain: dict[str, Any]) -> None:
    """Whatever an object holds, YAML's readers get the same."""
    text = yaml_of(plain)

    assert (yaml.safe_load(text) or {}) == plain
    assert list(yaml.safe_load(text) or {}) == list(plain)


def test_it_is_laid_out_as_by_build() -> None:
    """Lists at the column of their key, a line for each value."""
    plain = {"spec": {"rules": [{"to": [{"operation": {"ports": ["8080"], "paths": ["/a", "/b"]}}]}, {}], "x": []}}

    assert yaml_of(plain) == (
        "spec:\n  rules:\n  - to:\n    - operation:\n        ports:\n"
        '        - "8080"\n        paths:\n        - /a\n        - /b\n  - {}\n  x: []\n'
    )


def test_a_foreign_object_is_shown_as_it_is() -> None:
    """It is no deletion, and neither is one with our labels where nothing of ours is declared."""
    plain = {"apiVersion": "v1", "kind": "PeerAuthentication", "metadata": {"name": "a", "namespace": "b"}, "spec": {}}
    key = Key("PeerAuthentication", "b", "a")

    assert unified(Change("foreign", key, None, plain))[0] == "apiVersion: security.istio.io/v1"
    assert unified(Change("conflict", key, None, plain))[0] == "apiVersion: security.istio.io/v1"
    assert unified(Change("delete", key, None, plain))[3] == "-apiVersion: security.istio.io/v1"
