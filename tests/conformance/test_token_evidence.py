"""Tokens before the real Envoy: `ZTC_LANES=conformance pytest tests/conformance/test_token_evidence.py`.

Keys and tokens are made anew in each run; a failure names cases, and never shows a token. What Envoy answered is
recorded by the names of the cases, so that the ordinary lane holds new tokens against it; `--golden` in the lane
records again.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from tests.conformance.lab.package import NoEnvoy
from tests.conformance.token_cases import settings
from tests.conformance.token_lab import Asked, Seen, Setting
from tests.conformance.token_mint import key_set, public
from tests.conformance.token_random import random_tokens
from tests.conformance.topics.shape import ISSUER, tokens
from ztdsl.api import inspect_request
from ztdsl.istio.kinds import RequestAuthentication
from ztdsl.istio.read import from_manifest
from ztdsl.manifests.workloads import KnownPort, KnownWorkload
from ztdsl.scenario.cast import cast_of_inventory
from ztdsl.scenario.subject import NOWHERE, Subject
from ztdsl.token.filter import Filtered, TokenFilter
from ztdsl.token.key_set import read_key_set
from ztdsl.token.status import Status
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import Http

REQUIRED = bool(os.environ.get("CI"))
SEED = os.environ.get("ZTC_CONFORMANCE_SEED", "1")
RANDOM = int(os.environ.get("ZTC_CONFORMANCE_PAIRS", "1000"))
LEAST, FEWEST, ACCEPTED = 400, 200, 200
ANSWERS = Path(__file__).parent / "token_answers.json"
SHORT = 24
"""Characters of what may stand in an answer by chance."""
HOST = "httpbin.foo.svc.cluster.local"

in_lane = pytest.mark.skipif(
    "conformance" not in os.environ.get("ZTC_LANES", "").split(","),
    reason="runs istiod and Envoy: set ZTC_LANES=conformance",
)


def own_filter(setting: Setting, now: int) -> TokenFilter:
    """The filter as the product understands the manifests."""
    manifests = [from_manifest(each) for each in setting.documents]
    rules = [rule for each in manifests if isinstance(each, RequestAuthentication) for rule in each.jwt_rules]
    return TokenFilter(rules, lambda rule: read_key_set(rule.jwks or ""), now)


def http_of(asked: Asked) -> Http:
    """The request as a proxy has it once it is received."""
    headers: dict[str, tuple[str, ...]] = {}
    for name, value in asked.lines:
        headers[name.lower()] = (*headers.get(name.lower(), ()), value.strip())
    return Http(asked.method, asked.path, HOST, headers)


def status_of(filtered: Filtered) -> tuple[int, str]:
    """The status of HTTP and Envoy's words, as its access log has them."""
    if filtered.status in {Status.OK, Status.MISSING}:
        return 200, "direct_response"
    return filtered.status.http, f"jwt_authn_access_denied{{{filtered.status.value.replace(' ', '_')}}}"


def forwarded(filtered: Filtered, names: Iterable[str]) -> dict[str, str]:
    """What the workload sees of some headers and of the path; of several lines Envoy shows the first here."""
    assert filtered.http is not None
    lines = {name: filtered.http.headers.get(name, ("",))[0] for name in names}
    return {**lines, "path": filtered.http.path}


def subject_of(setting: Setting) -> Subject:
    """The manifests with the workload that the lab asks, as the product's commands have them."""
    port = KnownPort(8080, 8080, "http", "http")
    workload = KnownWorkload("foo", "httpbin", {"app": "httpbin", "version": "v1"}, (port,), None, "service")
    manifests = [from_manifest(each) for each in setting.documents]
    return Subject(Mesh("lab"), cast_of_inventory([workload], "cluster.local"), manifests, lambda _: NOWHERE)


def on_the_wire(asked: Asked) -> bytes:
    """The request as it is sent."""
    lines = [
        f"{asked.method} {asked.path} HTTP/1.1",
        f"host: {HOST}",
        *(f"{name}: {value}" for name, value in asked.lines),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def inspected(setting: Setting, results: Iterable[Seen], now: int) -> list[str]:
    """Where `ztc inspect request` and Envoy differ, or where it shows a token."""
    subject, found = subject_of(setting), []
    for asked, seen in zip(setting.asked, results, strict=True):
        inspection = inspect_request(on_the_wire(asked), subject, now=now)
        decision = None if inspection.simulation is None else inspection.simulation.decision.verdict
        if (inspection.status or 200) != seen.status or (seen.status == 200) != (decision is Verdict.ALLOW):
            found.append(f"{setting.name}: {asked.name}: {inspection.status}, {decision}; Envoy {seen.status}")
        shown = inspection.text() + repr(inspection.to_dict()) + repr(inspection)
        texts = {part for _, value in asked.lines for part in value.replace(" ", ".").split(".") if len(part) > SHORT}
        if any(part in shown for part in texts):
            found.append(f"{setting.name}: {asked.name}: a part of the token is shown")
    return found


def differences(setting: Setting, results: Iterable[Seen], now: int) -> list[str]:
    """Where the product and Envoy differ; without any text of a token."""
    own = own_filter(setting, now)
    found = []
    for asked, seen in zip(setting.asked, results, strict=True):
        filtered = own.run(http_of(asked))
        said = status_of(filtered)
        if said != (seen.status, seen.details):
            found.append(f"{setting.name}: {asked.name}: ztc says {said}, Envoy {(seen.status, seen.details)}")
        elif filtered.http is not None:
            passed = forwarded(filtered, setting.watched)
            differing = [name for name, value in passed.items() if seen.forwarded[name] != value]
            if differing:
                found.append(f"{setting.name}: {asked.name}: {', '.join(differing)} differ after the filter")
    return found


def answers(given: Sequence[Setting], results: Sequence[Sequence[Seen]]) -> str:
    """What Envoy answered, by the names of settings and cases; no token is in it."""
    plain = {
        setting.name: [[asked.name, seen.status, seen.details] for asked, seen in zip(setting.asked, each, strict=True)]
        for setting, each in zip(given, results, strict=True)
    }
    rows = {name: ",\n".join(f"    {json.dumps(row)}" for row in rows) for name, rows in plain.items()}
    return "{\n" + ",\n".join(f"  {json.dumps(name)}: [\n{text}\n  ]" for name, text in rows.items()) + "\n}\n"


def recorded() -> dict[str, list[list[object]]]:
    """What Envoy answered when it was last asked."""
    plain: dict[str, list[list[object]]] = json.loads(ANSWERS.read_text(encoding="utf-8"))
    return plain


@in_lane
def test_every_token_is_judged_as_envoy_judges_it(golden: Callable[[Path, str], None]) -> None:
    """Same status, same words of Envoy, same headers behind the filter; and Envoy answers as it is recorded."""
    from tests.conformance.oracle import NoOracle  # noqa: PLC0415 - only this lane needs what asks istiod
    from tests.conformance.token_lab import ask  # noqa: PLC0415 - likewise

    now = int(time.time())
    given = settings(now)
    try:
        results = ask(given)
    except (NoOracle, NoEnvoy) as lacking:
        if REQUIRED:
            raise
        pytest.skip(f"no istiod or no Envoy here: {lacking}")
    pairs = list(zip(given, results, strict=True))
    found = [
        line for setting, each in pairs for line in (*differences(setting, each, now), *inspected(setting, each, now))
    ]
    assert not found, f"{len(found)} differences\n" + "\n".join(found)
    golden(ANSWERS, answers(given, results))


@pytest.fixture(scope="module")
def made() -> dict[str, Setting]:
    """Every setting, with new tokens."""
    return {setting.name: setting for setting in settings()}


@pytest.mark.parametrize("name", recorded() if ANSWERS.exists() else ())
def test_every_token_is_judged_as_it_was_recorded(name: str, made: dict[str, Setting]) -> None:
    """New tokens of the same kinds get the answers that Envoy gave, without Envoy."""
    setting = made[name]
    own = own_filter(setting, int(time.time()))

    said = [[asked.name, *status_of(own.run(http_of(asked)))] for asked in setting.asked]

    assert said == recorded()[name]


def test_there_are_enough_tokens(made: dict[str, Setting]) -> None:
    """Good ones and broken ones, and every setting is recorded."""
    rows = [row for each in recorded().values() for row in each]

    assert list(recorded()) == list(made)
    assert len(rows) >= LEAST
    assert len([row for row in rows if row[1] == ACCEPTED]) >= FEWEST
    assert len({row[2] for row in rows}) >= FEWEST // 10


@in_lane
def test_random_tokens_are_judged_as_envoy_judges_them() -> None:
    """Texts that are JSON, almost JSON and none at all, all of them signed."""
    from tests.conformance.oracle import NoOracle  # noqa: PLC0415 - only this lane needs what asks istiod
    from tests.conformance.token_lab import ask  # noqa: PLC0415 - likewise

    rule = {"issuer": ISSUER, "jwks": key_set(public("main", "ES256", kid="main"))}
    setting = Setting(f"random, seed {SEED}", [tokens(rule)], list(random_tokens(SEED, RANDOM, ISSUER)))
    try:
        (results,) = ask([setting])
    except (NoOracle, NoEnvoy) as lacking:
        if REQUIRED:
            raise
        pytest.skip(f"no istiod or no Envoy here: {lacking}")
    found = differences(setting, results, int(time.time()))
    assert not found, f"{len(found)} differences\n" + "\n".join(found)


@in_lane
@pytest.mark.parametrize("keys", [[], [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]], ids=["none", "not usable"])
def test_envoy_takes_no_listener_with_a_key_set_that_has_no_usable_key(keys: list[dict[str, str]]) -> None:
    """Istiod pushes it, and the proxy keeps what it had: a set without keys is more than refused tokens."""
    from tests.conformance.oracle import NoOracle  # noqa: PLC0415 - only this lane needs what asks istiod
    from tests.conformance.token_lab import RefusedListener, ask  # noqa: PLC0415 - likewise

    setting = Setting("no keys", [tokens({"issuer": ISSUER, "jwks": key_set(*keys)})], [])
    try:
        with pytest.raises(RefusedListener):
            ask([setting])
    except (NoOracle, NoEnvoy) as lacking:
        if REQUIRED:
            raise
        pytest.skip(f"no istiod or no Envoy here: {lacking}")
