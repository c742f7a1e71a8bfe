"""Namespaces, services, gateways and their ports."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ztdsl.dsl.ports import GrpcPort, HttpPort, Port, TcpPort, TlsPort
from ztdsl.dsl.workloads import Gateway, Namespace, Service
from ztdsl.ir import model as ir
from ztdsl.resolve import shapes, weakenings
from ztdsl.resolve.names import label_problem, name_problem, service_account_problem
from ztdsl.resolve.ports import port_problem
from ztdsl.resolve.problems import label, named

if TYPE_CHECKING:
    from ztdsl.resolve.context import Context

_MOST_PROXIES: Final = 2**32 - 1  # an unsigned number of 32 bits in Istio's mesh configuration
PROTOCOL: Final = {
    HttpPort: ir.Protocol.HTTP,
    GrpcPort: ir.Protocol.GRPC,
    TcpPort: ir.Protocol.TCP,
    TlsPort: ir.Protocol.TLS,
}


def namespace_name(context: Context, namespace: Namespace) -> str | None:
    """The name of a namespace that was checked once; None for a broken one."""
    key = id(namespace)
    if key in context.seen:
        known: str | None = context.seen[key]
        return known
    context.kept.append(namespace)
    context.problems.report_faults(namespace)
    name = shapes.string(context.problems, namespace, "name")
    if name is not None:
        complaint = name_problem("namespace", name)
        if complaint:
            context.problems.complain(complaint, namespace, "name")
            name = None
        elif not context.register(namespace, "namespace", name):
            name = None
    context.seen[key] = name
    return name


def workload_identity(context: Context, workload: Service | Gateway) -> tuple[str, str] | None:
    """Namespace and service account of a workload that was checked once; None for a broken one."""
    key = id(workload)
    if key in context.seen:
        known: tuple[str, str] | None = context.seen[key]
        return known
    context.kept.append(workload)
    problems = context.problems
    problems.report_faults(workload)
    before = len(problems.findings)
    namespace = shapes.one(problems, workload, ("namespace",), workload.namespace, (Namespace,), "a namespace")
    name = shapes.string(problems, workload, "name")
    account = shapes.string(problems, workload, "service_account")
    if name is not None and (complaint := name_problem("service", name)):
        problems.complain(complaint, workload, "name")
    if account is not None and (complaint := service_account_problem(account)):
        problems.complain(complaint, workload, "service_account")
    where = namespace_name(context, namespace) if namespace is not None else None
    is_good = len(problems.findings) == before and None not in (where, name, account)
    if is_good and not context.register(workload, "workload", where or "", name or ""):
        is_good = False
    result = (where or "", account or "") if is_good else None
    context.seen[key] = result
    return result


def workload(context: Context, declared: Service | Gateway, owner: str | None) -> ir.Workload | None:
    """The workload as the Model has it; None for a broken one."""
    identity = workload_identity(context, declared)
    ports = _ports(context, declared)
    labels = _labels(context, declared)
    proxies = _trusted_proxies(context, declared) if isinstance(declared, Gateway) else None
    if identity is None:
        return None
    kind = ir.WorkloadKind.GATEWAY if isinstance(declared, Gateway) else ir.WorkloadKind.SERVICE
    namespace, account = identity
    origin = declared._origin  # noqa: SLF001 - read once for each workload of a large mesh
    mtls = weakenings.permissive(context, declared.namespace, declared.namespace.mtls)
    default = weakenings.opened(context, declared.namespace, declared.namespace.default)
    name = shapes.plain(declared.name)
    return ir.Workload(namespace, name, kind, account, labels, ports, mtls, default, proxies, owner, origin)


def _labels(context: Context, declared: Service | Gateway) -> tuple[tuple[str, str], ...]:
    labels = declared.labels
    if labels is None:
        return (("app", shapes.plain(declared.name)),)
    if not isinstance(labels, MappingProxyType):
        shapes.wrong(context.problems, declared, ("labels",), labels, "a dictionary of strings")
        return ()
    if not labels:
        context.problems.report(
            "ZT105",
            f"{named(declared)} has no labels and would select every pod of its namespace",
            label(declared, "labels"),
            help=("write the labels of its pods, or leave `labels` out for `app` and the name",),
        )
    for key, value in labels.items():
        if not isinstance(key, str) or not isinstance(value, str):
            shapes.wrong(context.problems, declared, ("labels", key), value, "a dictionary of strings")
        elif complaint := label_problem(key, value):
            context.problems.complain(complaint, declared, "labels", key)
    return tuple(sorted((shapes.plain(k), shapes.plain(v)) for k, v in labels.items() if _are_strings(k, v)))


def _are_strings(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)


def _ports(context: Context, declared: Service | Gateway) -> tuple[ir.Port, ...]:
    ports: dict[int, tuple[int, ir.Port]] = {}
    for index, port in shapes.items(context.problems, declared, "ports", (Port,), "ports"):
        resolved = port_of(context, port)
        if resolved is None:
            continue
        if resolved.container in ports:
            context.problems.report(
                "ZT108",
                f"{named(declared)} declares port {resolved.container} twice",
                label(declared, "ports", index),
                related=(label(declared, "ports", ports[resolved.container][0], text="first here"),),
                help=("remove one of them",),
            )
            continue
        if resolved.mtls is not None and isinstance(declared, Gateway):
            _report_no_effect(context, declared, port)
        ports[resolved.container] = (index, resolved)
    return tuple(port for _, (_, port) in sorted(ports.items()))


def _report_no_effect(context: Context, gateway: Gateway, port: Port) -> None:
    context.problems.report(
        "ZT403",
        f"`mtls` of a port changes nothing at gateway `{gateway.name}`",
        label(port, "mtls"),
        related=(label(gateway, text="gateway declared here"),),
        notes=("a gateway's ports take their TLS settings from its Gateway resource",),
        help=("leave `mtls` out",),
    )


def port_of(context: Context, port: Port) -> ir.Port | None:
    """The port as the Model has it, checked once; None for a broken one."""
    key = id(port)
    if key in context.seen:
        known: ir.Port | None = context.seen[key]
        return known
    context.kept.append(port)
    problems = context.problems
    problems.report_faults(port)
    container = shapes.one(problems, port, ("container",), port.container, (int,), "a number")
    service = port.service
    if container is not None and (complaint := port_problem(container)):
        problems.complain(complaint, port, "container")
        container = None
    if service is not None:
        service = shapes.one(problems, port, ("service",), service, (int,), "a number")
        if service is not None and (complaint := port_problem(service, is_container=False)):
            problems.complain(complaint, port, "service")
    mtls = weakenings.permissive(context, port, port.mtls)
    protocol = PROTOCOL.get(type(port))
    if protocol is None:
        problems.report("ZT101", "a port needs a protocol", label(port), help=("use `HttpPort` or one of its kin",))
    result = None
    if container is not None and protocol is not None:
        result = ir.Port(container, service, protocol, mtls, port._origin)  # noqa: SLF001
    context.seen[key] = result
    return result


def _trusted_proxies(context: Context, gateway: Gateway) -> int | None:
    number = gateway.trusted_proxies
    if number is None:
        return None
    number = shapes.one(context.problems, gateway, ("trusted_proxies",), number, (int,), "a number")
    if number is not None and not 0 <= number <= _MOST_PROXIES:
        context.problems.report(
            "ZT101", f"`trusted_proxies` is between 0 and {_MOST_PROXIES}", label(gateway, "trusted_proxies")
        )
        return None
    return number


def is_strict(declared: Service | Gateway, port: Port) -> bool:
    """Whether every connection to the port proves an identity; a gateway's own TLS settings decide there."""
    return isinstance(declared, Service) and port.mtls is None and declared.namespace.mtls is None
