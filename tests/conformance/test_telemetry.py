"""Istio's own code about Telemetry: what is recorded of the gates, and what a policy renders."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conformance.oracle import NoOracle, answers
from ztdsl import Gateway, HttpPort, MeshDefaults, Namespace, Policy, Service, log_all, log_denied
from ztdsl.istio.document import document
from ztdsl.lower import lower
from ztdsl.resolve import resolve
from ztdsl.traffic.mesh import Mesh

RECORDED: Final = Path(__file__).parents[1] / "unit" / "istio" / "admission" / "telemetry.jsonl"
REQUIRED: Final = bool(os.environ.get("CI"))

pytestmark = pytest.mark.skipif(
    "conformance" not in os.environ.get("ZTC_LANES", "").split(","),
    reason="runs istiod's code: set ZTC_LANES=conformance",
)


def _asked(documents: list[Any]) -> list[dict[str, Any]]:
    """What the API server and istiod say of each, in turn; without Go the test is skipped, or fails where CI is set."""
    jobs = [{"op": op, "document": each} for each in documents for op in ("schema", "validate")]
    try:
        return list(answers(jobs))
    except NoOracle as lacking:
        if REQUIRED:
            raise
        pytest.skip(f"istiod's code cannot be asked: {lacking}")


def test_what_is_recorded_of_the_gates_is_what_they_say() -> None:
    """The record that the unit tests replay is not older than the gates."""
    recorded = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    given = _asked([each["object"] for each in recorded])
    said = [
        {
            "schema": not refused["errors"],
            "webhook": not judged["errors"],
            "warnings": len(judged["warnings"]),
            "dropped": None if refused["errors"] else len(refused["pruned"]),
        }
        for refused, judged in zip(given[::2], given[1::2], strict=True)
    ]
    assert said == [{key: each[key] for key in ("schema", "webhook", "warnings", "dropped")} for each in recorded]


def test_what_a_policy_renders_is_taken_without_a_word() -> None:
    """Both gates take every Telemetry of a policy with logs of each kind, the parsed filter among them."""
    shop, defaults = Namespace("shop"), MeshDefaults()
    orders = Service("orders", namespace=shop, service_account="orders", ports=[HttpPort(8080)])
    gateway = Gateway("gateway", namespace=shop, service_account="gateway", ports=[HttpPort(8443)])
    logs = [
        log_denied([defaults, shop], because="who was denied"),
        log_all(orders, because="all", provider="other"),
        log_denied(gateway, because="at the edge"),
    ]
    policy = Policy("shop", owns=[shop], services=[orders, gateway], mesh=defaults, logs=logs)
    model = resolve(policy, Mesh(), date(2026, 11, 24)).model
    assert model is not None
    documents = [document(each.manifest) for each in lower(model).telemetries]
    assert len(documents) == 4
    for said in _asked(documents):
        assert (said["errors"], said.get("warnings", []), said.get("pruned", [])) == ([], [], [])
