"""`ztdsl.auditing.suggestion`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.unit.auditing.conftest import FRONTEND, INGRESS
from ztdsl.api import request_by_name
from ztdsl.auditing.suggestion import as_declaration, as_yaml, smallest_rule

if TYPE_CHECKING:
    from ztdsl.istio.kinds import Rule
    from ztdsl.scenario.subject import Subject


def _rule(subject: Subject, http: str | None, caller: str | None, to: str = "orders:8080") -> Rule | None:
    request = request_by_name(subject, to, http=http, caller=caller)
    return smallest_rule(subject.manifests, subject.mesh, request)


def _declared(subject: Subject, rule: Rule | None) -> str:
    assert rule is not None
    return as_declaration(rule, subject.cast.actor("orders"), subject.cast.actors, subject.mesh.trust_domain)


def test_it_names_this_caller_and_this_request(subject: Subject) -> None:
    """The rule has one principal, one method, one path and one port; the query is none of it."""
    rule = _rule(subject, "PUT /orders/7?x=1", FRONTEND)

    assert rule is not None
    assert _declared(subject, rule) == (
        'allow(frontend, to=orders.at(api), http=Http(methods=["PUT"], paths=["/orders/7"]), because="...")'
    )
    assert as_yaml(rule) == (
        '- from: [{source: {principals: ["cluster.local/ns/web/sa/frontend"]}}]\n'
        '  to: [{operation: {ports: ["8080"], methods: ["PUT"], paths: ["/orders/7"]}}]'
    )


def test_strangers_are_named_by_identity(subject: Subject) -> None:
    """A caller that nobody declares is written as an identity; a connection needs no request."""
    stranger = "spiffe://cluster.local/ns/x/sa/y"

    assert _declared(subject, _rule(subject, None, stranger, "orders:5432")) == (
        f'allow_tcp(Identity("{stranger}"), to=orders.at(db), because="...")'
    )
    assert _declared(subject, _rule(subject, "GET /", INGRESS)).startswith("allow(ingress, to=orders.at(api), ")


@pytest.mark.parametrize(
    ("http", "caller"),
    [
        ("GET /orders/secret", FRONTEND),  # a DENY rule stands before every ALLOW
        ("GET /orders/*", FRONTEND),  # the path would be a pattern
        ("GET /orders/%2e", FRONTEND),  # the path changes on its way
        ("GET /orders/7", None),  # nobody is there to be named
    ],
)
def test_there_is_none_where_none_would_help(http: str, caller: str | None, subject: Subject) -> None:
    """What cannot be let in by naming it exactly gets no suggestion."""
    assert _rule(subject, http, caller) is None


def test_it_needs_a_known_workload(subject: Subject) -> None:
    """Without labels nobody knows whom the rule would be for."""
    request = request_by_name(subject, "orders:8080", http="PUT /", caller=FRONTEND)

    unknown = replace(request, to=replace(request.to, labels=None))

    assert smallest_rule(subject.manifests, subject.mesh, unknown) is None
