"""Key sets from files: public keys only, and no key ever in a finding."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ztdsl import Issuer
from ztdsl.resolve.keys import key_set
from ztdsl.resolve.problems import Problems

RSA = {"kty": "RSA", "n": "abc", "e": "AQAB"}


def _read(directory: Path, text: str | bytes) -> tuple[str | None, list[str]]:
    file = directory / "keys.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return _resolved(str(file))


def _resolved(file: str) -> tuple[str | None, list[str]]:
    problems = Problems()
    issuer = Issuer("i", audiences=["a"], jwks_file=file)
    keys = key_set(problems, issuer, file, date(2026, 11, 24))
    return keys, [each.message for each in problems.findings]


@pytest.mark.parametrize(
    "key", [RSA, {"kty": "EC", "crv": "P-256", "x": "a", "y": "b"}, {"kty": "OKP", "crv": "Ed25519", "x": "a"}]
)
def test_public_keys_are_taken(tmp_path: Path, key: dict[str, str]) -> None:
    """RSA, elliptic curves and Edwards curves."""
    keys, messages = _read(tmp_path, json.dumps({"keys": [key]}, indent=2))
    assert messages == []
    assert json.loads(keys or "") == {"keys": [key]}


@pytest.mark.parametrize(
    "document",
    [
        {"keys": [{**RSA, "d": "private-part"}]},
        {"keys": [RSA, {"kty": "oct", "k": "private-part"}]},
        {"keys": [{"kty": "RSA", "n": "private-part"}]},
        {"keys": [{"kty": "X", "n": "private-part"}]},
        {"keys": [{"kty": [], "n": "private-part"}]},
        {"keys": [{"kty": None}]},
        {"keys": [{**RSA, "n": 5}]},
        {"keys": ["private-part"]},
        {"keys": []},
        {"keys": {}},
        {},
        [],
        5,
    ],
)
def test_anything_else_is_refused_without_being_shown(tmp_path: Path, document: Any) -> None:
    """One finding, which says where in the file but never what stands there."""
    keys, messages = _read(tmp_path, json.dumps(document))
    assert keys is None
    assert len(messages) == 1
    assert "private-part" not in messages[0]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        b"\xff\xfe",
        '{"keys": [NaN]}',
        "[" * 100_000,
        '{"keys": [{"kty": "RSA", "n": "a", "e": "b"}], "x": Infinity}',
    ],
)
def test_broken_files_are_findings(tmp_path: Path, text: str | bytes) -> None:
    """Not JSON, not text, or too deep to be read."""
    keys, messages = _read(tmp_path, text)
    assert keys is None
    assert len(messages) == 1


@pytest.mark.parametrize("file", ["missing.json", "a\0b", "a\ud800", "x" * 5000, "."])
def test_files_that_cannot_be_read_are_findings(file: str) -> None:
    """Whatever a file's name is."""
    keys, messages = _resolved(file)
    assert keys is None
    assert len(messages) == 1


def test_the_path_is_relative_to_the_declaring_file() -> None:
    """Not to the directory in which `ztc` runs."""
    keys, messages = _resolved(Path(__file__).name)
    assert keys is None
    assert messages == [f"key file `{Path(__file__).name}` is not JSON"]
