"""What the gates say of a Telemetry, as recorded of Istio's own code (`tests/conformance/test_telemetry.py`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ztdsl.istio.admission import null_fields, schema, unknown_fields, webhook

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "telemetry.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_both_gates_say_what_is_recorded(case: dict[str, Any]) -> None:
    """Whether the API server and istiod refuse the object, what istiod warns about, how many fields are dropped."""
    plain = case["object"]
    refused, judged = schema(plain), webhook(plain)
    warnings = sum(each.severity == "warning" for each in judged)
    dropped = None if refused else len(unknown_fields(plain))
    assert {
        "schema": not refused,
        "webhook": len(judged) == warnings,
        "warnings": warnings,
        "dropped": dropped,
    } == {key: case[key] for key in ("schema", "webhook", "warnings", "dropped")}


def test_metrics_and_traces_may_be_anything() -> None:
    """They are not described here, and so nothing in them is refused, unknown or null."""
    plain = {
        "apiVersion": "telemetry.istio.io/v1",
        "kind": "Telemetry",
        "metadata": {"name": "a", "namespace": "b"},
        "spec": {"metrics": [{"providers": [{"name": "prometheus"}], "x": None}], "tracing": [{}]},
    }
    assert (schema(plain), webhook(plain), unknown_fields(plain), null_fields(plain)) == ([], [], [], [])


def test_there_are_cases_of_both_kinds() -> None:
    """The record is about something."""
    assert {case["schema"] for case in CASES} == {case["webhook"] for case in CASES} == {True, False}
