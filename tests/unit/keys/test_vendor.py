"""Files of vendored keys, and what policies make of them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.unit.keys.test_read import EC, PRIVATE_D, RSA
from ztdsl import Issuer
from ztdsl.keys.vendor import NotForAPolicyError, vendored
from ztdsl.resolve.keys import key_set
from ztdsl.resolve.problems import Problems
from ztdsl.resolve.provenance import MEMBER, provenance

ISSUER = "https://login.example.com"
LAST = date(2027, 1, 31)


def _vendored(*keys: dict[str, Any]) -> dict[str, Any]:
    text = vendored(
        json.dumps({"keys": keys}),
        issuer=ISSUER,
        source="https://x.example.com",
        fetched=date(2026, 11, 24),
        expires=LAST,
    )
    document: dict[str, Any] = json.loads(text)
    return document


def _resolved(place: Path, document: dict[str, Any], today: date = LAST, issuer: str = ISSUER) -> tuple[Any, list[str]]:
    file = place / "keys.json"
    file.write_text(json.dumps(document))
    problems = Problems()
    keys = key_set(problems, Issuer(issuer, audiences=["a"], jwks_file=str(file)), str(file), today)
    return keys, [finding.code for finding in problems.findings]


def test_the_manifest_gets_the_keys_and_nothing_else(tmp_path: Path) -> None:
    """So it does not change with a fetch of the same keys."""
    keys, codes = _resolved(tmp_path, _vendored(EC, RSA))

    assert codes == []
    assert json.loads(keys) == {"keys": [EC, RSA]}


def test_it_says_where_the_keys_came_from() -> None:
    """As it was told, with a thumbprint for each."""
    said = provenance(_vendored(EC, RSA)[MEMBER])

    assert said is not None
    assert (said.issuer, said.expires, len(said.thumbprints)) == (ISSUER, LAST, 2)


def test_past_the_last_day_is_a_warning_and_the_manifest_stays(tmp_path: Path) -> None:
    """Manifests do not change with the calendar."""
    keys, codes = _resolved(tmp_path, _vendored(RSA), date(2027, 2, 1))

    assert codes == ["ZT784"]
    assert json.loads(keys) == {"keys": [RSA]}


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found["keys"].append(EC),
        lambda found: found["keys"][0].update(kid="other"),
        lambda found: found[MEMBER].update(sha256="0" * 64),
        lambda found: found[MEMBER].update(thumbprints=[]),
        lambda found: found[MEMBER].update(issuer="https://else.example.com"),
        lambda found: found[MEMBER].update(schema="ztdsl/vendored-keys/v2"),
        lambda found: found[MEMBER].update(expires="soon"),
        lambda found: found[MEMBER].pop("expires"),
        lambda found: found.update({MEMBER: None}),
    ],
)
def test_what_does_not_hold_is_an_error(tmp_path: Path, change: Any) -> None:
    """No keys come of it."""
    document = _vendored(RSA)
    change(document)

    assert _resolved(tmp_path, document) == (None, ["ZT783"])


def test_the_keys_of_another_issuer_are_an_error(tmp_path: Path) -> None:
    """A file at the wrong issuer lets the one sign for the other."""
    assert _resolved(tmp_path, _vendored(RSA), issuer="https://else.example.com") == (None, ["ZT783"])


@pytest.mark.parametrize(
    "key", [{**EC, "d": PRIVATE_D}, {"kty": "oct", "k": "c2VjcmV0"}, {**EC, "y": "AAAA"}], ids=["d", "oct", "broken"]
)
def test_keys_that_no_policy_should_carry_are_refused(key: dict[str, str]) -> None:
    """The message shows nothing of them."""
    with pytest.raises(NotForAPolicyError) as refused:
        _vendored(RSA, key)

    assert PRIVATE_D not in str(refused.value)
