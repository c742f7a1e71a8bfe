"""`ztc inspect token` and `ztc inspect request`: what they print, and that they never print a token."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.conformance.token_mint import key_set, public, raw, token
from ztdsl.cli import exits

ISSUER = "https://login.example.com"
NOW = 1_800_000_000
WHEN = "2027-01-15T08:00:00Z"
POLICY = """\
from ztdsl import Claim, EndUser, Http, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api, admin_port = HttpPort(8080), HttpPort(9090)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
stock = Service("stock", namespace=shop, service_account="stock", ports=[api])
level = Claim("level", str)
login = Issuer(
    "https://login.example.com",
    jwks_file="keys.json",
    audiences=["shop"],
    claims=[level],
    claim_headers={"x-level": level},
)

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders, stock],
    rules=[
        allow(EndUser(login), to=orders.at(api), http=Http(methods=["GET"], paths=["/orders"]), because="users look"),
        allow(
            EndUser(login, where=[level.is_in("high")]),
            to=orders.at(api),
            http=Http(methods=["DELETE"], paths=["/orders"]),
            because="some users delete",
        ),
        allow(orders, to=stock.at(api), http=Http(methods=["GET"], paths=["/stock"]), because="orders look"),
    ],
)
"""


class Ended(Protocol):
    """How the process of the fixture `ztc` ended."""

    code: int
    out: str
    err: str


Ztc = Callable[..., Ended]
CODE = re.compile(r"\[(ZT\d{3})\]")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A directory with a policy and the issuer's keys."""
    (tmp_path / "policies.py").write_text(POLICY, encoding="utf-8")
    keys = key_set(public("main", "ES256", kid="main", alg="ES256", use="sig"))
    (tmp_path / "keys.json").write_text(keys, encoding="utf-8")
    return tmp_path


def claims(**more: Any) -> dict[str, Any]:
    """Claims of a token that is accepted."""
    return {"iss": ISSUER, "sub": "alice", "aud": "shop", "exp": NOW + 600, "level": "low", **more}


def inspected(ztc: Ztc, here: Path, text: str, *words: str) -> Ended:
    """The command's answer to a token in a file, after it was looked through for the token."""
    (here / "token.jwt").write_text(text + "\n", encoding="latin-1")
    ended = ztc("inspect", "token", "token.jwt", "policies.py", "--now", WHEN, *words, cwd=here)
    assert_hidden(ended, text)
    return ended


def assert_hidden(ended: Ended, *texts: str) -> None:
    """Nothing of a token is shown, in whole or in part."""
    for text in texts:
        for part in (text, *text.split(".")):
            assert len(part) < 12 or part not in ended.out + ended.err


def test_an_accepted_token(ztc: Ztc, here: Path) -> None:
    """What it is, what it may test, and what it opens, with the reasons."""
    ended = inspected(ztc, here, token(claims(), kid="main"))

    assert ended.code == exits.CLEAN, ended.err
    assert ended.out.startswith("accepted\n")
    assert "allow (200): GET /orders" in ended.out
    assert "deny (403): DELETE /orders" in ended.out
    assert "request.auth.claims[level]: expected high; found a string that says" in ended.out
    assert "shop/stock" not in ended.out
    assert all(len(line) <= 80 for line in ended.out.splitlines())


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("confidential", "a string that says something else"),
        (73215, "a number, which never matches"),
        (["confidential", "high-ish"], "a list of 2 strings that says something else"),
    ],
)
def test_what_a_claim_says_is_not_shown(value: object, kind: str, output: str, ztc: Ztc, here: Path) -> None:
    """Where a rule misses it, its kind is told, and no more."""
    ended = inspected(ztc, here, token(claims(level=value), kid="main"), "-o", output)

    assert kind in " ".join(ended.out.split())
    assert "confidential" not in ended.out + ended.err
    assert "73215" not in ended.out + ended.err


FAULTS = {
    "ZT755": lambda: raw('{"alg":"ES256","kid":"main"}', '{"iss":"x","iss":"y"}'),
    "ZT756": lambda: raw('{"alg":"none"}', json.dumps(claims())),
    "ZT757": lambda: token(claims(), kid="another"),
    "ZT758": lambda: token(claims(), name="stranger", kid="main"),
    "ZT759": lambda: token(claims(iss=ISSUER + "/realm"), kid="main"),
    "ZT760": lambda: token(claims(aud=["elsewhere"]), kid="main"),
    "ZT761": lambda: token(claims(exp=NOW - 61), kid="main"),
    "ZT762": lambda: token(claims(nbf=NOW + 61), kid="main"),
    "ZT764": lambda: token({**claims(), "exp": 0}, kid="main"),
    "ZT765": lambda: token(claims(level=3), kid="main"),
    "ZT766": lambda: token(claims(sub="a/b"), kid="main"),
    "ZT769": lambda: token(claims(text="x" * 70_000), kid="main"),
}


@pytest.mark.parametrize("code", FAULTS)
def test_each_fault_is_its_own_finding(code: str, ztc: Ztc, here: Path) -> None:
    """One code for each, and the exit code says whether a proxy refuses the token."""
    ended = inspected(ztc, here, FAULTS[code](), "--debug")

    assert CODE.findall(ended.err) == [code], ended.err
    assert ended.code == (exits.FINDINGS if f"error[{code}]" in ended.err else exits.CLEAN)


@pytest.mark.parametrize("offset", [60, -60])
def test_a_minute_is_forgiven(offset: int, ztc: Ztc, here: Path) -> None:
    """At both ends, as Envoy does."""
    times = {"nbf": NOW + offset} if offset > 0 else {"exp": NOW + offset}

    assert inspected(ztc, here, token(claims(**times), kid="main")).code == exits.CLEAN


def test_a_missing_slash_is_said(ztc: Ztc, here: Path) -> None:
    """The classic mistake in so many words."""
    ended = inspected(ztc, here, token(claims(iss=ISSUER + "/"), kid="main"))

    assert "the token's has a slash at the end that is not declared" in ended.err
    assert "401 for every request: Jwt issuer is not configured" in ended.out


def test_all_faults_are_told_at_once(ztc: Ztc, here: Path) -> None:
    """Envoy stops at the first; a person wants to know the others too."""
    text = token(claims(iss="joe", exp=1, aud="x"), name="stranger", kid="main")

    ended = inspected(ztc, here, text)

    assert sorted(CODE.findall(ended.err)) == ["ZT758", "ZT759", "ZT760", "ZT761"]


def test_keys_that_lack_leave_it_open(ztc: Ztc, here: Path) -> None:
    """Without the issuer's keys the answer is that it is not known, and how to get them."""
    policy = (here / "policies.py").read_text(encoding="utf-8")
    (here / "policies.py").write_text(policy.replace('jwks_file="keys.json"', 'jwks_uri="https://a.example.com/k"'))
    text = token(claims(), kid="main")

    without = inspected(ztc, here, text)
    given = inspected(ztc, here, text, "--keys", "keys.json")

    assert (without.code, CODE.findall(without.err)) == (exits.UNDECIDED, ["ZT763"])
    assert "401, unless a key of the issuer signed the token" in without.out
    assert (given.code, given.err) == (exits.CLEAN, "")


def test_without_a_policy(ztc: Ztc, here: Path) -> None:
    """A key set alone judges form, times and signature; `--issuer` says whose it should be."""
    text = token(claims(), kid="main")
    words = ("inspect", "token", "-", "--keys", "keys.json", "--now", WHEN)

    good = ztc(*words, cwd=here, stdin=f"Bearer {text}\n")
    other = ztc(*words, "--issuer", "https://other.example.com", cwd=here, stdin=text)

    assert_hidden(good, text)
    assert_hidden(other, text)
    assert good.code == exits.CLEAN, good.err
    assert (other.code, CODE.findall(other.err)) == (exits.FINDINGS, ["ZT759"])


def test_the_answer_as_json(ztc: Ztc, here: Path) -> None:
    """The same facts, and only those."""
    ended = inspected(ztc, here, token(claims(exp=NOW - 100), kid="main"), "-o", "json")

    plain = json.loads(ended.out)
    assert (plain["verdict"], plain["status"], plain["reason"]) == ("refused", 401, "Jwt is expired")
    assert plain["signature"] == {
        "verified": True,
        "tried": [{"kid": "main", "alg": "ES256", "kty": "EC"}],
        "by": "main",
    }
    assert plain["principal"] == f"{ISSUER}/alice"
    assert plain["workloads"][0]["refused"] == {"status": 401, "reason": "Jwt is expired"}
    assert [each["code"] for each in plain["findings"]] == ["ZT761"]


@pytest.mark.parametrize(
    "words",
    [
        ("inspect", "token", "{}"),
        ("inspect", "token", "Bearer {}"),
        ("inspect", "token", "a", "b", "{}"),
        ("inspect", "token", "--token", "{}"),
        ("inspect", "token", "a", "--now={}"),
        ("inspect", "request", "https://x.example.com/?access_token={}"),
        ("inspect", "{}"),
        ("{}",),
    ],
)
def test_a_token_on_the_command_line_is_refused(words: tuple[str, ...], ztc: Ztc, here: Path) -> None:
    """With the reason, and without showing it."""
    text = token(claims(), kid="main")

    ended = ztc(*(word.replace("{}", text) for word in words), cwd=here)

    assert ended.code == exits.USAGE
    assert "process lists and the shell's history show it" in ended.err
    assert_hidden(ended, text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("not a token", "it has 1 part between dots"),
        ("a.b.c.d", "it has 4 parts between dots"),
        ("eyJhbGciOiJFUzI1NiJ9.e30", "it has 2 parts between dots"),
        ("\xe9.\xff.x", "the header is not base64url"),
        ("eyJhbGciOiJFUzI1NiJ9.////.AA", "the payload is not base64url"),
        ("x" * 5_000_000, "is larger than"),
    ],
)
def test_what_is_no_token_has_one_clear_answer(text: str, words: str, ztc: Ztc, here: Path) -> None:
    """Empty files, other texts, and files that are too large."""
    ended = inspected(ztc, here, text, "--debug")

    assert words in " ".join(ended.err.split())
    assert "Traceback" not in ended.err
    assert ended.code in {exits.USAGE, exits.FINDINGS}


def test_mistakes_in_the_flags(ztc: Ztc, here: Path) -> None:
    """A time that is none, an issuer that nobody declared, keys that are none, stdin twice."""
    (here / "token.jwt").write_text(token(claims(), kid="main"), encoding="utf-8")
    (here / "broken.json").write_text("{}", encoding="utf-8")
    start = ("inspect", "token", "token.jwt", "policies.py")
    for words, said in {
        ("--now", "yesterday"): "`--now` takes an instant",
        ("--now", "0001-01-01T00:00:00+14:00"): "`--now` takes an instant",
        ("--issuer", "joe"): "`--issuer joe` is none that is declared",
        ("--keys", "broken.json"): "`broken.json` is no JWK set: it has no list `keys`",
        ("--keys", "absent.json"): "`absent.json` cannot be used",
        ("-f", "manifests"): "is a policy and -f names manifests",
    }.items():
        ended = ztc(*start, *words, cwd=here)
        assert ended.code == exits.USAGE
        assert said in ended.err


def request(ztc: Ztc, here: Path, text: str, *words: str, hidden: str) -> Ended:
    """The command's answer to a request in a file, after it was looked through for the token."""
    (here / "request.txt").write_text(text, encoding="latin-1")
    start = ("inspect", "request", "request.txt", "policies.py", "--now", WHEN, "--to", "orders")
    ended = ztc(*start, *words, cwd=here)
    assert_hidden(ended, hidden)
    return ended


def test_a_request_with_a_token(ztc: Ztc, here: Path) -> None:
    """Which places are searched, what is taken, what the application sees, and the verdict."""
    text = token(claims(), kid="main")
    lines = f"GET /orders HTTP/1.1\nHost: orders\nX-Level: high\nAuthorization: Bearer {text}\n\n"

    ended = request(ztc, here, lines, "--from", "stock", hidden=text)

    assert ended.code == exits.CLEAN, ended.err
    assert "taken: header `authorization`" in ended.out
    assert "does not see header `authorization`" in ended.out
    assert "sees header `x-level`, written of the token" in ended.out
    assert "allow (200): GET /orders" in ended.out
    assert all(len(line) <= 80 for line in ended.out.splitlines())


def test_a_request_whose_caller_is_not_named(ztc: Ztc, here: Path) -> None:
    """It is one without identity; where that refuses it, the flag that names a caller is told."""
    text = token(claims(), kid="main")
    lines = f"GET /orders HTTP/1.1\nHost: orders\nAuthorization: Bearer {text}\n\n"

    hint = "it was asked without a caller: name one with --from"
    assert hint in request(ztc, here, lines, hidden=text).out
    assert hint not in request(ztc, here, lines, "--from", "stock", hidden=text).out


def test_what_curl_prints_with_a_token_in_two_places(ztc: Ztc, here: Path) -> None:
    """Both are verified, the header counts, and the finding says that this is not defined."""
    text = token(claims(), kid="main")
    sent = f"> GET /orders?access_token={text} HTTP/2\n> Host: a\n> Authorization: Bearer {text}\n> \n"
    lines = f"* Trying\n{sent}< HTTP/2 200\n"

    ended = request(ztc, here, lines, "--from", "stock", hidden=text)

    assert CODE.findall(ended.err) == ["ZT767"]
    assert "taken: header `authorization`" in ended.out


def test_a_token_that_is_refused_before_another_is_read(ztc: Ztc, here: Path) -> None:
    """The parameter's is judged first and ends the request; the header's was found, and is no stray."""
    over = token(claims(exp=1), kid="main")
    sent = f"GET /orders?access_token={over} HTTP/1.1\nHost: a\nAuthorization: Bearer {over}\n"

    ended = request(ztc, here, sent, hidden=over)

    assert CODE.findall(ended.err) == ["ZT761", "ZT767"]
    assert "header `authorization`: not judged" in ended.out


def test_a_token_where_nobody_looks(ztc: Ztc, here: Path) -> None:
    """In small letters `bearer` is no `Bearer `: the request goes on as one without a token, and is denied."""
    text = token(claims(), kid="main")

    ended = request(ztc, here, f"GET /orders HTTP/1.1\nHost: a\nAuthorization: bearer {text}\n", hidden=text)
    named = request(ztc, here, f"GET /orders HTTP/1.1\nAuthorization: bearer {text}\n", "--from", "stock", hidden=text)

    assert CODE.findall(ended.err) == CODE.findall(named.err) == ["ZT768"]
    assert "deny (403)" in named.out


def test_a_refused_token_ends_a_request(ztc: Ztc, here: Path) -> None:
    """With 401, or 403 for another audience, before any policy."""
    over = token(claims(exp=1), kid="main")
    wrong = token(claims(aud="x"), kid="main")

    first = request(ztc, here, f"GET /orders HTTP/1.1\nAuthorization: Bearer {over}\n", hidden=over)
    second = request(ztc, here, f"GET /orders HTTP/1.1\nAuthorization: Bearer {wrong}\n", "-o", "json", hidden=wrong)

    assert first.code == exits.FINDINGS
    assert first.out.startswith("401: Jwt is expired")
    plain = json.loads(second.out)
    assert (plain["status"], plain["reason"], plain["decision"]) == (403, "Audiences in Jwt are not allowed", None)


def test_a_request_that_is_too_large(ztc: Ztc, here: Path) -> None:
    """Envoy refuses the head before it looks at a token."""
    text = token(claims(text="x" * 70_000), kid="main")

    ended = request(ztc, here, f"GET /orders HTTP/1.1\nAuthorization: Bearer {text}\n", hidden=text)

    assert CODE.findall(ended.err) == ["ZT769"]
    assert ended.out.startswith("431")


def test_what_is_no_request(ztc: Ztc, here: Path) -> None:
    """The line is named, and not shown."""
    text = token(claims(), kid="main")

    ended = request(ztc, here, f"GET /orders HTTP/1.1\nAuthorization Bearer {text}\n", "--debug", hidden=text)

    assert ended.code == exits.USAGE
    assert "line 2 is no header" in ended.err


def test_the_workload_must_be_named_where_there_are_several(ztc: Ztc, here: Path) -> None:
    """The candidates are listed."""
    (here / "request.txt").write_text("GET / HTTP/1.1\nHost: a\n", encoding="utf-8")

    ended = ztc("inspect", "request", "request.txt", "policies.py", cwd=here)

    assert ended.code == exits.USAGE
    assert "`shop/orders:8080`, `shop/stock:8080`" in ended.err


def test_manifests_of_others(ztc: Ztc, here: Path) -> None:
    """With -f and an inventory the same is said of manifests, and the keys stand in them."""
    built = ztc("build", "policies.py", "--out-file", "manifests.yaml", cwd=here)
    assert built.code == exits.CLEAN, built.err
    ports = "[{container: 8080, protocol: http}]"
    inventory = f"workloads: [{{namespace: shop, name: orders, labels: {{app: orders}}, ports: {ports}}}]"
    (here / "workloads.yaml").write_text(inventory, encoding="utf-8")
    text = token(claims(), kid="main")
    (here / "token.jwt").write_text(text, encoding="utf-8")

    words = ("-f", "manifests.yaml", "--workloads", "workloads.yaml", "--now", WHEN)
    ended = ztc("inspect", "token", "token.jwt", *words, cwd=here)

    assert_hidden(ended, text)
    assert ended.code == exits.CLEAN, ended.err
    assert "manifests.yaml:" in ended.out
    assert "allow (200): GET /orders" in ended.out
