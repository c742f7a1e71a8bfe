"""`ztc inspect jwks`, `ztc keys diff` and `ztc keys vendor`, beside real HTTPS servers."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from joserfc.jwk import ECKey

from tests.unit.keys.key_server import Authority, authority, reply, served

PUBLISHED = "2027-03-31T12:00:00Z"
POLICY = """
from ztdsl import AnyRequest, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

print("loaded")
shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
login = Issuer("https://login.example.com", audiences=["orders-api"], KEYS)
policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(EndUser(login), to=orders.at(api), http=AnyRequest(), because="customers see their orders")],
)
"""


class Ended(Protocol):
    """How a process ended."""

    code: int
    out: str
    err: str


Ztc = Callable[..., Ended]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority whose certificate is for localhost."""
    return authority(tmp_path_factory.mktemp("authority"))


def _key(kid: str, *, private: bool = False) -> dict[str, Any]:
    return {**ECKey.generate_key("P-256").as_dict(private=private), "kid": kid}


A, B, C = _key("a"), _key("b"), _key("c", private=True)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with sets of keys and a policy whose issuer has a `jwks_uri`."""
    for name, keys in {"a": [A], "ab": [A, B], "b": [B], "c": [C]}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"keys": keys}))
    (tmp_path / "policies.py").write_text(POLICY.replace("KEYS", 'jwks_uri="https://login.example.com/jwks.json"'))
    return tmp_path


def _trust(held: Authority) -> list[str]:
    return ["--ca-file", str(held.ca), "--allow-private-addresses"]


def _codes(ended: Ended) -> list[str]:
    return [finding["code"] for finding in json.loads(ended.out)["findings"]]


def test_a_file_is_inspected(ztc: Ztc, place: Path) -> None:
    """As text and as JSON; nothing of a key is shown but its thumbprint."""
    text = ztc("inspect", "jwks", "ab.json", cwd=place)
    data = ztc("inspect", "jwks", "ab.json", "-o", "json", cwd=place)

    assert (text.code, data.code, text.err) == (0, 0, "")
    assert "usable    2 of 2" in text.out
    assert [key["kid"] for key in json.loads(data.out)["keys"]] == ["a", "b"]
    assert A["x"] not in text.out + data.out


def test_stdin_is_inspected(ztc: Ztc, place: Path) -> None:
    """As `-`."""
    assert ztc("inspect", "jwks", "-", cwd=place, stdin=(place / "a.json").read_text()).code == 0


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_private_key_is_an_error_and_is_never_shown(ztc: Ztc, place: Path, form: str) -> None:
    """In red where there are colours."""
    ended = ztc("inspect", "jwks", "c.json", "-o", form, "--color", "always", cwd=place)

    assert ended.code == 1
    assert C["d"] not in ended.out + ended.err
    assert ("\033[1;31m  SECRET" in ended.out) is (form == "text")


def test_a_file_that_is_no_set(ztc: Ztc, place: Path) -> None:
    """PEM is the usual mistake."""
    (place / "key.pem").write_text("-----BEGIN PUBLIC KEY-----\nMFkw\n")
    ended = ztc("inspect", "jwks", "key.pem", cwd=place)

    assert ended.code == 1
    assert "ZT772" in ended.err


def test_a_missing_file_is_a_usage_error(ztc: Ztc, place: Path) -> None:
    """As everywhere."""
    assert ztc("inspect", "jwks", "none.json", cwd=place).code == 2


def test_a_server_is_inspected(ztc: Ztc, place: Path, held: Authority) -> None:
    """With how it answers; caches that keep the set for long are found (ZT779)."""
    body = (place / "a.json").read_bytes()
    with served(reply(body, "Cache-Control: max-age=86400"), held) as port:
        url = f"https://localhost:{port}/jwks"
        ended = ztc("inspect", "jwks", url, "-o", "json", *_trust(held), cwd=place)
        patient = ztc("inspect", "jwks", url, "--refresh-interval", "1d", "-o", "json", *_trust(held), cwd=place)

    assert (ended.code, _codes(ended), _codes(patient)) == (0, ["ZT779"], [])
    assert json.loads(ended.out)["fetched"]["max_age"] == 86400


def test_a_server_that_is_not_to_be_trusted_is_unreachable(ztc: Ztc, place: Path, held: Authority) -> None:
    """Without its authority, and without leave for its address (ZT780)."""
    with served(reply((place / "a.json").read_bytes()), held) as port:
        url = f"https://localhost:{port}/jwks"
        stranger = ztc("inspect", "jwks", url, "--allow-private-addresses", "-o", "json", cwd=place)
        private = ztc("inspect", "jwks", url, "--ca-file", str(held.ca), "-o", "json", cwd=place)

    assert (stranger.code, _codes(stranger)) == (3, ["ZT780"])
    assert (private.code, _codes(private)) == (3, ["ZT780"])


def test_a_page_instead_of_keys(ztc: Ztc, place: Path, held: Authority) -> None:
    """A portal that asks to log in answers with status 200."""
    with served(reply(b"<html>log in</html>"), held) as port:
        ended = ztc("inspect", "jwks", f"https://localhost:{port}/", "-o", "json", *_trust(held), cwd=place)

    assert (ended.code, _codes(ended)) == (1, ["ZT772"])


def test_http_is_told(ztc: Ztc, place: Path, held: Authority) -> None:
    """It is fetched, since it is asked for."""
    with served(reply((place / "a.json").read_bytes()), None) as port:
        ended = ztc("inspect", "jwks", f"http://localhost:{port}/", "-o", "json", *_trust(held), cwd=place)

    assert (ended.code, _codes(ended)) == (0, ["ZT778"])


def test_an_issuer_is_not_asked_unless_that_is_wanted(ztc: Ztc, place: Path) -> None:
    """The answer is then undecided, and what the policy prints is not in it."""
    ended = ztc("inspect", "jwks", "policies.py", "--issuer", "login", cwd=place)

    assert ended.code == 4
    assert "--fetch asks for them" in ended.out
    assert "loaded" not in ended.out


@pytest.mark.parametrize("name", ["login", "https://login.example.com"])
def test_an_inline_set_is_inspected(ztc: Ztc, place: Path, name: str) -> None:
    """By the issuer's name or its variable."""
    (place / "policies.py").write_text(POLICY.replace("KEYS", 'jwks_file="ab.json"'))
    ended = ztc("inspect", "jwks", "policies.py", "--issuer", name, cwd=place)

    assert (ended.code, ended.out.splitlines()[0]) == (0, "keys of https://login.example.com")


def test_an_issuer_s_server_is_asked(ztc: Ztc, place: Path, held: Authority) -> None:
    """With --fetch; nothing else changes."""
    with served(reply((place / "ab.json").read_bytes()), held) as port:
        policy = POLICY.replace("KEYS", f'jwks_uri="https://localhost:{port}/jwks"')
        (place / "policies.py").write_text(policy)
        ended = ztc("inspect", "jwks", "policies.py", "--issuer", "login", "--fetch", *_trust(held), cwd=place)

    assert ended.code == 0
    assert "usable    2 of 2" in ended.out


def test_an_issuer_s_discovery_document_is_asked(ztc: Ztc, place: Path, held: Authority) -> None:
    """Where the policy names no keys yet: it leads to them, and they can be vendored from there."""

    def answer(connection: socket.socket, path: str) -> None:
        document = json.dumps({"issuer": at, "jwks_uri": f"{at}/jwks"}).encode()
        reply(document if path.endswith("/openid-configuration") else keys)(connection, path)

    keys = (place / "ab.json").read_bytes()
    with served(answer, held) as port:
        at = f"https://localhost:{port}"
        (place / "policies.py").write_text(POLICY.replace("KEYS", "").replace("https://login.example.com", at))
        seen = ztc("inspect", "jwks", "policies.py", "--issuer", "login", "--fetch", *_trust(held), cwd=place)
        made = ztc("keys", "vendor", "policies.py", "--issuer", at, *_trust(held), cwd=place)

    assert (seen.code, made.code) == (0, 0), seen.err + made.err
    assert json.loads((place / "keys" / "login.json").read_text())["vendored"]["source"] == f"{at}/jwks"


@pytest.mark.parametrize(
    "words",
    [
        ["inspect", "jwks", "https://login.example.com/", "--offline"],
        ["inspect", "jwks", "policies.py", "--issuer", "login", "--fetch", "--offline"],
        ["inspect", "jwks", "a.json", "--fetch"],
        ["inspect", "jwks", "policies.py"],
        ["inspect", "jwks", "policies.py", "--issuer", "nobody"],
        ["inspect", "jwks", "a.json", "--timeout", "soon"],
        ["inspect", "jwks", "a.json", "--timeout", "0s"],
        ["keys", "vendor", "policies.py", "--issuer", "login", "--offline"],
        ["keys", "vendor", "policies.py"],
        ["keys", "diff", "a.json"],
        ["keys", "diff", "-", "-"],
        ["keys", "diff", "a.json", "https://login.example.com/"],
        ["keys", "diff", "a.json", "b.json", "--signs-since", PUBLISHED],
        ["keys", "diff", "a.json", "b.json", "--published-at", "tomorrow"],
        ["keys", "diff", "a.json", "b.json", "--token-lifetime", "1 hour"],
    ],
    ids=" ".join,
)
def test_wrong_usage(ztc: Ztc, place: Path, words: list[str]) -> None:
    """Nothing is asked, and nothing goes to stdout."""
    ended = ztc(*words, cwd=place)

    assert (ended.code, ended.out) == (2, "")


def test_a_rotation_in_its_three_steps(ztc: Ztc, place: Path) -> None:
    """Publish both, sign with the new one when it is known, withdraw the old one when its tokens are gone."""
    first = ztc("keys", "diff", "a.json", "ab.json", "--published-at", PUBLISHED, "-o", "json", cwd=place)
    plan = json.loads(first.out)
    signs = ["--signs-with", "b", "--signs-since", plan["sign_from"]]
    begun = ztc("keys", "diff", "a.json", "ab.json", "--published-at", PUBLISHED, *signs, cwd=place)
    ended = ztc("keys", "diff", "ab.json", "b.json", "--published-at", plan["withdraw_from"], *signs, cwd=place)
    early = ztc("keys", "diff", "ab.json", "b.json", "--published-at", "2027-03-31T13:21:59Z", *signs, cwd=place)

    assert (plan["sign_from"], plan["withdraw_from"]) == ("2027-03-31T12:21:00Z", "2027-03-31T13:22:00Z")
    assert (first.code, begun.code, ended.code, early.code) == (0, 0, 0, 1)


def test_a_lifetime_that_nobody_named_is_said_to_be_assumed(ztc: Ztc, place: Path) -> None:
    """Dates that stand on it are as good as it is."""
    words = ["keys", "diff", "a.json", "ab.json"]

    assert "tokens live     1h is assumed (--token-lifetime)" in ztc(*words, cwd=place).out
    assert "tokens live     1h, and" in ztc(*words, "--token-lifetime", "1h", cwd=place).out
    assumed = [
        json.loads(ztc(*words, *more, "-o", "json", cwd=place).out)["token_lifetime_assumed"]
        for more in ([], ["--token-lifetime", "1h"])
    ]
    assert assumed == [True, False]


@pytest.mark.parametrize(
    "words",
    [
        ["--published-at", "9999-12-31T23:59:59Z"],
        ["--published-at", "0001-01-01T00:00:00+14:00"],
        ["--signs-with", "b", "--signs-since", "9999-12-31T23:59:59Z"],
        ["--token-lifetime", "999999d999999d999999d"],
    ],
)
def test_times_that_nobody_lives_to_see_are_refused(words: list[str], ztc: Ztc, place: Path) -> None:
    """Sums with them would leave the calendar."""
    ended = ztc("keys", "diff", "a.json", "ab.json", *words, cwd=place)

    assert (ended.code, ended.out) == (2, "")


@pytest.mark.parametrize("form", ["text", "json"])
def test_credentials_of_an_address_are_not_shown(form: str, ztc: Ztc, place: Path) -> None:
    """They are refused, and left out of the refusal."""
    ended = ztc("inspect", "jwks", "https://u:hunter2@login.example.com/jwks", "-o", form, cwd=place)

    assert ended.code == 3
    assert "hunter2" not in ended.out + ended.err


def test_a_replacement_is_unsafe(ztc: Ztc, place: Path) -> None:
    """The plan is said."""
    ended = ztc("keys", "diff", "a.json", "b.json", "--published-at", PUBLISHED, cwd=place)

    assert ended.code == 1
    assert ended.out.startswith("NOT SAFE")
    assert "2027-03-31T13:22:00Z" in ended.err


def test_keys_are_vendored_and_checked(ztc: Ztc, place: Path, held: Authority) -> None:
    """From the server; then the policy carries them, `ztc check` warns past the day, and a change is an error."""
    with served(reply((place / "ab.json").read_bytes()), held) as port:
        (place / "policies.py").write_text(POLICY.replace("KEYS", f'jwks_uri="https://localhost:{port}/jwks"'))
        first = ztc("keys", "vendor", "policies.py", "--issuer", "login", *_trust(held), cwd=place)
        (place / "policies.py").write_text(POLICY.replace("KEYS", 'jwks_file="keys/login.json"'))
        file = place / "keys" / "login.json"
        file.write_text(file.read_text().replace(A["x"], B["x"]))
        changed = ztc("check", "policies.py", cwd=place)
        again = ztc(
            *["keys", "vendor", "policies.py", "--issuer", "login", "--today", "2026-11-24"], *_trust(held), cwd=place
        )
    good = ztc("check", "policies.py", "--today", "2027-02-22", cwd=place)
    late = ztc("check", "policies.py", "--today", "2027-02-23", cwd=place)
    built = ztc("build", "policies.py", "-o", "json", cwd=place)

    assert (first.code, first.out, again.code) == (0, "", 0), first.err + again.err
    assert changed.code == 1
    assert "ZT783" in changed.out
    assert (good.code, "ZT784" in good.out, late.code, "ZT784" in late.out) == (0, False, 0, True)
    assert "vendored" not in built.out
    assert A["x"] in built.out


def test_only_files_of_keys_are_overwritten(ztc: Ztc, place: Path) -> None:
    """A slip in `--out-file` costs no policy; an empty file, as `mktemp` makes it, is written."""
    words = ["keys", "vendor", "policies.py", "--issuer", "login", "--from", "a.json", "--out-file"]
    before = (place / "policies.py").read_text()
    (place / "empty.json").touch()
    ended = ztc(*words, "policies.py", cwd=place)

    assert ended.code == 2
    assert "error: `policies.py` holds no keys, and is not overwritten\n" in ended.err
    assert "  = help: name another file with --out-file\n" in ended.err
    assert (place / "policies.py").read_text() == before
    assert [ztc(*words, name, cwd=place).code for name in ("empty.json", "empty.json", "b.json", "new.json")] == [0] * 4


def test_private_keys_are_not_vendored(ztc: Ztc, place: Path) -> None:
    """No file is written."""
    ended = ztc("keys", "vendor", "policies.py", "--issuer", "login", "--from", "c.json", cwd=place)

    assert ended.code == 1
    assert C["d"] not in ended.out + ended.err
    assert not (place / "keys").exists()


def test_keys_are_not_vendored_over_http(ztc: Ztc, place: Path, held: Authority) -> None:
    """Whoever answers could put in keys of his own."""
    with served(reply((place / "a.json").read_bytes()), None) as port:
        words = ["keys", "vendor", "policies.py", "--issuer", "login", "--from", f"http://localhost:{port}/"]
        ended = ztc(*words, *_trust(held), cwd=place)

    assert ended.code == 3
    assert not (place / "keys").exists()


def test_vendored_keys_go_to_stdout(ztc: Ztc, place: Path) -> None:
    """With `--out-file -`."""
    words = ["keys", "vendor", "policies.py", "--issuer", "login", "--from", "a.json", "--out-file", "-"]
    ended = ztc(*words, cwd=place)

    assert ended.code == 0
    assert json.loads(ended.out)["keys"] == [A]
