"""Every known trap of Istio's objects is found by a code, or is on the page with the reason why it is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ztdsl.diagnostics.catalogue import CATALOGUE

ROOT = Path(__file__).parents[3]
PAIRS = ROOT / "tests" / "checks"
PAGE = ROOT / "docs" / "how-to" / "check-yaml.md"
NUMBERS = [f"T-{number:02}" for number in range(1, 76)]
TRAPS: dict[str, tuple[str, ...]] = {
    # tokens and identities that nobody requires or everybody escapes
    "T-01": ("ZT320",),
    "T-02": ("ZT321",),
    "T-03": ("ZT322",),
    "T-04": ("ZT306", "ZT323"),
    "T-05": ("ZT306", "ZT317"),
    "T-06": ("a DENY that keeps out health probes",),
    "T-07": ("ZT306",),
    # actions and rules
    "T-08": ("ZT324",),
    "T-09": ("a metrics or health port",),
    "T-10": ("ZT325", "an ALLOW rule that names what may be called"),
    "T-11": ("ZT326",),
    "T-12": ("ZT327",),
    "T-13": ("two sources",),
    "T-14": ("ZT328", "ZT041"),
    "T-15": ("ZT329",),
    "T-16": ("ZT329",),
    # ambient meshes and target references
    "T-17": ("ZT351", "ZT359"),
    "T-18": ("ZT352",),
    "T-19": ("a selector that is meant for a waypoint",),
    "T-20": ("ZT353",),
    "T-21": ("ZT330",),
    "T-22": ("ZT330",),
    "T-23": ("ZT330", "a reference to a Service of another namespace"),
    # selectors, modes and ports
    "T-24": ("ZT331",),
    "T-25": ("ZT354",),
    "T-26": ("ZT332",),
    "T-27": ("ZT333",),
    "T-28": ("ZT334",),
    "T-29": ("ZT306",),
    "T-30": ("ZT334",),
    # identities
    "T-31": ("ZT335",),
    "T-32": ("ZT336",),
    "T-33": ("ZT356",),
    "T-34": ("ZT337",),
    "T-35": ("ZT355",),
    # hosts, paths and methods
    "T-36": ("ZT313",),
    "T-37": ("ZT301", "in an ALLOW rule, `/admin`", "a prefix such as"),
    "T-38": ("ZT302",),
    "T-39": ("ZT307",),
    "T-40": ("ZT308",),
    "T-41": ("ZT309",),
    "T-42": ("ZT310",),
    "T-43": ("ZT338", "a gRPC call"),
    # tokens
    "T-44": ("ZT339",),
    "T-45": ('`requestPrincipals: ["*"]`',),
    "T-46": ("a claim that is a number",),
    "T-47": ("ZT314",),
    "T-48": ("a claim that is a number",),
    "T-49": ("ZT340",),
    "T-50": ("ZT341",),
    "T-51": ("ZT345",),
    "T-52": ("ZT342", "ZT358", "a key server"),
    "T-53": ("ZT343", "tokens that are read from another place"),
    "T-54": ("tokens that are read from another place",),
    "T-55": ("ZT357", "several rules for one issuer"),
    "T-56": ("ZT024",),
    "T-57": ("a CORS preflight",),
    # addresses, authorizers, headers
    "T-58": ("an address that is a load balancer's",),
    "T-59": ("an address that is a load balancer's",),
    "T-60": ("ZT350", "an unknown external authorizer"),
    "T-61": ("an unknown external authorizer",),
    "T-62": ("ZT346", "ZT040", "a dry run that ztunnel does not try"),
    "T-63": ("a header that any client may write",),
    "T-64": ("header values in one line",),
    # what serves a port, and the rest
    "T-65": ("ZT328", "ZT329"),
    "T-66": ("a greeting",),
    "T-67": ("gateways that pass TLS through",),
    "T-68": ("ZT347",),
    "T-69": ("ZT024",),
    "T-70": ("ZT041",),
    "T-71": ("a rule that another one covers",),
    "T-72": ("ZT349",),
    "T-73": ("a port that several Services",),
    "T-74": ("rules whose numbers in logs change",),
    "T-75": ("ZT348", "ZT315"),
}


def _rows() -> list[str]:
    """What the page says is not found."""
    table = PAGE.read_text(encoding="utf-8").partition("## What is not found")[2]
    return [row for row in re.findall(r"^\| (.+?) \| .+ \|$", table, re.MULTILINE) if row != "mistake"]


def test_every_trap_is_accounted_for() -> None:
    """None is left out, and none is made up."""
    assert list(TRAPS) == NUMBERS


@pytest.mark.parametrize("trap", NUMBERS)
def test_a_trap_is_found_or_the_page_says_why_not(trap: str) -> None:
    """A code has its row and its executed manifests; anything else is the beginning of exactly one row of the page."""
    for answer in TRAPS[trap]:
        if answer.startswith("ZT"):
            assert answer in CATALOGUE
            assert (PAIRS / answer / "bad.yaml").exists() or (PAIRS / answer / "bad" / "manifests.yaml").exists()
        else:
            assert sum(row.startswith(answer) for row in _rows()) == 1, answer


def test_every_row_of_the_page_is_about_a_trap() -> None:
    """What is found by now leaves the page."""
    reasons = [answer for answers in TRAPS.values() for answer in answers if not answer.startswith("ZT")]

    assert [row for row in _rows() if not any(row.startswith(reason) for reason in reasons)] == []
