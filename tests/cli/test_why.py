"""`ztc why`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ztc

TEXT = (
    '[2026-10-09T08:07:10.309Z] "{request} HTTP/1.1" 403 - rbac_access_denied_matched_policy[{policy}] - "-" 0 19 0 - '
    '"-" "curl/8.11.1" "053c49b6-b1c1-40d1-b863-600c90a87918" "orders:8080" "-" inbound|8080|| - 10.244.0.14:8080 '
    "10.244.0.12:52784 outbound_.8080_._.orders.shop.svc.cluster.local default\n"
)
PLAINTEXT = (
    '[2026-10-09T08:07:10.309Z] "- - -" 0 NR filter_chain_not_found - "-" 0 0 0 - "-" "-" "-" "-" "-" - - '
    "10.244.0.14:8080 10.244.0.12:52784 - -\n"
)
OURS: dict[str, Any] = {
    "ztc": "1",
    "start_time": "2026-10-01T08:00:00.000Z",
    "method": "PUT",
    "path": "/orders",
    "protocol": "HTTP/1.1",
    "response_code": 403,
    "response_flags": "-",
    "response_code_details": "rbac_access_denied_matched_policy[none]",
    "authority": "orders.shop:8080",
    "upstream_cluster": "inbound|8080||",
    "downstream_local_address": "10.1.0.7:8080",
    "pod_namespace": "shop",
    "pod_service_account": "orders",
    "downstream_peer_uri_san": "spiffe://cluster.local/ns/web/sa/frontend",
    "downstream_tls_version": "TLSv1.3",
}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the log goes."""
    return tmp_path / "access.log"


def _ours(**fields: object) -> str:
    return json.dumps({**OURS, **fields}) + "\n"


def test_a_refusal_names_the_nearest_rule_and_what_would_allow_it(good: Path, log: Path, ztc: Ztc) -> None:
    """The rule with its line, what it misses, and a declaration that lets in exactly this."""
    log.write_text(_ours())

    result = ztc("why", str(good), "--log", str(log), "--color", "never")

    assert result.code == 0, result.err
    assert "deny (403): PUT /orders to shop/orders:8080 from spiffe://cluster.local/ns/web/sa/frontend" in result.out
    assert "policies.py:14: AuthorizationPolicy shop/orders-allow rule 0 (it lists)" in result.out
    assert "methods  expected GET; found PUT" in result.out
    assert (
        'allow(frontend, to=orders.at(http), http=Http(methods=["PUT"], paths=["/orders"]), because="...")'
        in result.out
    )
    assert "1 line, 1 refusal" in result.err


def test_the_suggestion_allows_exactly_that(good: Path, log: Path, ztc: Ztc) -> None:
    """Put into the policy, the suggestion allows the request and no other method."""
    log.write_text(_ours())
    suggestion = json.loads(ztc("why", str(good), "--log", str(log), "-o", "jsonl").out)["suggestion"]

    mended = good.with_name("mended.py")
    mended.write_text(good.read_text().replace("    rules=[allow(", f"    rules=[{suggestion}, allow("))

    for method, code in (("PUT", "allow (200)"), ("DELETE", "deny (403)")):
        words = ["--from", "frontend", "--to", "orders", "--http", f"{method} /orders"]
        assert ztc("simulate", str(mended), *words).out.startswith(code)


def test_a_line_without_the_caller_says_what_is_unknown(good: Path, log: Path, ztc: Ztc) -> None:
    """The default format does not carry the caller: what else is missed is known, and nothing is suggested."""
    log.write_text(TEXT.format(request="PUT /orders", policy="none"))

    result = ztc("why", str(good), "--log", str(log), "--color", "never")

    assert "methods     expected GET; found PUT" in result.out
    assert "unknown: it does not say who the caller and the end user were" in result.out
    assert "would allow it" not in result.out


def test_a_rule_that_the_log_names_and_nobody_declares(good: Path, log: Path, ztc: Ztc) -> None:
    """An object of somebody else's is named from the line, and said to be declared nowhere."""
    log.write_text(TEXT.format(request="GET /orders", policy="ns[shop]-policy[theirs]-rule[3]"))

    result = ztc("why", str(good), "--log", str(log), "-o", "jsonl")

    plain = json.loads(result.out)
    assert (plain["decided_by"]["name"], plain["decided_by"]["rule"], plain["decided_by"]["source"]) == (
        "theirs",
        3,
        None,
    )
    assert "the log is of others" in plain["unknown"]


def test_plaintext_is_explained_where_the_workload_is_given(good: Path, log: Path, ztc: Ztc) -> None:
    """A refused connection names its workload only through --workload; then the PeerAuthentication is named."""
    log.write_text(PLAINTEXT)

    unnamed = ztc("why", str(good), "--log", str(log))
    named = ztc("why", str(good), "--log", str(log), "--workload", "orders", "--color", "never")

    assert unnamed.code == 4
    assert "unknown: it does not say which workload was called" in unnamed.out
    assert named.code == 0
    assert "policies.py:6: PeerAuthentication shop/default" in named.out


@pytest.mark.parametrize("fields", [{"pod_namespace": "elsewhere"}, {"method": "GET"}])
def test_a_line_that_only_says_that_nothing_matched_is_not_explained(
    fields: dict[str, str], good: Path, log: Path, ztc: Ztc
) -> None:
    """No policy here is about the workload, or they allow the request: the line's own words explain nothing."""
    log.write_text(_ours(**fields))

    result = ztc("why", str(good), "--log", str(log))

    assert result.code == 4
    assert "unknown: " in result.out


def test_equal_refusals_are_printed_once(good: Path, log: Path, ztc: Ztc) -> None:
    """A refusal that repeats is counted."""
    log.write_text(_ours() * 3 + _ours(start_time="2026-10-02T08:00:00.000Z") + _ours(method="DELETE"))

    result = ztc("why", str(good), "--log", str(log), "-o", "jsonl")

    assert len(result.out.splitlines()) == 2
    assert "5 refusals, 3 of them repeat one above" in result.err


def test_manifests_get_a_rule_in_yaml(good: Path, log: Path, tmp_path: Path, ztc: Ztc) -> None:
    """With -f the suggestion is an item of `spec.rules`, and the inventory names the workload."""
    manifests, pods = tmp_path / "manifests.yaml", tmp_path / "pods.yaml"
    ztc("build", str(good), "--out-file", str(manifests))
    labels = {"app.kubernetes.io/name": "orders"}
    if "app.kubernetes.io/name" not in manifests.read_text():
        labels = {"app": "orders"}
    workload = {"namespace": "shop", "name": "orders", "labels": labels, "service_account": "orders"}
    port = {"container": 8080, "protocol": "http"}
    pods.write_text(json.dumps({"workloads": [{**workload, "ports": [port]}]}))
    log.write_text(_ours())

    result = ztc("why", "-f", str(manifests), "--workloads", str(pods), "--log", str(log), "-o", "jsonl")

    assert result.code == 0, result.err + result.out
    suggestion = json.loads(result.out)["suggestion"]
    assert suggestion == (
        '- from: [{source: {principals: ["cluster.local/ns/web/sa/frontend"]}}]\n'
        '  to: [{operation: {ports: ["8080"], methods: ["PUT"], paths: ["/orders"]}}]'
    )


def test_manifests_without_an_inventory_know_no_workload(good: Path, log: Path, tmp_path: Path, ztc: Ztc) -> None:
    """They select pods by labels, and a log names services: the flag that knows both is told."""
    manifests = tmp_path / "m.yaml"
    manifests.write_text(ztc("build", str(good)).out)
    log.write_text(_ours())

    result = ztc("why", "-f", str(manifests), "--log", str(log))

    assert result.code == 4
    assert "unknown: manifests name no workloads; an inventory of them does (--workloads)" in result.out


def test_nothing_of_a_line_acts_on_the_terminal_or_tells_a_secret(good: Path, log: Path, ztc: Ztc) -> None:
    """Control characters and secrets of a query do not come out."""
    log.write_text(_ours(path="/orders\x1b[2J?access_token=hunter2", authority="\x07"))

    for output in ("text", "jsonl"):
        result = ztc("why", str(good), "--log", str(log), "-o", output)
        assert "hunter2" not in result.out + result.err
        assert "\x1b" not in result.out + result.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "no log is given"),
        (["--log", ""], "--log is empty"),
        (["--log", "-", "--log", "-"], "stdin is named more than once"),
        (["--log", "/no/such/file"], "no such file"),
        (["--log", "{log}", "--workload", "nobody"], "no workload `nobody`"),
    ],
)
def test_a_wrong_call_is_answered(words: list[str], message: str, good: Path, log: Path, ztc: Ztc) -> None:
    """Each mistake of the command line is one sentence, with exit code 2."""
    log.write_text(_ours())

    result = ztc("why", str(good), *(word.format(log=log) for word in words))

    assert result.code == 2
    assert message in result.err


def test_a_file_that_is_no_log_is_refused(good: Path, log: Path, ztc: Ztc) -> None:
    """Where no line is known, nothing was explained: ZT785."""
    log.write_text("hello\nworld\n")

    result = ztc("why", str(good), "--log", str(log))

    assert result.code == 2
    assert "ZT785" in result.err
