"""The verbs about keys: they neither print nor exit, and take what a program has."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.keys.test_read import EC, RSA
from ztdsl import compare_keys, inspect_issuer, inspect_key_server, inspect_keys, vendor_keys
from ztdsl.api import Limits, UnknownKeyIssuer

POLICY = """
from ztdsl import Issuer, Namespace, Policy

login = Issuer("https://login.example.com", audiences=["a"], jwks_uri="https://login.shop.svc/jwks.json")
policy = Policy("shop", owns=[Namespace("shop")])
"""
OLD, BOTH = json.dumps({"keys": [RSA]}), json.dumps({"keys": [RSA, {**EC, "use": "sig"}]})


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy with an issuer that no rule uses."""
    file = tmp_path / "policies.py"
    file.write_text(POLICY)
    return file


def test_a_text_is_inspected(capfd: pytest.CaptureFixture[str]) -> None:
    """The result has the keys and the findings."""
    found = inspect_keys(BOTH)

    assert [key.kid for key in found.keys.keys] == ["2011-04-29", "1"] if found.keys else False
    assert (found.is_undecided, found.is_unreachable, found.report.findings) == (False, False, ())
    assert capfd.readouterr() == ("", "")


def test_a_declared_address_is_judged_and_not_asked(policy: Path) -> None:
    """Nothing is known of its keys."""
    found = inspect_issuer(policy, "login")

    assert found.is_undecided
    assert [finding.code for finding in found.report.findings] == ["ZT778"]


def test_an_issuer_that_is_not_there_is_raised_with_those_that_are(policy: Path) -> None:
    """By the variables that hold them."""
    with pytest.raises(UnknownKeyIssuer) as unknown:
        inspect_issuer(policy, "nobody")

    assert unknown.value.known == ("login",)


def test_what_cannot_be_fetched_is_a_finding() -> None:
    """And the result says that it was the network."""
    found = inspect_key_server("https://127.0.0.1:1/", limits=Limits(timeout=1))

    assert found.is_unreachable
    assert found.to_dict()["keys"] is None


def test_sets_are_compared() -> None:
    """Times are the caller's."""
    now = datetime(2027, 3, 31, 12, tzinfo=UTC)
    found = compare_keys(OLD, BOTH, published=now, refresh_interval=timedelta(minutes=5))

    assert found.rotation is not None
    assert found.rotation.is_safe
    assert found.rotation.sign_from == now + timedelta(minutes=6)
    assert found.to_dict()["safe"] is True


def test_sets_that_are_none_have_no_answer() -> None:
    """Each is named."""
    found = compare_keys("", "{}", old_file="o.json", new_file="n.json")

    assert found.rotation is None
    assert [finding.code for finding in found.report.findings] == ["ZT772", "ZT772"]
    assert found.text() == "no answer: see the findings\n"


def test_nothing_is_written_when_keys_are_vendored(policy: Path) -> None:
    """The text and its place are the result."""
    found = vendor_keys(policy, "login", given=("old.json", OLD), today=date(2026, 11, 24))

    assert found.file == policy.parent / "keys" / "login.json"
    assert not found.file.exists()
    assert json.loads(found.text or "")["vendored"]["expires"] == "2027-02-22"
