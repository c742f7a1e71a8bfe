"""Scenario files: what they say, and what is wrong with them and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ztdsl.diagnostics.model import Span
from ztdsl.scenario.cast import Actor, Cast, Door
from ztdsl.scenario.file import read_scenarios, scenario_files
from ztdsl.scenario.scenario import Expectation
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Chain, InvalidToken, Proxy, Tls, Token

if TYPE_CHECKING:
    from pathlib import Path

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.scenario.scenario import Scenario

HTTP, TCP = Door(8080, ("http",), Chain.HTTP), Door(5432, ("db",), Chain.TCP)
CAST = Cast(
    [
        Actor("web", "frontend", {"app": "frontend"}, "frontend", (HTTP,), Proxy.SIDECAR),
        Actor("shop", "orders", {"app": "orders"}, "orders", (HTTP, TCP), Proxy.SIDECAR),
    ],
    "cluster.local",
    "the policy declares",
)
FRONTEND = "spiffe://cluster.local/ns/web/sa/frontend"
NOW = 1000.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A scenario file."""
    return tmp_path / "a.yaml"


def told(file: Path, text: str) -> tuple[list[Scenario], list[Diagnostic]]:
    """What a file of this text says."""
    file.write_text(text, encoding="utf-8")
    return read_scenarios([file], CAST, NOW)


def test_a_scenario_is_a_request_and_what_is_expected(file: Path) -> None:
    """Every key of the long form has its part in the request or in the expectation."""
    (scenario,), problems = told(
        file,
        """
tokens:
  ana: {iss: https://auth.example.com, sub: ana, roles: [a, b]}
scenarios:
  - name: by night
    when: frontend with ana may not GET /orders?x=1 of orders:http
    expect: deny
    status: 403
    by: shop/orders-allow
    headers: {Host: orders.shop, X-Team: a, x-tag: [b, c]}
    source_ip: 10.1.2.3
    remote_ip: "2001:db8::7"
    sni: orders.shop
""",
    )
    request, http = scenario.request, scenario.request.http
    assert problems == []
    assert (scenario.name, scenario.span.line) == ("by night", 5)
    assert scenario.expected == Expectation(Verdict.DENY, may=False, status=403, by="shop/orders-allow")
    assert (request.peer, request.tls, request.to.port, request.to.chain) == (FRONTEND, Tls.MTLS, 8080, Chain.HTTP)
    assert (request.source_ip, request.remote_ip, request.sni) == ("10.1.2.3", "2001:db8::7", "orders.shop")
    assert http is not None
    assert (http.path, http.host, http.headers) == (
        "/orders?x=1",
        "orders.shop",
        {"x-team": ("a",), "x-tag": ("b", "c")},
    )
    assert request.tokens == (Token({"iss": "https://auth.example.com", "sub": "ana", "roles": ["a", "b"]}),)


def test_a_table_is_a_scenario_for_each_cell(file: Path) -> None:
    """Rows are callers, with tokens too; columns are requests."""
    scenarios, problems = told(
        file,
        """
actors: {stranger: null, batch: spiffe://other.example/ns/a/sa/b}
tokens: {old: {exp: 1}}
tables:
  - name: night
    to: orders:http
    requests: [GET /orders, connect]
    plaintext: false
    callers:
      frontend: [may, may not]
      stranger with old: [refused, unknown]
      batch: [allow, rejected]
""",
    )
    assert problems == []
    assert [each.name for each in scenarios][:3] == [
        "night: frontend may GET /orders of orders:http",
        "night: frontend may not connect to orders:http",
        "night: stranger with old may not GET /orders of orders:http",
    ]
    assert [each.request.peer for each in scenarios[::2]] == [FRONTEND, None, "spiffe://other.example/ns/a/sa/b"]
    assert [(each.expected.verdict, each.expected.may) for each in scenarios] == [
        (None, True),
        (None, False),
        (Verdict.REFUSED, False),
        (Verdict.UNKNOWN, False),
        (Verdict.ALLOW, True),
        (Verdict.REJECTED, False),
    ]
    assert scenarios[2].request.tokens == (InvalidToken("it has expired"),)
    assert scenarios[1].request.http is None


def test_plaintext_has_no_identity(file: Path) -> None:
    """A caller without mutual TLS shows no certificate."""
    (scenario,), _ = told(file, "scenarios: [{when: frontend may not GET /orders of orders:http, plaintext: true}]\n")
    assert (scenario.request.peer, scenario.request.tls) == (None, Tls.NONE)


@pytest.mark.parametrize(
    ("text", "place", "message", "advice"),
    [
        ("null\n", (1, 1), "a.yaml` is not a mapping", "`ztc explain ZT050` shows the form"),
        ("scenarios: {}\n", (1, 12), "`scenarios` is not a list", None),
        ("scenarios: [3]\n", (1, 13), "`scenarios.0` is not a mapping", None),
        ("scenarios: [{name: x}]\n", (1, 13), "`scenarios.0.when` is missing", None),
        ("scenarios: [{when: x, status: '200'}]\n", (1, 31), "`scenarios.0.status` is not a whole number", None),
        ("scenarios: [{when: x, plaintext: 'no'}]\n", (1, 34), "`scenarios.0.plaintext` is neither true", None),
        ("scenarios: [{when: x, by: ''}]\n", (1, 27), "`scenarios.0.by` is empty", None),
        ("scenarios: [{when: x, expect: may}]\n", (1, 31), "is not one of allow, deny, unauthenticated", None),
        ("scenarios: [{when: x, headers: {a: 3}}]\n", (1, 36), "`scenarios.0.headers.a` is not a list", None),
        ("scenarios: [{when: x, headers: {a: [3]}}]\n", (1, 37), "`scenarios.0.headers.a.0` is not text", None),
        ("scenarios: [{when: x, expct: deny}]\n", (1, 23), "unknown key `expct`", "did you mean `expect`?"),
        ("scenario: []\n", (1, 1), "unknown key `scenario`", "did you mean `scenarios`?"),
        (
            "tables: [{to: orders, token: x, requests: [connect], callers: {frontend: [may]}}]\n",
            (1, 23),
            "unknown key `token`",
            "`ztc explain ZT050` lists the keys",
        ),
        (
            "tables: [{to: orders, requests: [], callers: {frontend: [may]}}]\n",
            (1, 33),
            "`tables.0.requests` is empty",
            None,
        ),
        (
            "tables: [{to: orders, requests: [connect], callers: {frontend: [yes]}}]\n",
            (1, 65),
            "`tables.0.callers.frontend.0` is not one of may, may not, allow",
            None,
        ),
        ("actors: {on: null}\n", (1, 9), "is a key that is not text", "quote it"),
        ("actors: {a: 3}\n", (1, 13), "`actors.a` is not text", None),
        ("tokens: {a: {exp: 2030-01-01}}\n", (1, 19), "`tokens.a.exp` is not a value of JSON", None),
        ("tokens: {a: {}, a: {sub: x}}\n", (1, 17), "the key `a` stands twice", None),
        ("scenarios: []\nscenarios: []\n", (2, 1), "the key `scenarios` stands twice", None),
        ("scenarios: []\n---\nscenarios: []\n", (2, 1), "another document", None),
        ("scenarios: !!python/name:os.system x\n", (1, 12), "is not YAML", None),
    ],
)
def test_a_shape_that_does_not_fit_is_one_finding(
    text: str, place: tuple[int, int], message: str, advice: str | None, file: Path
) -> None:
    """It stands at the place of what is wrong, in words of this file format."""
    scenarios, problems = told(file, text)
    (problem,) = problems
    assert problem.primary is not None
    span = problem.primary.place
    assert isinstance(span, Span)
    assert (scenarios, problem.code) == ([], "ZT050")
    assert message in problem.message
    assert (span.line, span.column) == place
    assert advice is None or advice in problem.help
    assert "Shape" not in problem.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scenarios: [frontend may GET /orders of orders]\n", "`shop/orders` has 2 ports"),
        ("scenarios: [nobody may GET /orders of orders:http]\n", "no workload `nobody`"),
        ("scenarios: [{when: frontend may GET / of orders:http, source_ip: 10.1.2.300}]\n", "is not an IP address"),
        ("scenarios: [{when: frontend may GET / of orders:http, remote_ip: 10.0.0.0/8}]\n", "is not an IP address"),
        ("scenarios: [{when: frontend may GET / of orders:http, remote_ip: ''}]\n", "is not an IP address"),
        ("scenarios: [{when: frontend may GET / of orders:http, headers: {'x y': a}}]\n", "is not a header"),
        ("actors: {eve: nobody}\n", "`nobody` is not an identity"),
        ("actors: {frontend: null}\n", "`frontend` is a workload already"),
        ("actors: {shop/orders: null}\n", "`shop/orders` is a workload already"),
        ("tokens: {a: {invalid: 3}}\n", "`token.invalid` is not a string"),
        ("tables: [{to: orders:http, requests: [orders], callers: {frontend: [may]}}]\n", "`orders` is no request"),
    ],
)
def test_what_cannot_be_asked_is_a_finding(text: str, message: str, file: Path) -> None:
    """A name, an address, a header, an actor or a token that says nothing."""
    scenarios, problems = told(file, text)
    assert (scenarios, [each.code for each in problems]) == ([], ["ZT051"])
    assert message in problems[0].message


def test_without_an_inventory_the_advice_is_to_name_one(file: Path) -> None:
    """Manifests do not say who runs where."""
    file.write_text("scenarios: [frontend may GET / of orders]\n", encoding="utf-8")
    _, (problem,) = read_scenarios([file], Cast([], "cluster.local", "the inventory has"), NOW)
    assert problem.help == ("name an inventory of workloads with --workloads",)


def test_a_token_is_never_repeated(file: Path) -> None:
    """A finding about a token shows the place and not what it says."""
    _, problems = told(file, "tokens: {a: {claims: SECRET}}\nscenarios: [frontend with a may GET / of orders:http]\n")
    assert [each.message for each in problems] == ["`token.claims` is not an object"]


def test_every_file_below_a_directory_is_read_once(tmp_path: Path) -> None:
    """In order of name, both endings, however often it is named."""
    names = ["b.yaml", "a.yml", "deep/c.yaml"]
    for name in [*names, "notes.md"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}", encoding="utf-8")
    found = scenario_files([tmp_path / "b.yaml", tmp_path, tmp_path / "deep" / ".." / "a.yml"])
    assert [each.relative_to(tmp_path).as_posix() for each in found] == ["b.yaml", "a.yml", "deep/c.yaml"]


def test_a_file_that_is_none_is_a_finding(tmp_path: Path) -> None:
    """A missing file, a binary one, and one larger than a person writes."""
    binary, large = tmp_path / "b.yaml", tmp_path / "c.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    large.write_bytes(b"#" * (5 << 20))
    _, problems = read_scenarios([tmp_path / "a.yaml", binary, large], CAST, NOW)
    assert [each.code for each in problems] == ["ZT007", "ZT007", "ZT050"]
