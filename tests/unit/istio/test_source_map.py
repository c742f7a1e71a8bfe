"""The map from manifests to the lines that declare them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ztdsl.istio.source_map import Entry, SourceMap
from ztdsl.origin import Origin, capture

if TYPE_CHECKING:
    from pathlib import Path


def declared(tmp_path: Path, source: str) -> Origin:
    """The origin of `here()` in a file of its own."""
    file = tmp_path / "policies.py"
    file.write_text(source, encoding="utf-8")
    names: dict[str, object] = {"here": capture}
    exec(compile(source, str(file), "exec"), names)  # noqa: S102 - a policy file is code
    origin = names["origin"]
    assert isinstance(origin, Origin)
    return origin


def test_the_nearest_part_around_answers(tmp_path: Path) -> None:
    """A pointer without entries of its own is answered by the nearest part around it."""
    entries = {text: (Entry(declared(tmp_path, "origin = here()"), text),) for text in ("object", "rule")}
    mapped = SourceMap()
    mapped.record("AuthorizationPolicy", "shop", "a", {"": entries["object"], "/spec/rules/1": entries["rule"]})
    assert mapped.lookup("AuthorizationPolicy", "shop", "a", "/spec/rules/1/from/0") == entries["rule"]
    assert mapped.lookup("AuthorizationPolicy", "shop", "a", "/spec/rules/10") == entries["object"]
    assert mapped.lookup("AuthorizationPolicy", "shop", "a") == entries["object"]
    assert mapped.lookup("AuthorizationPolicy", "shop", "b") == ()


def test_a_malformed_pointer_is_refused() -> None:
    """A question that is no pointer is the asker's mistake."""
    with pytest.raises(ValueError, match="not a JSON pointer"):
        SourceMap().lookup("AuthorizationPolicy", "shop", "a", "spec")


def test_a_pointer_recorded_twice_keeps_both(tmp_path: Path) -> None:
    """An object that two declarations share answers with both of them."""
    first, second = (Entry(declared(tmp_path, "origin = here()"), text) for text in "ab")
    mapped = SourceMap()
    mapped.record("PeerAuthentication", "shop", "a", {"": (first,)})
    mapped.record("PeerAuthentication", "shop", "a", {"": (second,)})
    assert mapped.lookup("PeerAuthentication", "shop", "a") == (first, second)


def test_recording_leaves_the_caller_s_mapping_alone(tmp_path: Path) -> None:
    """A later change to the mapping that was recorded changes nothing."""
    entry = Entry(declared(tmp_path, "origin = here()"), "rule")
    pointers = {"": (entry,)}
    mapped = SourceMap()
    mapped.record("PeerAuthentication", "shop", "a", pointers)
    pointers.clear()
    assert mapped.lookup("PeerAuthentication", "shop", "a") == (entry,)


def test_plain_data_is_in_canonical_order(tmp_path: Path) -> None:
    """Objects are sorted by kind, namespace and name, items of lists by number, whatever the order of recording."""
    entry = Entry(declared(tmp_path, "\nx = 'ä'; origin = here()"), "service `orders`")
    mapped = SourceMap()
    mapped.record("PeerAuthentication", "a", "z", {"": (entry,)})
    pointers = ("/spec/rules/10", "/spec/rules/9", "", "/spec/rules")
    mapped.record("AuthorizationPolicy", "b", "y", dict.fromkeys(pointers, (entry,)))
    plain = mapped.to_json(tmp_path)
    place = {"file": "policies.py", "line": 2, "column": 19, "declaration": "service `orders`"}
    assert plain == {
        "schema": "ztdsl/source-map/v1",
        "objects": [
            {
                "kind": "AuthorizationPolicy",
                "namespace": "b",
                "name": "y",
                "pointers": [
                    {"pointer": pointer, **place} for pointer in ("", "/spec/rules", "/spec/rules/9", "/spec/rules/10")
                ],
            },
            {"kind": "PeerAuthentication", "namespace": "a", "name": "z", "pointers": [{"pointer": "", **place}]},
        ],
    }


def test_a_file_outside_the_root_is_absolute(tmp_path: Path) -> None:
    """A file that is not below the root is named by its whole path."""
    entry = Entry(declared(tmp_path, "origin = here()"), "rule")
    mapped = SourceMap()
    mapped.record("PeerAuthentication", "a", "b", {"": (entry,)})
    (found,) = mapped.to_json(tmp_path / "elsewhere")["objects"][0]["pointers"]
    assert found["file"] == (tmp_path / "policies.py").resolve().as_posix()
