"""Each rule of each gate: an object that breaks it, the place, and a neighbour that does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ztdsl.istio.admission import Refusal, schema, webhook

Case = tuple[str, str, str, str, object, object]

GATES = {"schema": schema, "webhook": webhook}
SERVICE = {"kind": "Service", "name": "s"}
ACCOUNTS = "/spec/rules/0/from/0/source/serviceAccounts"
CLAIMS = "spaceDelimitedClaims"


def accounts(*names: str) -> dict[str, Any]:
    """An AuthorizationPolicy of one source with these service accounts."""
    return {"rules": [{"from": [{"source": {"serviceAccounts": list(names)}}]}]}


def selected(value: str) -> dict[str, Any]:
    """A spec for the workloads with this label."""
    return {"selector": {"matchLabels": {"a": value}}}


def sources(number: int) -> dict[str, Any]:
    """A policy of one rule with so many sources."""
    return {"rules": [{"from": [{"source": {"namespaces": ["a"]}}] * number}]}


def claims(number: int) -> dict[str, Any]:
    """A RequestAuthentication with so many claims that are lists."""
    return {"jwtRules": [{"issuer": "i", CLAIMS: ["a"] * number}]}


def condition(number: int) -> dict[str, Any]:
    """A policy of one condition on so many service accounts."""
    return {"rules": [{"when": [{"key": "source.serviceAccount", "notValues": ["a"] * number}]}]}


def labels(number: int) -> dict[str, Any]:
    """A spec for the workloads with so many labels."""
    return {"selector": {"matchLabels": {f"a{index}": "b" for index in range(number)}}}


AP, PA, RA = "AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"
LIMITS: list[Case] = [
    ("schema", "V-SEL-4", "/spec/selector/matchLabels/a", RA, selected("b" * 64), selected("ü" * 63)),
    ("schema", "V-SEL-4", "/spec/selector/matchLabels", PA, labels(4097), labels(4096)),
    ("schema", "V-TGT-5", "/spec/targetRefs", AP, {"targetRefs": [SERVICE] * 17}, {"targetRefs": [SERVICE] * 16}),
    ("schema", "V-AP-14", ACCOUNTS, AP, accounts(*["a"] * 17), accounts(*["a"] * 16)),
    ("webhook", "V-AP-14", ACCOUNTS, AP, accounts(*["a"] * 17), accounts(*["a"] * 16)),
    ("schema", "V-AP-14", f"{ACCOUNTS}/0", AP, accounts("a" * 321), accounts("ü" * 320)),
    ("webhook", "V-AP-14", f"{ACCOUNTS}/0", AP, accounts("ü" * 161), accounts("ü" * 160)),
    ("webhook", "V-AP-19", "/spec/rules/0/when/0/notValues", AP, condition(17), condition(16)),
    ("schema", "V-AP-21", "/spec/rules", AP, {"rules": [{}] * 513}, {"rules": [{}] * 512}),
    ("schema", "V-AP-21", "/spec/rules/0/from", AP, sources(513), sources(512)),
    ("schema", "V-RA-10", f"/spec/jwtRules/0/{CLAIMS}", RA, claims(65), claims(64)),
    ("schema", "V-RA-10", "/spec/jwtRules", RA, {"jwtRules": [{}] * 4097}, {"jwtRules": [{}] * 4096}),
]
CASES: list[Case] = [
    *(
        (case["gate"], case["rule"], case["at"], case["kind"], case["bad"], case["good"])
        for case in yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))
    ),
    *LIMITS,
]


def said(gate: str, kind: str, spec: object) -> list[Refusal]:
    """What a gate says of an object."""
    plain = {"apiVersion": "security.istio.io/v1", "kind": kind, "metadata": {"name": "a", "namespace": "b"}}
    return GATES[gate]({**plain, "spec": spec})


@pytest.mark.parametrize(("gate", "broken", "at", "kind", "bad", "good"), CASES)
def test_a_gate_finds_what_breaks_a_rule_and_nothing_in_its_neighbour(
    gate: str, broken: str, at: str, kind: str, bad: object, good: object
) -> None:
    """The rule and the place are reported once for the bad object, the rule not at all for the good one."""
    found = [refusal for refusal in said(gate, kind, bad) if refusal.rule == broken]
    assert [(refusal.pointer, refusal.gate) for refusal in found] == [(at, gate)]
    assert found[0].severity == ("warning" if broken in {"V-SEL-3", "V-AP-20", "V-RA-5"} else "error")
    assert broken not in {refusal.rule for refusal in said(gate, kind, good)}


def test_each_rule_of_the_gates_has_a_case() -> None:
    """No rule about a spec is without one."""
    groups = {"SEL": 4, "TGT": 5, "AP": 21, "RA": 10, "PA": 4}
    rules = {f"V-{group}-{number}" for group, most in groups.items() for number in range(1, most + 1)}
    assert rules <= {case[1] for case in CASES}


def test_messages_are_one_phrase() -> None:
    """A message begins in lower case, or with an action, and has no full stop."""
    for gate, _, _, kind, bad, _ in CASES:
        for refusal in said(gate, kind, bad):
            first = refusal.message.split()[0]
            assert first.isupper() or not first[0].isupper(), refusal
            assert not refusal.message.endswith("."), refusal
