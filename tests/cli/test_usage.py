"""Mistakes on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Ztc

MISTAKES = {
    "unknown command": (["biuld"], "ztc has no command `biuld`", "did you mean `build`?"),
    "strange command": (["xyzzy"], "ztc has no command `xyzzy`", "`ztc --help` lists the commands"),
    "unknown command of a group": (
        ["inspect", "cret"],
        "`ztc inspect` has no command `cret`",
        "did you mean `cert`?",
    ),
    "strange command of a group": (
        ["inspect", "xyzzy"],
        "`ztc inspect` has no command `xyzzy`",
        "`ztc inspect --help` lists the commands",
    ),
    "command without its group": (["cert"], "ztc has no command `cert`", "did you mean `inspect cert`?"),
    "near miss of a group": (["inpsect", "cert"], "ztc has no command `inpsect`", "did you mean `inspect`?"),
    "flag before the command of a group": (
        ["inspect", "--ca", "a", "cert"],
        "`--ca` stands before the command",
        "write the command first, then its flags",
    ),
    "unknown flag in a group": (
        ["inspect", "cert", "a.pem", "--cas", "b"],
        "`ztc inspect cert` has no flag `--cas`",
        "did you mean `--ca`?",
    ),
    "nothing to inspect": (
        ["inspect", "cert"],
        "SOURCE is missing: a file of certificates, - for stdin, or the HOST:PORT of a TLS server",
        "for example `ztc inspect cert cert-chain.pem --ca root-cert.pem`",
    ),
    "unknown flag": (["build", "p.py", "--mseh", "a"], "`ztc build` has no flag `--mseh`", "did you mean `--mesh`?"),
    "strange flag": (["check", "p.py", "-Z"], "`ztc check` has no flag `-Z`", "`ztc check --help` lists the flags"),
    "flag before command": (
        ["--mesh", "a", "build"],
        "`--mesh` stands before the command",
        "write the command first, then its flags",
    ),
    "manifests for a policy": (
        ["build", "-f", "p.py"],
        "`-f` is for manifests, which `ztc build` does not read",
        "a policy file is given without a flag: `ztc build policies.py`",
    ),
    "no policy": (
        ["check"],
        "neither a policy nor manifests are named",
        "name a policy file, or manifests with -f",
    ),
    "surplus": (["build", "a.py", "b.py"], "unexpected argument `b.py`", "`ztc build --help` lists what it takes"),
    "no value": (["build", "p.py", "--mesh"], "`--mesh` needs a value", "`ztc build --help` lists the flags"),
    "needless value": (
        ["build", "p.py", "--strict=yes"],
        "`--strict` takes no value",
        "`ztc build --help` lists the flags",
    ),
    "unknown format": (
        ["build", "p.py", "-o", "jsn"],
        "`--output` takes yaml, json; not `jsn`",
        "did you mean `json`?",
    ),
    "contradiction": (
        ["check", "p.py", "--strict", "--fail-on", "never"],
        "--strict means --fail-on warning; --fail-on never is given too",
        "leave one out",
    ),
    "two outputs": (
        ["build", "p.py", "--out-dir", "d", "--out-file", "f"],
        "--out-dir writes YAML files and nothing else",
        "leave out --out-file and -o",
    ),
    "file without workload": (
        ["explain", "p.py"],
        "`p.py` is no code, and no workload is named",
        "for example `ztc explain p.py shop/orders`",
    ),
    "unknown code": (
        ["explain", "undeclared-prot"],
        "ztc has no code `undeclared-prot`",
        "did you mean `undeclared-port`?",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_clear_message(mistake: str, ztc: Ztc) -> None:
    """The message says what is wrong and what to do, on stderr, with exit code 2."""
    words, message, advice = MISTAKES[mistake]
    ended = ztc(*words)
    assert ended.err == f"error: {message}\n  = help: {advice}\n"
    assert (ended.code, ended.out) == (2, "")


def test_a_date_that_is_none_is_refused(ztc: Ztc) -> None:
    """`--today` takes an ISO date."""
    ended = ztc("build", "p.py", "--today", "tomorrow")
    assert (ended.code, ended.err) == (2, "error: `--today` takes a date such as 2027-03-31; not `tomorrow`\n")


def test_flags_of_every_command_may_stand_before_it(ztc: Ztc) -> None:
    """As with kubectl, `ztc -q --color never version` is `ztc version -q --color never`."""
    assert ztc("-q", "--color", "never", "--debug", "version") == ztc("version")
    assert ztc("--color=never", "version") == ztc("version")


@pytest.mark.parametrize(
    "words",
    [
        ["simulate", "p.py", "TOKEN"],
        ["why", "p.py", "--log", "TOKEN"],
        ["build", "TOKEN"],
        ["check", "p.py", "--today=TOKEN"],
        ["keys", "diff", "TOKEN", "b.json"],
        ["TOKEN"],
        ["--debug", "simulate", "Bearer TOKEN"],
    ],
)
def test_a_token_among_the_words_is_refused_and_not_shown(words: list[str], ztc: Ztc) -> None:
    """Whatever the command: the message says where a token belongs."""
    word = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
    ended = ztc(*(each.replace("TOKEN", word) for each in words))

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error: a token stands on the command line")
    assert word not in ended.err
