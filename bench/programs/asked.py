"""Rules and questions in the terms that every engine has: caller, service, method, path, role.

The rules are read from the manifests, so that every engine answers by the same ones. A path or caller may end in `*`.
Engines without Istio's notion of a token are given the role as text: that of a token for the mesh, else empty.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

AUDIENCE = "mesh"
ROLE = "request.auth.claims[role]"


class Rule(NamedTuple):
    """Who may do what at `service`; `roles` is empty where no token is asked for."""

    service: str
    callers: list[str]
    methods: list[str]
    paths: list[str]
    roles: list[str]


class Question(NamedTuple):
    """One request; `caller` is empty for a client without identity."""

    caller: str
    service: str
    method: str
    path: str
    role: str


def rules(objects: Path) -> list[Rule]:
    """Every rule of every policy."""
    return [
        Rule(
            _service(policy["metadata"]["namespace"], policy["spec"]["selector"]["matchLabels"]),
            rule["from"][0]["source"]["principals"],
            rule["to"][0]["operation"]["methods"],
            rule["to"][0]["operation"]["paths"],
            next((condition["values"] for condition in rule.get("when", ()) if condition["key"] == ROLE), []),
        )
        for policy in json.loads(objects.read_bytes())
        if policy["kind"] == "AuthorizationPolicy"
        for rule in policy["spec"].get("rules", ())
    ]


def questions(file: Path, count: int) -> Iterator[Question]:
    """The first `count` requests of a file, one JSON object a line."""
    with file.open("rb") as lines:
        for line, _ in zip(lines, range(count), strict=False):
            asked = json.loads(line)
            to, http, token = asked["to"], asked["http"], asked.get("token", {})
            role = token["role"] if AUDIENCE in token.get("aud", ()) else ""
            caller = (asked["peer"] or "").removeprefix("spiffe://")
            yield Question(caller, _service(to["namespace"], to["labels"]), http["method"], http["path"], role)


def report(seconds: float, allowed: list[bool], answers: Path) -> str:
    """What the harness reads of a run; the answers themselves go to a file, for comparison."""
    answers.write_text("".join("y" if each else "n" for each in allowed), encoding="ascii")
    return json.dumps({"seconds": seconds, "questions": len(allowed), "allowed": sum(allowed)}) + "\n"


def _service(namespace: str, labels: dict[str, Any]) -> str:
    return f"{namespace}/{labels['app']}"
