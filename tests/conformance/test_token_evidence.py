"""Tokens before the real Envoy: `ZTC_LANES=conformance pytest tests/conformance/test_token_evidence.py`.

Keys and tokens are made anew in each run; a failure names cases, and never shows a token.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable

import pytest

from tests.conformance.lab.package import NoEnvoy
from tests.conformance.token_cases import settings
from tests.conformance.token_lab import Asked, Seen, Setting
from ztdsl.istio.kinds import RequestAuthentication
from ztdsl.istio.read import from_manifest
from ztdsl.token.filter import Filtered, TokenFilter
from ztdsl.token.key_set import read_key_set
from ztdsl.token.status import Status
from ztdsl.traffic.request import Http

REQUIRED = bool(os.environ.get("CI"))
LEAST = 400
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


@in_lane
def test_every_token_is_judged_as_envoy_judges_it() -> None:
    """Same status, same words of Envoy, same headers behind the filter; for at least 400 tokens."""
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
    found = [line for setting, each in zip(given, results, strict=True) for line in differences(setting, each, now)]
    assert not found, f"{len(found)} differences\n" + "\n".join(found)
    assert sum(len(each) for each in results) >= LEAST
