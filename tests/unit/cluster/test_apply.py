"""Dry runs through a real `kubectl proxy`: each answer of a server, sorted, and every trouble as one failure."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cluster.server import Answer, ApiServer, Asked, as_json, status
from ztdsl.cluster import ClusterFailure, Reply, Selection
from ztdsl.cluster.apply import dry_run
from ztdsl.cluster.replies import findings
from ztdsl.cluster.reply import Held

_KEY = ("AuthorizationPolicy", "shop", "orders")


def plain(name: str = "orders") -> dict[str, Any]:
    """An object as a policy declares it."""
    meta = {"name": name, "namespace": "shop"}
    return {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": meta, "spec": {}}


def reply(server: ApiServer, selection: Selection, answer: Answer) -> Reply:
    """What one object's answer means."""
    server.decide = lambda asked: answer if asked.method == "PATCH" else None
    (found,) = dry_run(selection, [(_KEY, plain())])
    return found


def code(server: ApiServer, selection: Selection, answer: Answer) -> str:
    """The code of the failure that an answer leads to."""
    with pytest.raises(ClusterFailure) as raised:
        reply(server, selection, answer)
    return raised.value.finding.code


def test_each_request_is_a_dry_run_in_order(server: ApiServer, selection: Selection) -> None:
    """The requests are patches of server-side apply with `dryRun=All`; replies stand in the order of the objects."""
    server.decide = lambda asked: as_json(plain(asked.resource), 201) if asked.method == "PATCH" else None
    counts: list[int] = []
    keys = [("AuthorizationPolicy", "shop", f"p{number}") for number in range(20)]

    found = dry_run(selection, [(key, plain(key[2])) for key in keys], manager="argocd-controller", seen=counts.append)

    assert [each.key for each in found] == keys
    assert {each.result for each in found} == {"accepted"}
    assert counts == list(range(1, 21))
    writes = [each for each in server.asked if each.method != "GET"]
    assert {each.method for each in writes} == {"PATCH"}
    assert {each.query["dryRun"] for each in writes} == {"All"}
    assert {each.query["fieldManager"] for each in writes} == {"argocd-controller"}
    assert {each.query["force"] for each in writes} == {"false"}
    assert {each.headers["content-type"] for each in writes} == {"application/apply-patch+yaml"}


@pytest.mark.parametrize(
    ("number", "message", "expected"),
    [
        (403, 'User "a" cannot patch resource "x" in API group "y"', ("refused", "rbac", "patch", "ZT716")),
        (403, "unable to create new content in namespace shop", ("refused", "admission", None, "ZT715")),
        (
            400,
            'admission webhook "a.example.com" denied the request: no',
            ("refused", "webhook", "a.example.com", "ZT715"),
        ),
        (
            400,
            'admission webhook "b.example.com" does not support dry run',
            ("unknown", "webhook", "b.example.com", "ZT718"),
        ),
        (500, 'failed calling webhook "c.example.com": refused', ("refused", "webhook", "c.example.com", "ZT715")),
        (
            403,
            "ValidatingAdmissionPolicy 'team' with binding 't' denied request: no",
            ("refused", "policy", "team", "ZT715"),
        ),
        (404, 'namespaces "shop" not found', ("unknown", "namespace", "shop", "ZT718")),
        (500, "failed to create typed patch object: .spec.a: not declared", ("refused", "schema", None, "ZT715")),
    ],
)
def test_each_refusal_has_its_gate_and_code(
    server: ApiServer, selection: Selection, number: int, message: str, expected: tuple[str, str, str | None, str]
) -> None:
    """Who refused is read from the server's Status."""
    found = reply(server, selection, status(number, message))
    (finding,) = findings([(found, lambda _: "policies.py:3")])
    assert (found.result, found.gate, found.by, finding.code) == expected
    assert message in found.said


def test_field_of_the_server_leads_to_its_line(server: ApiServer, selection: Selection) -> None:
    """A named field is looked up as a JSON pointer."""
    details = {"causes": [{"field": "spec.rules[0].to", "message": "no"}]}
    answer = {"kind": "Status", "message": "is invalid", "reason": "Invalid", "code": 422, "details": details}
    found = reply(server, selection, as_json(answer, 422))
    pointers: list[str] = []

    def declared(pointer: str) -> str:
        pointers.append(pointer)
        return "policies.py:7"

    findings([(found, declared)])
    assert (found.gate, pointers) == ("schema", ["/spec/rules/0/to"])


def test_conflict_is_asked_again_with_force(server: ApiServer, selection: Selection) -> None:
    """The field and its manager are named, and admission is asked by a forced dry run."""
    cause = {"reason": "FieldManagerConflict", "message": 'conflict with "flux"', "field": ".spec.rules"}

    def decide(asked: Asked) -> Answer | None:
        if asked.method != "PATCH":
            return None
        assert asked.query["dryRun"] == "All"
        if asked.query["force"] == "true":
            return as_json(plain())
        details = {"causes": [cause]}
        return as_json({"kind": "Status", "reason": "Conflict", "code": 409, "details": details}, 409)

    server.decide = decide
    (found,) = dry_run(selection, [(_KEY, plain())])
    assert (found.result, found.held) == ("conflict", (Held("flux", ".spec.rules"),))
    assert [each.code for each in findings([(found, lambda _: None)])] == ["ZT717"]


def test_warning_of_the_server_is_passed_on(server: ApiServer, selection: Selection) -> None:
    """A `Warning` header becomes a warning."""
    body = as_json(plain()).body
    found = reply(server, selection, Answer(200, body, headers={"Warning": '299 - "be \\"careful\\""'}))
    assert (found.result, found.warnings) == ("warned", ('be "careful"',))
    assert [each.code for each in findings([(found, lambda _: None)])] == ["ZT719"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (status(401, "Unauthorized"), "ZT705"),
        (status(429, "slow down"), "ZT709"),
        (status(503, "not now"), "ZT709"),
        (Answer(200, b"<html>", "text/html"), "ZT708"),
        (Answer(200, b'{"kind', announced=500), "ZT708"),
    ],
)
def test_trouble_is_a_failure_and_never_a_part(
    server: ApiServer, selection: Selection, answer: Answer, expected: str
) -> None:
    """Login, overload and broken answers fail as a whole."""
    assert code(server, selection, answer) == expected


def test_one_trouble_among_many_fails_all(server: ApiServer, selection: Selection) -> None:
    """There is no answer about a part."""
    bad = status(401, "Unauthorized")
    server.decide = lambda asked: (
        (bad if asked.resource == "p7" else as_json(plain())) if asked.method == "PATCH" else None
    )
    keys = [("AuthorizationPolicy", "shop", f"p{number}") for number in range(12)]
    with pytest.raises(ClusterFailure):
        dry_run(selection, [(key, plain(key[2])) for key in keys])


def test_server_that_is_gone_is_unreachable(server: ApiServer, selection: Selection) -> None:
    """The proxy starts, and nobody is behind it."""
    server.http.server_close()
    with pytest.raises(ClusterFailure) as raised:
        dry_run(selection, [(_KEY, plain())])
    assert raised.value.finding.code == "ZT703"


def test_nothing_to_ask_asks_nothing(server: ApiServer, selection: Selection) -> None:
    """No object, no proxy."""
    assert dry_run(selection, []) == ()
    assert server.asked == []
