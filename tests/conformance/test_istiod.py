"""What the API server's schema and istiod's webhook really say: `ZTC_LANES=conformance pytest tests/conformance`."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.neighbours import neighbours
from tests.conformance.oracle import JobFailed, NoOracle, answers, binary
from tests.conformance.specs import spec
from ztdsl.istio.admission import schema, unknown_fields, webhook
from ztdsl.istio.admitted import from_manifest
from ztdsl.istio.kinds import Manifest

RECORDED = Path(__file__).parents[1] / "unit" / "istio" / "admission" / "recorded.jsonl"
REQUIRED = bool(os.environ.get("CI"))
"""Read here: no test sees the variable."""
SPECS = int(os.environ.get("ZTC_CONFORMANCE_SPECS", "500"))
SEED = os.environ.get("ZTC_CONFORMANCE_SEED", "1")
SHOWN = 5
JOBS = 500
MOST_KILOBYTES = 300_000
SIDECAR = {"kind": "sidecar", "namespace": "foo", "labels": {"app": "httpbin"}, "address": "10.0.0.1"}

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
        if REQUIRED:
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


def _tokens(**rule: Any) -> Plain:
    rules = [{"issuer": "https://issuer.example.com", **rule}]
    return _policy(kind="RequestAuthentication", spec={"jwtRules": rules})


def test_each_operation_answers() -> None:
    """A good object passes both gates; a broken one is refused by the gate that looks there; filters are made."""
    broken = _policy(spec={"action": "Allow"})
    dry = _policy(metadata={"name": "p", "namespace": "foo", "annotations": {"istio.io/dry-run": "maybe"}})
    jobs: list[Plain] = [
        {"op": "validate", "document": _policy()},
        {"op": "schema", "document": _policy()},
        {"op": "schema", "document": broken},
        {"op": "validate", "document": dry},
        {"op": "authz", "documents": [_policy()], "mesh": {}, "proxy": SIDECAR},
        {"op": "listeners", "documents": [_policy()], "mesh": {}, "proxy": SIDECAR},
    ]
    good, sound, refused, tried, filters, pushed = _asked(jobs)
    assert (good["errors"], sound["errors"]) == ([], [])
    assert "Allow" in refused["errors"][0]
    assert "dry-run" in tried["errors"][0]
    assert [each["name"] for each in filters["http"]] == ["envoy.filters.http.rbac"]
    assert any(each.get("trafficDirection") == "INBOUND" for each in pushed["listeners"])


def _networking(kind: str, spec: Plain) -> Plain:
    return _policy(apiVersion="networking.istio.io/v1", kind=kind, spec=spec)


def test_what_a_gateway_is_pushed_is_complete() -> None:
    """A gateway's listener names a route, the route a cluster, and both are there."""
    port = {"number": 8080, "name": "http", "protocol": "HTTP"}
    host = "httpbin.example.com"
    documents = [
        _networking("Gateway", {"selector": {"app": "edge"}, "servers": [{"port": port, "hosts": ["*"]}]}),
        _networking(
            "VirtualService",
            {"hosts": ["*"], "gateways": ["p"], "http": [{"route": [{"destination": {"host": host}}]}]},
        ),
        _networking("ServiceEntry", {"hosts": [host], "ports": [port], "resolution": "DNS"}),
    ]
    proxy = {**SIDECAR, "kind": "gateway", "labels": {"app": "edge"}}
    [pushed] = _asked([{"op": "listeners", "documents": documents, "proxy": proxy}])
    assert [each["name"] for each in pushed["listeners"]] == ["0.0.0.0_8080"]
    assert [each["name"] for each in pushed["routes"]] == ["http.8080"]
    [to] = [each["route"]["cluster"] for each in pushed["routes"][0]["virtualHosts"][0]["routes"]]
    assert to in [each["name"] for each in pushed["clusters"]]


def test_a_policy_that_asks_a_provider_is_among_the_filters() -> None:
    """One whose provider the mesh does not know refuses, and stands before the policies that only allow."""
    asking = _policy(
        metadata={"name": "q", "namespace": "foo"},
        spec={"action": "CUSTOM", "provider": {"name": "absent"}, "rules": [{}]},
    )
    [made] = _asked([{"op": "authz", "documents": [_policy(), asking], "proxy": SIDECAR}])
    actions = [each["typedConfig"]["rules"].get("action", "ALLOW") for each in made["http"]]
    assert actions == ["DENY", "ALLOW"]


def test_jobs_that_cannot_be_made_are_not_the_end_of_the_answers() -> None:
    """What goes wrong while jobs are made reaches the reader of the answers."""

    def jobs() -> Iterator[Plain]:
        yield {"op": "validate", "document": _policy()}
        message = "no more"
        raise ValueError(message)

    with pytest.raises(ValueError, match="no more"):
        _asked(jobs())


def test_memory_does_not_grow_with_the_number_of_jobs(tmp_path: Path) -> None:
    """What istiod's harness makes for one job is gone with it: it is about a megabyte."""
    job: Plain = {"op": "authz", "documents": [_policy()], "proxy": SIDECAR}
    _asked([job])
    jobs = tmp_path / "jobs.jsonl"
    jobs.write_text((json.dumps(job) + "\n") * JOBS, encoding="utf-8")
    with jobs.open() as asked, subprocess.Popen([binary()], stdin=asked, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert usage.ru_maxrss < MOST_KILOBYTES


@pytest.mark.parametrize(
    ("job", "message"),
    [
        ({"op": "guess"}, 'no operation "guess"'),
        ({"op": "listeners", "documents": [_policy(spec={"action": "Allow"})]}, "unknown value"),
        ({"op": "authz", "documents": [], "mesh": {"trustDomain": 1}}, "cannot unmarshal number"),
        ({"op": 1}, "cannot unmarshal"),
        ({"op": "listeners", "documents": [_tokens(jwksUri="https://127.0.0.1:1/keys")]}, "keys are not fetched"),
    ],
)
def test_a_job_that_cannot_be_done_says_why(job: Plain, message: str) -> None:
    """The reason is istiod's own."""
    with pytest.raises(JobFailed, match=message):
        _asked([job])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"apiVersion": "security.istio.io/v1alpha1"}, "not served"),
        ({"kind": "Gateway"}, "not served"),
        ({"metadata": {"name": "A"}}, "subdomain"),
        ({"metadata": {"name": 1}}, "cannot unmarshal number"),
        ({"metadata": {"name": "a", "labels": {"a": "-"}}}, "label"),
        ({"spec": []}, "must be of type object"),
        ({"spec": {"rules": [None]}}, "null"),
        ({"spec": {"selector": {"matchLabels": {"a*": "b"}}}}, "wildcard"),
    ],
)
def test_the_api_server_refuses_what_is_around_the_spec_and_in_it(changes: Plain, reason: str) -> None:
    """Types, names and the rules in CEL are looked at; we refuse the same."""
    [said] = _asked([{"op": "schema", "document": _policy(**changes)}])
    assert reason in said["errors"][0]
    assert schema(_policy(**changes))


def test_what_the_api_server_drops_is_not_stored() -> None:
    """Unknown fields are named, and fields of null are not; neither is left."""
    plain = _policy(status={"a": 1}, spec={"selector": {"matchLabels": {"app": None}}, "rules": None, "x": 1})
    [said] = _asked([{"op": "schema", "document": plain}])
    assert (said["errors"], said["pruned"]) == ([], ["spec.x"])
    assert said["stored"]["spec"] == {"selector": {"matchLabels": {}}}


def test_both_gates_say_the_same_of_random_objects() -> None:
    """Whether each gate refuses an object, the warnings, what is dropped of it, and what istiod then reads."""
    objects = [*islice(_random(), SPECS), *neighbours()]
    jobs = ({"op": op, "document": each} for each in objects for op in ("schema", "validate"))
    given = _asked(jobs)
    found = [
        f"{each}\n  API server {refused}\n  webhook    {judged}"
        for each, refused, judged in zip(objects, given[::2], given[1::2], strict=True)
        if _ours(each) != _theirs(refused, judged) or not _is_read_as_stored(each, refused, judged)
    ]
    assert not found, f"{len(found)} disagreements of {len(objects)}\n" + "\n".join(found[:SHOWN])


def test_what_is_recorded_of_the_gates_is_what_they_say() -> None:
    """The record that the unit tests replay is not older than the gates."""
    recorded = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    objects = [{**_policy(), "metadata": {"name": "a", "namespace": "b"}, **each["object"]} for each in recorded]
    given = _asked({"op": op, "document": each} for each in objects for op in ("schema", "validate"))
    said = [
        (not refused["errors"], not judged["errors"], len(judged["warnings"]))
        for refused, judged in zip(given[::2], given[1::2], strict=True)
    ]
    assert said == [(each["schema"], each["webhook"], each["warnings"]) for each in recorded]


def _random() -> Iterator[Plain]:
    dice = random.Random(SEED)  # noqa: S311 - no secret
    while True:
        yield spec(dice)


def _ours(plain: Plain) -> tuple[bool, bool, int, int | None]:
    refused = schema(plain)
    judged = webhook(plain)
    warnings = sum(each.severity == "warning" for each in judged)
    return bool(refused), len(judged) > warnings, warnings, None if refused else len(unknown_fields(plain))


def _theirs(refused: Plain, judged: Plain) -> tuple[bool, bool, int, int | None]:
    dropped = None if refused["errors"] else len(refused["pruned"])
    return bool(refused["errors"]), bool(judged["errors"]), len(judged["warnings"]), dropped


def _is_read_as_stored(plain: Plain, refused: Plain, judged: Plain) -> bool:
    """Whether an object that both gates take is the same manifest as what is stored of it."""
    if refused["errors"] or judged["errors"]:
        return True
    return _manifest(plain) == _manifest(refused["stored"])


def _manifest(plain: Plain) -> Manifest:
    """The manifest, without the order of its labels, which JSON does not keep."""
    return from_manifest(json.loads(json.dumps(plain, sort_keys=True)))
