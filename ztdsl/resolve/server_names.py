"""TLS server names of rules about connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.ir import model as ir
from ztdsl.resolve import shapes
from ztdsl.resolve.hosts import server_name_problem
from ztdsl.resolve.problems import label

if TYPE_CHECKING:
    from ztdsl.dsl.rules import Rule
    from ztdsl.resolve.context import Context
    from ztdsl.resolve.target import Target


def server_names(context: Context, rule: Rule, where: list[Target] | None) -> tuple[str, ...] | None:
    """The server names in canonical order; None, and a finding, where the proxy cannot see them."""
    problems = context.problems
    before = len(problems.findings)
    shapes.refuse_empty(problems, rule, "server_names")
    names: set[str] = set()
    for index, name in shapes.strings(problems, rule, "server_names"):
        if complaint := server_name_problem(name):
            problems.complain(complaint, rule, "server_names", index)
        names.add(name)
    if len(problems.findings) == before:
        for target in where or ():
            if not _is_visible(context, rule, target):
                break
    return tuple(sorted(names)) if len(problems.findings) == before else None


def _is_visible(context: Context, rule: Rule, target: Target) -> bool:
    if target.port.protocol is not ir.Protocol.TLS:
        context.problems.report(
            "ZT134",
            f"port {target.port.container} is no TLS port and its connections carry no server name",
            label(rule, "server_names"),
            related=(label(target.endpoint.port, text="port declared here"),),
        )
        return False
    if target.has_sidecars:
        context.problems.report(
            "ZT315",
            "a sidecar sees Istio's internal server name, not the one that the client asked for",
            label(rule, "server_names"),
            help=("test server names at the gateway, or leave them out",),
        )
        return False
    return True
