"""Evidence as an input: each `ztc inspect` with a policy, beside openssl that prints the same certificate."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import limits
import peers as competition
from measure import Command, in_turn, once
from subject import QUICKSTART
from table import Row

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from subject import Subject

INSPECT = "evidence of an identity, whole process"
_OPENSSL = "openssl x509 -text, for comparison"


def rows(subject: Subject, scratch: Path, runs: int, told: Callable[[str], None]) -> list[Row]:
    """The rows of `ztc inspect`."""
    told("writing a certificate and a token")
    place = scratch / "evidence"
    written = once(
        Command("evidence", [sys.executable, str(competition.PROGRAMS / "write_evidence.py"), str(place)], 1), scratch
    )
    if written.failure:
        return [Row(INSPECT, "the evidence", note=f"not measured: it was not written: {written.failure}")]
    policy = str(QUICKSTART)
    keys = ["--keys", str(place / "keys.json")]
    openssl = shutil.which("openssl")
    argv = None if openssl is None else [openssl, "x509", "-text", "-noout", "-in", str(place / "frontend.pem")]
    asked = {
        "cert": [str(place / "frontend.pem"), policy, "--ca", str(place / "root.pem")],
        "token": [str(place / "token"), policy, *keys],
        "request": [str(place / "request"), policy, "--to", "orders", "--from", "istio-ingressgateway", *keys],
        "jwks": [str(place / "keys.json")],
    }
    commands = [
        Command(_OPENSSL, argv, runs, absent_because="not installed: no openssl on the path"),
        *(
            Command(
                f"ztc inspect {name}", [*subject.argv, "inspect", name, *words], runs, environment=subject.environment
            )
            for name, words in asked.items()
        ),
    ]
    measured = in_turn(commands, scratch, told)
    return [
        Row(INSPECT, key, series, limits=() if key == _OPENSSL else limits.INSPECT) for key, series in measured.items()
    ]
