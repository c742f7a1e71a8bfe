"""The smallest declaration that would let a refused request in: tried before it is shown, and never applied."""

from __future__ import annotations

import json
import keyword
import re
from typing import TYPE_CHECKING, Final

from ztdsl.istio.evaluate import Evaluator
from ztdsl.istio.kinds import AuthorizationPolicy, Meta, Operation, Rule, Selector, Source
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Chain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ztdsl.auditing.places import Workload
    from ztdsl.istio.kinds import Manifest
    from ztdsl.traffic.mesh import Mesh
    from ztdsl.traffic.request import Request

_PATTERN: Final = re.compile(r"[*{}%]")
_SPIFFE: Final = "spiffe://"
_NAME: Final = "suggested"


def smallest_rule(manifests: Iterable[Manifest], mesh: Mesh, request: Request) -> Rule | None:
    """The narrowest rule of an ALLOW policy that lets exactly this caller do exactly this.

    None where there is none: the caller has no identity, the path cannot be named exactly, or something denies what
    no ALLOW can bring back.
    """
    to, http = request.to, request.http
    if request.peer is None or to.port is None or to.labels is None:
        return None
    ports = (str(to.port),)
    operation = Operation(ports=ports)
    if to.chain is Chain.HTTP:
        if http is None or _PATTERN.search(http.path):
            return None
        operation = Operation(ports=ports, methods=(http.method,), paths=(http.path.partition("?")[0],))
    rule = Rule((Source(principals=(request.peer.removeprefix(_SPIFFE),)),), (operation,))
    tried = AuthorizationPolicy(
        Meta(_NAME, to.namespace, ()), Selector(tuple(sorted(to.labels.items()))), (), "ALLOW", None, (rule,)
    )
    decision = Evaluator([*manifests, tried], mesh).decide(request)
    return rule if decision.verdict is Verdict.ALLOW else None


def as_declaration(rule: Rule, to: Workload, callers: Sequence[Workload], trust_domain: str) -> str:
    """The rule as a declaration of the language, for `rules=[...]`; names are those of the declared workloads."""
    (source,), (operation,) = rule.sources, rule.operations
    number = int(operation.ports[0])
    caller = _caller(source.principals[0], callers, trust_domain)
    port = next((name for door in to.doors if door.number == number for name in getattr(door, "names", ())), None)
    is_tcp = any(door.number == number and door.chain is Chain.TCP for door in to.doors)
    kind = "TcpPort" if is_tcp else "HttpPort"
    target = f"{_variable(to.name)}.at({port or f'{kind}({number})'})"
    if is_tcp:
        return f'allow_tcp({caller}, to={target}, because="...")'
    http = "AnyRequest()"  # ztunnel, which sees connections, decides for a port of requests
    if operation.methods:
        http = f"Http(methods=[{_text(operation.methods[0])}], paths=[{_text(operation.paths[0])}])"
    return f'allow({caller}, to={target}, http={http}, because="...")'


def as_yaml(rule: Rule) -> str:
    """The rule as an item of `spec.rules` of an AuthorizationPolicy with `action: ALLOW`."""
    (source,), (operation,) = rule.sources, rule.operations
    fields = {"ports": operation.ports, "methods": operation.methods, "paths": operation.paths}
    said = ", ".join(f"{name}: {json.dumps(list(values))}" for name, values in fields.items() if values)
    principals = json.dumps(list(source.principals))
    return f"- from: [{{source: {{principals: {principals}}}}}]\n  to: [{{operation: {{{said}}}}}]"


def _caller(principal: str, callers: Sequence[Workload], trust_domain: str) -> str:
    for each in callers:
        if each.service_account and principal == f"{trust_domain}/ns/{each.namespace}/sa/{each.service_account}":
            return _variable(each.name)
    return f"Identity({_text(_SPIFFE + principal)})"


def _variable(name: str) -> str:
    """A variable's name after a workload's."""
    variable = re.sub(r"\W", "_", name)
    return f"_{variable}" if variable[:1].isdigit() or keyword.iskeyword(variable) else variable


def _text(text: str) -> str:
    """A literal that is one line of printable characters."""
    return json.dumps(text)
