"""`ztc simulate`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ztc

CLAIMS = {"iss": "https://auth.example.com", "sub": "ana", "aud": "httpbin"}
FAR_FUTURE, PAST = 4_000_000_000, 1_700_000_000


@pytest.fixture
def httpbin(root: Path) -> Path:
    """The example with tokens."""
    return root / "examples" / "httpbin" / "policies.py"


@pytest.mark.parametrize(
    ("caller", "claims", "answer"),
    [
        (None, None, "refused: "),
        ("curl", None, "allow (200): "),
        (None, CLAIMS, "refused: "),
        ("spiffe://cluster.local/ns/other/sa/x", CLAIMS, "allow (200): "),
        ("spiffe://cluster.local/ns/other/sa/x", None, "deny (403): "),
        ("curl", CLAIMS, "allow (200): "),
        ("curl", CLAIMS | {"exp": FAR_FUTURE}, "allow (200): "),
        ("curl", CLAIMS | {"exp": PAST}, "unauthenticated (401): "),
        ("curl", {"invalid": "no key verifies it"}, "unauthenticated (401): "),
        ("curl", CLAIMS | {"iss": "https://login.example.org"}, "unauthenticated (401): "),
        ("curl", CLAIMS | {"aud": "payments"}, "unauthenticated (403): "),
    ],
)
def test_identity_and_token_decide(
    caller: str | None, claims: dict[str, object] | None, answer: str, httpbin: Path, tmp_path: Path, ztc: Ztc
) -> None:
    """Each combination of identity and token gets Istio's answer; a known one is a success."""
    words = ["--to", "httpbin", "--http", "GET /headers"]
    if caller is not None:
        words += ["--from", caller]
    if claims is not None:
        (tmp_path / "claims.json").write_text(json.dumps(claims))
        words += ["--token", "claims.json"]
    ended = ztc("simulate", httpbin, *words, cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(answer)


def test_a_refusal_shows_what_misses(good: Path, ztc: Ztc) -> None:
    """The rule that nearly allows stands with its line, what it expects and what the request has."""
    ended = ztc("simulate", good, "--from", "frontend", "--to", "orders", "--http", "GET /orders/7")
    assert ended.code == 0
    assert "policies.py:14: AuthorizationPolicy shop/orders-allow rule 0 (it lists)" in ended.out
    assert "expected /orders; found /orders/7" in ended.out


def test_an_answer_that_is_not_known_has_its_own_code(root: Path, ztc: Ztc) -> None:
    """A host that a rule tests and nobody gave makes the verdict unknown: exit code 4."""
    policy = root / "examples" / "quickstart" / "policies.py"
    ended = ztc("simulate", policy, "--to", "istio-ingressgateway", "--http", "GET /")
    assert ended.code == 4
    assert ended.out.startswith("unknown: ")
    assert "host" in ended.out


def test_an_answer_as_json(good: Path, ztc: Ztc) -> None:
    """JSON has the fields of the batch interface, and the rules near the request."""
    words = ("--from", "frontend", "--to", "orders", "--http", "GET /orders", "-o", "json")
    answer = json.loads(ztc("simulate", good, *words).out)
    assert (answer["verdict"], answer["status"]) == ("allow", 200)
    assert answer["decided_by"]["name"] == "orders-allow"
    assert answer["decided_by"]["source"] == "policies.py:14"
    assert answer["because"] == "it lists"


def _requests(*paths: str) -> str:
    to = {"namespace": "shop", "labels": {"app": "orders"}, "port": 8080}
    peer = "spiffe://cluster.local/ns/web/sa/frontend"
    return "".join(
        json.dumps({"id": path, "to": to, "peer": peer, "http": {"method": "GET", "path": path}}) + "\n"
        for path in paths
    )


def test_a_file_of_requests_is_answered_in_order(good: Path, ztc: Ztc) -> None:
    """Each line has its answer, from a file or from stdin, with empty lines passed over."""
    lines = _requests("/orders", "/", "/orders")
    good.with_name("requests.jsonl").write_text(lines + "\n")
    for file, given in (("requests.jsonl", ""), ("-", lines)):
        ended = ztc("simulate", good, "--requests", file, "-o", "jsonl", stdin=given)
        answers = [json.loads(line) for line in ended.out.splitlines()]
        assert (ended.code, ended.err) == (0, "")
        assert [each["id"] for each in answers] == ["/orders", "/", "/orders"]
        assert [each["verdict"] for each in answers] == ["allow", "deny", "allow"]


def test_only_a_file_of_requests_needs_its_reader(good: Path) -> None:
    """Neither one request nor a build imports `msgspec`."""
    good.with_name("requests.jsonl").write_text(_requests("/orders"))
    one = ("--to", "orders", "--from", "frontend", "--http", "GET /orders")
    runs = (("build",), ("simulate", *one), ("simulate", "--requests", "requests.jsonl"))
    for (command, *words), is_needed in zip(runs, (False, False, True), strict=True):
        argv = [sys.executable, "-X", "importtime", "-m", "ztdsl", command, good.name, *words]
        done = subprocess.run(argv, cwd=good.parent, capture_output=True, text=True, check=True)
        assert (" msgspec" in done.stderr) is is_needed


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('"peer": null, "peer": "x"', "`peer` is given twice"),
        ('"token": {"exp": NaN}', "`token` holds a number that JSON has not"),
        ('"id": 1e999', "`id` is a number that is too large"),
    ],
)
def test_a_line_that_two_readers_read_differently_is_refused(good: Path, ztc: Ztc, more: str, message: str) -> None:
    """With the place."""
    ended = ztc("simulate", good, "--requests", "-", stdin='{"to": {"namespace": "shop"}, ' + more + "}")
    assert ended.code == 2
    assert f"line 1 of `stdin`: {message}" in ended.err


def test_a_line_that_is_no_request_ends_the_work(good: Path, ztc: Ztc) -> None:
    """The answers before it are written, the line is named, and nothing of a token is."""
    line = json.dumps({"to": {"namespace": "shop"}, "token": ["eyJsecret"]}) + "\n"
    ended = ztc("simulate", good, "--requests", "-", stdin=_requests("/orders") + line)
    assert ended.code == 2
    assert len(ended.out.splitlines()) == 1
    assert "line 2 of `stdin`" in ended.err
    assert "eyJsecret" not in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no request is given"),
        (["--to", "ordres"], "no workload `ordres`"),
        (["--to", "orders:9000"], "has no port `9000`"),
        (["--to", "orders", "--from", "frontent"], "no workload `frontent`"),
        (["--to", "orders", "--http", "orders"], "is not a request"),
        (["--to", "orders", "--http", "GET /", "--header", "x"], "is not a header"),
        (["--to", "orders", "--header", "x: y"], "a connection has no headers"),
        (["--to", "orders", "--http", "GET /", "--source-ip", "10.1.2.300"], "`10.1.2.300` is not an IP address"),
        (["--to", "orders", "--http", "GET /", "--remote-ip", "10.0.0.0/8"], "`10.0.0.0/8` is not an IP address"),
        (["--to", "\x1b[2Jorders"], "no workload `\\x1b[2Jorders`"),
        (["--header", "x: y", "--requests", "x"], "`--header` says what one request is"),
        (["--plaintext", "--requests", "x"], "`--plaintext` says what one request is"),
        (["-o", "json", "--requests", "x"], "`-o json` is for one request"),
        (["--to", "orders", "-f", "manifests"], "-f names manifests"),
        (["--to", "orders", "--requests", "x"], "--requests names many"),
        (["--to", "orders", "-o", "jsonl"], "is for --requests"),
        (["--to", "orders", "--token", "policies.py"], "is not JSON"),
        (["--to", "orders", "--workloads", "w.yaml"], "a policy declares its workloads"),
    ],
)
def test_mistakes_are_named(words: list[str], said: str, good: Path, ztc: Ztc) -> None:
    """A mistake on the command line is one message and exit code 2."""
    ended = ztc("simulate", good, *words)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("claims", "code", "said"),
    [
        ('{"exp": 4000000000}', 0, "allow (200): "),
        ('{"invalid": "no key"}', 0, "allow (200): "),
        ('{"SECRET": NaN}', 2, "`-` is not JSON"),
        ('{"SECRET', 2, "`-` is not JSON"),
        ('["SECRET"]', 2, "`-` holds no JSON object"),
        ('{"claims": "SECRET"}', 2, "`token.claims` is not an object"),
    ],
)
def test_claims_from_stdin(claims: str, code: int, said: str, good: Path, ztc: Ztc) -> None:
    """`-` is stdin; what is no token is refused, and nothing of it is shown."""
    words = ("--from", "frontend", "--to", "orders", "--http", "GET /orders", "--token", "-")
    ended = ztc("simulate", good, *words, stdin=claims)
    assert ended.code == code
    assert said in ended.out + ended.err
    assert "SECRET" not in ended.out + ended.err


def test_stdin_is_read_once(tmp_path: Path, ztc: Ztc) -> None:
    """Manifests and a token cannot both be stdin."""
    ended = ztc("simulate", "-f", "-", "--to", "orders", "--token", "-", cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert "stdin is named more than once" in ended.err


def test_what_is_asked_cannot_move_the_cursor(good: Path, ztc: Ztc) -> None:
    """Control characters of a request are shown as escapes, on the command line and in a file of requests."""
    one = ztc("simulate", good, "--from", "frontend", "--to", "orders", "--http", "GET /\x1b[2J\n")
    assert one.out.startswith("rejected (400): GET /\\x1b[2J")
    many = ztc("simulate", good, "--requests", "-", stdin='{"\\u001b[2J": 1}\n')
    assert many.code == 2
    assert "line 1 of `stdin`: `\\x1b[2J` is not known" in many.err


def test_without_an_inventory_nobody_has_a_name(tmp_path: Path, ztc: Ztc) -> None:
    """The advice is to name one."""
    (tmp_path / "m.yaml").write_text(
        "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a, namespace: b}, spec: {}}\n"
    )
    ended = ztc("simulate", "-f", "m.yaml", "--to", "orders", "--http", "GET /", cwd=tmp_path)
    assert ended.code == 2
    assert "name an inventory of workloads with --workloads" in ended.err
