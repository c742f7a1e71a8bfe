"""What the schema of Istio's kinds and istiod's webhook said of 1,700 objects, against what we say.

The objects are those of `tests/conformance/neighbours.py`, some of `tests/conformance/specs.py` and random key sets.
Istio v0.0.0-20260827124520-eed52ebb66ad and Kubernetes 0.36.1 gave the answers; `tests/conformance/test_istiod.py`
compares them with what they say now.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ztdsl.istio.admission import schema, webhook
from ztdsl.istio.read import from_manifest

RECORDED = [
    json.loads(line) for line in (Path(__file__).parent / "recorded.jsonl").read_text(encoding="utf-8").splitlines()
]


def whole(plain: dict[str, Any]) -> dict[str, Any]:
    """The object with what is the same in all of them."""
    return {"apiVersion": "security.istio.io/v1", "metadata": {"name": "a", "namespace": "b"}, **plain}


def test_the_schema_takes_what_the_api_server_takes() -> None:
    """The verdict of the first gate is the recorded one for every object."""
    wrong = [case["object"] for case in RECORDED if (not schema(whole(case["object"]))) != case["schema"]]
    assert wrong == []


def test_the_webhook_takes_what_istiod_takes() -> None:
    """The verdict of the second gate and the number of its warnings are the recorded ones for every object."""
    wrong = []
    for case in RECORDED:
        said = [refusal.severity for refusal in webhook(whole(case["object"]))]
        if ("error" not in said, said.count("warning")) != (case["webhook"], case["warnings"]):
            wrong.append(case["object"])
    assert wrong == []


def test_what_both_gates_take_can_be_read() -> None:
    """An object that a cluster holds is a manifest."""
    taken = [case["object"] for case in RECORDED if case["schema"] and case["webhook"]]
    assert len(taken) > 300
    for plain in taken:
        from_manifest(whole(plain))


def test_both_verdicts_of_both_gates_are_recorded_often() -> None:
    """The record is no list of objects that are all refused."""
    pairs = [(case["schema"], case["webhook"]) for case in RECORDED]
    assert all(pairs.count(pair) > 100 for pair in ((True, True), (True, False), (False, False)))
    assert pairs.count((False, True)) > 20
