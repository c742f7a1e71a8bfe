"""What the API server's schema and istiod's webhook really say: `ZTC_LANES=conformance pytest tests/conformance`."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import pytest

from tests.conformance.neighbours import neighbours
from tests.conformance.oracle import NoOracle, answers
from tests.conformance.specs import spec
from ztdsl.istio.admission import schema, unknown_fields, webhook

SPECS = int(os.environ.get("ZTC_CONFORMANCE_SPECS", "500"))
SEED = os.environ.get("ZTC_CONFORMANCE_SEED", "1")
SHOWN = 5

Plain = dict[str, Any]

pytestmark = pytest.mark.skipif(
    "conformance" not in os.environ.get("ZTC_LANES", "").split(","),
    reason="runs istiod's code: set ZTC_LANES=conformance",
)


def _asked(jobs: Iterable[Plain]) -> list[Plain]:
    """The answers of istiod's code; without Go the test is skipped, or fails where CI is set."""
    try:
        return list(answers(jobs))
    except NoOracle as lacking:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"istiod's code cannot be asked: {lacking}")


def _policy(**changes: Any) -> Plain:
    document = {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": "p", "namespace": "foo"},
        "spec": {"rules": [{"to": [{"operation": {"methods": ["GET"], "ports": ["8080"]}}]}]},
    }
    return {**document, **changes}


def test_each_operation_answers() -> None:
    """A good object passes both gates; a broken one is refused by the gate that looks there; filters are made."""
    broken = _policy(spec={"action": "Allow"})
    dry = _policy(metadata={"name": "p", "namespace": "foo", "annotations": {"istio.io/dry-run": "maybe"}})
    proxy = {"kind": "sidecar", "namespace": "foo", "labels": {"app": "httpbin"}, "address": "10.0.0.1"}
    jobs: list[Plain] = [
        {"op": "validate", "document": _policy()},
        {"op": "schema", "document": _policy()},
        {"op": "schema", "document": broken},
        {"op": "validate", "document": dry},
        {"op": "authz", "documents": [_policy()], "mesh": {}, "proxy": proxy},
        {"op": "listeners", "documents": [_policy()], "mesh": {}, "proxy": proxy},
    ]
    good, sound, refused, tried, filters, pushed = _asked(jobs)
    assert (good["errors"], sound["errors"]) == ([], [])
    assert "Allow" in refused["errors"][0]
    assert "dry-run" in tried["errors"][0]
    assert [each["name"] for each in filters["http"]] == ["envoy.filters.http.rbac"]
    assert any(each.get("trafficDirection") == "INBOUND" for each in pushed["listeners"])


def test_both_gates_say_the_same_of_random_objects() -> None:
    """Whether an object is refused by each gate, what is dropped of it, and how many warnings there are."""
    objects = [*islice(_random(), SPECS), *neighbours()]
    jobs = ({"op": op, "document": each} for each in objects for op in ("schema", "validate"))
    given = _asked(jobs)
    found = [
        f"{each}\n  API server {refused}\n  webhook    {judged}"
        for each, refused, judged in zip(objects, given[::2], given[1::2], strict=True)
        if _ours(each) != _theirs(refused, judged)
    ]
    assert not found, f"{len(found)} disagreements of {len(objects)}\n" + "\n".join(found[:SHOWN])


def _random() -> Iterator[Plain]:
    dice = random.Random(SEED)  # noqa: S311 - no secret
    while True:
        yield spec(dice)


def _ours(plain: Plain) -> tuple[bool, bool, int | None, int | None]:
    refused = schema(plain)
    judged = webhook(plain)
    errors = [each for each in judged if each.severity == "error"]
    warnings = None if errors else len(judged)
    return bool(refused), bool(errors), warnings, None if refused else len(unknown_fields(plain))


def _theirs(refused: Plain, judged: Plain) -> tuple[bool, bool, int | None, int | None]:
    warnings = None if judged["errors"] else len(judged["warnings"])
    dropped = None if refused["errors"] else len(refused["pruned"])
    return bool(refused["errors"]), bool(judged["errors"]), warnings, dropped
