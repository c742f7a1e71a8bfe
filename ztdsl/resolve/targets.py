"""Targets: the endpoints of a rule, checked against what is declared and who owns it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.dsl.endpoints import Endpoint
from ztdsl.dsl.ports import Port
from ztdsl.dsl.workloads import Gateway, Namespace, Service
from ztdsl.resolve import shapes
from ztdsl.resolve.problems import kind_of, label, named, suggestion
from ztdsl.resolve.target import Target
from ztdsl.resolve.workloads import is_strict, namespace_name, port_of, workload_identity

if TYPE_CHECKING:
    from ztdsl.dsl.policy import Policy
    from ztdsl.dsl.rules import Rule
    from ztdsl.ir import model as ir
    from ztdsl.resolve.context import Context


_TARGETS: Final = (Service, Gateway, Namespace)


def targets(context: Context, part: Policy, rule: Rule) -> list[Target] | None:
    """The endpoints of a rule; None, and a finding, if one of them is broken."""
    if isinstance(rule.to, Endpoint):
        target = _target(context, part, rule, ("to",), rule.to)
        return None if target is None else [target]
    found: list[Target] = []
    is_good = True
    listed = shapes.one_or_many(rule.to, "to")
    if not listed:
        context.problems.report("ZT131", "rule has no target", label(rule, "to"), help=("name an endpoint",))
    for place, item in listed:
        if not isinstance(item, Endpoint):
            _report_no_endpoint(context, rule, place, item)
            is_good = False
            continue
        target = _target(context, part, rule, place, item)
        if target is None:
            is_good = False
        else:
            found.append(target)
    return found if is_good and found else None


def _report_no_endpoint(context: Context, rule: Rule, place: tuple[str | int, ...], item: object) -> None:
    if isinstance(item, Service | Gateway):
        context.problems.report(
            "ZT101",
            f"`to` of a rule takes an endpoint, not {named(item)} as a whole",
            label(rule, *place),
            help=("name the port: `.at(port)`",),
        )
    else:
        shapes.wrong(context.problems, rule, place, item, "an endpoint, such as `orders.at(api)`")


def _target(
    context: Context, part: Policy, rule: Rule, place: tuple[str | int, ...], endpoint: Endpoint
) -> Target | None:
    key = (id(endpoint), id(part))
    if key in context.targets:
        target = context.targets[key]
    else:
        context.kept.append(endpoint)
        target = context.targets[key] = _resolved(context, part, endpoint)
    if target is not None and target.port.protocol.is_http == rule.is_tcp:
        _report_protocol(context, rule, place, endpoint, target.port)
        return None
    return target


def _resolved(context: Context, part: Policy, endpoint: Endpoint) -> Target | None:
    """What a part's rules find at an endpoint, worked out once."""
    context.problems.report_faults(endpoint)
    declared = shapes.one(context.problems, endpoint, ("port",), endpoint.port, (Port,), "a port")
    callee = shapes.one(context.problems, endpoint, ("target",), endpoint.target, _TARGETS, "a service or a namespace")
    port = port_of(context, declared) if declared is not None else None
    if callee is None or port is None:
        return None
    if isinstance(endpoint.target, Namespace):
        return _every(context, part, endpoint, port)
    return _single(context, part, endpoint, endpoint.target, port)


def _report_protocol(
    context: Context, rule: Rule, place: tuple[str | int, ...], endpoint: Endpoint, port: ir.Port
) -> None:
    word = rule.effect.value
    if rule.is_tcp:
        reason = f"`{word}_tcp` is about connections, and port {port.container} serves {port.protocol.value.upper()}"
        help_ = f"write `{word}(...)` with `http=AnyRequest()` for every request"
    else:
        reason = (
            f"`{word}` is about HTTP requests, and port {port.container} is {port.protocol.value.upper()} to the proxy"
        )
        help_ = f"write `{word}_tcp(...)`, or declare the port as `HttpPort` if the proxy can read it"
    context.problems.report(
        "ZT129", reason, label(rule, *place), related=(label(endpoint.port, text="port declared here"),), help=(help_,)
    )


def _single(
    context: Context, part: Policy, endpoint: Endpoint, target: Service | Gateway, port: ir.Port
) -> Target | None:
    if workload_identity(context, target) is None:
        return None
    if id(target) not in context.declared:
        _report_undeclared(context, part, endpoint, target)
        return None
    owner = context.owner_of(target)
    if owner is not part:
        if owner is not None:
            _report_not_owned(context, part, endpoint, named(target), owner)
        return None
    if not any(endpoint.port is each for each in shapes.listed(target.ports)):
        _report_unknown_port(context, endpoint, target)
        return None
    is_gateway = isinstance(target, Gateway)
    return Target(
        shapes.plain(target.namespace.name),
        shapes.plain(target.name),
        port,
        is_strict(target, endpoint.port),
        (target,) if isinstance(target, Gateway) else (),
        not is_gateway,
        endpoint,
    )


def _report_undeclared(context: Context, part: Policy, endpoint: Endpoint, target: Service | Gateway) -> None:
    if context.problems.is_broken(part, "owns", "services"):
        return
    name = getattr(target.namespace, "name", "")
    owner = context.namespace_owner.get(name)
    if owner is None or owner is part:
        code = "ZT110" if owner is part else "ZT201"
        message = (
            f"{named(target)} is not among the services of policy `{part.name}`"
            if owner is part
            else f"policy `{part.name}` does not own {named(target)}"
        )
        help_ = f"add it to `services=[...]` of policy `{part.name}`"
        if owner is None:
            help_ = f"only the owner of a callee grants access: own namespace `{name}`, or leave the rule to its owner"
        context.problems.report(
            code, message, label(endpoint), related=(label(target, text="declared here"),), help=(help_,)
        )
        return
    _report_not_owned(context, part, endpoint, named(target), owner)


def _report_not_owned(context: Context, part: Policy, endpoint: Endpoint, what: str, owner: Policy) -> None:
    context.problems.report(
        "ZT201",
        f"policy `{part.name}` does not own {what}",
        label(endpoint),
        related=(label(owner, text=f"policy `{owner.name}` owns it"),),
        help=(f"only the owner of a callee grants access to it: move the rule to policy `{owner.name}`",),
    )


def _report_unknown_port(context: Context, endpoint: Endpoint, target: Service | Gateway) -> None:
    wanted = endpoint.port
    if context.problems.is_broken(target, "ports"):
        return
    ports = [port for port in shapes.listed(target.ports) if isinstance(port, Port)]
    twin = next((port for port in ports if port.container == wanted.container), None)
    outside = next((port for port in ports if port.service == wanted.container), None)
    if twin is not None:
        help_ = "import that declaration, so that a port is declared once"
    elif outside is not None:
        help_ = f"{wanted.container} is the Service's number; the proxy sees {outside.container}: target that port"
    else:
        near = suggestion(str(wanted.container), [str(port.container) for port in ports])
        help_ = near or f"add it to `ports=[...]` of `{target.name}`"
    related = [label(wanted, text="port declared here")]
    if twin is not None:
        related.append(label(twin, text=f"declared by {kind_of(target)} `{target.name}`"))
    context.problems.report(
        "ZT112",
        f"{named(target)} has no port {wanted.container}"
        if twin is None
        else f"{named(target)} declares port {wanted.container} elsewhere",
        label(endpoint, text="rule targets this port"),
        related=related,
        help=(help_,),
    )


def _every(context: Context, part: Policy, endpoint: Endpoint, port: ir.Port) -> Target | None:
    namespace = endpoint.target
    if not isinstance(namespace, Namespace) or (name := namespace_name(context, namespace)) is None:
        return None
    owner = context.namespace_owner.get(name)
    if owner is not part:
        _report_foreign_namespace(context, part, endpoint, name, owner)
        return None
    foreign = next((s for s in context.by_namespace.get(name, ()) if context.owner_of(s) is not part), None)
    if foreign is not None and (their := context.owner_of(foreign)) is not None:
        _report_not_owned(context, part, endpoint, f"{named(foreign)}, a workload of the namespace", their)
        return None
    serving: list[Service | Gateway] = []
    for service in context.by_namespace.get(name, ()):
        same = next(
            (p for p in shapes.listed(service.ports) if isinstance(p, Port) and p.container == port.container), None
        )
        if same is None:
            continue
        if not _fits_every(context, part, endpoint, service, same):
            return None
        serving.append(service)
    problems = context.problems
    if problems.is_broken(part, "services") or any(
        problems.is_broken(s, "ports") for s in context.by_namespace.get(name, ())
    ):
        return None
    if not any(endpoint.port is each for service in serving for each in service.ports):
        context.problems.report(
            "ZT112",
            f"no service of namespace `{name}` has port {port.container}",
            label(endpoint, text="rule targets this port"),
            related=(label(endpoint.port, text="port declared here"),),
            help=("add it to `ports=[...]` of the services that serve it",),
        )
        return None
    strict = all(
        is_strict(service, each) for service in serving for each in service.ports if each.container == port.container
    )
    gateways = tuple(each for each in serving if isinstance(each, Gateway))
    return Target(name, None, port, strict, gateways, len(gateways) < len(serving), endpoint)


def _report_foreign_namespace(
    context: Context, part: Policy, endpoint: Endpoint, name: str, owner: Policy | None
) -> None:
    if context.problems.is_broken(part, "owns"):
        return
    if owner is not None:
        _report_not_owned(context, part, endpoint, f"namespace `{name}`", owner)
        return
    context.problems.report(
        "ZT201",
        f"policy `{part.name}` does not own namespace `{name}`",
        label(endpoint),
        help=(
            "policies there apply to the whole mesh: name the endpoint of a service"
            if name == context.mesh.root_namespace
            else "own the namespace, or name the endpoint of a service that this policy owns",
        ),
    )


def _fits_every(context: Context, part: Policy, endpoint: Endpoint, service: Service | Gateway, port: Port) -> bool:
    owner = context.owner_of(service)
    if owner is not part and owner is not None:
        _report_not_owned(context, part, endpoint, f"{named(service)}, which serves this port", owner)
        return False
    resolved = port_of(context, port)
    wanted = port_of(context, endpoint.port)
    if resolved is not None and wanted is not None and resolved.protocol.is_http != wanted.protocol.is_http:
        context.problems.report(
            "ZT129",
            f"port {resolved.container} is not of one protocol in namespace `{service.namespace.name}`",
            label(endpoint),
            related=(label(port, text=f"port of {named(service)}"), label(endpoint.port, text="targeted port")),
            help=("name the endpoints one by one",),
        )
        return False
    return True
