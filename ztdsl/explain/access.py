"""Who may reach a workload, and what it may reach: each with the rule that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ztdsl.explain import words
from ztdsl.ir import values
from ztdsl.ir.logged import written
from ztdsl.ir.model import Effect

if TYPE_CHECKING:
    from datetime import date

    from ztdsl.ir.model import Log, Model, Namespace, Rule, Workload
    from ztdsl.origin import Origin


@dataclass(frozen=True, slots=True)
class Grant:
    """One rule as it concerns a workload.

    Attributes:
        effect: `allow`, `deny` or `audit`.
        callee: `namespace/service`, or the namespace of a rule for every workload of it.
        ports: the container ports it is about.
        callers: who, in words.
        requests: what, in words; empty for connections.
        because: why.
        owner: the team that answers for it.
        dry_run: the last day of a trial that is only logged, or None.
        origin: the call that declared it.
    """

    effect: str
    callee: str
    ports: tuple[int, ...]
    callers: tuple[str, ...]
    requests: tuple[str, ...]
    because: str
    owner: str | None
    dry_run: date | None
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class PortAccess:
    """One port of the workload: its mode, until when and why it is weakened, and the rules about it."""

    container: int
    protocol: str
    mtls: str
    until: date | None
    because: str | None
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """One access log that the workload's proxies write.

    Attributes:
        entries: `denied` or `all`.
        provider: the mesh's extension provider that writes it.
        declared_for: the workload, its namespace, or the mesh: what the log was declared for.
        because: why.
        owner: the team that answers for it.
        origin: the call that declared it.
    """

    entries: str
    provider: str
    declared_for: str
    because: str
    owner: str | None
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Access:
    """Everything a policy says of one workload."""

    namespace: str
    name: str
    kind: str
    identity: str
    labels: tuple[tuple[str, str], ...]
    is_default_deny: bool
    ports: tuple[PortAccess, ...]
    reaches: tuple[Grant, ...]
    logs: tuple[Written, ...]
    origin: Origin | None


def access(model: Model, workload: Workload, port: int | None = None) -> Access:
    """What the model says of `workload`, or of one of its ports."""
    namespace = next((each for each in model.namespaces if each.name == workload.namespace), None)
    weak = namespace.mtls if namespace is not None else None
    ports: list[PortAccess] = []
    for each in workload.ports:
        if port is not None and each.container != port:
            continue
        mtls = each.mtls or weak
        mode = "STRICT" if mtls is None else "PERMISSIVE"
        if workload.kind.value == "gateway":
            mode, mtls = "set by its Gateway resource", None
        grants = tuple(_grant(model, rule) for rule in model.rules if _is_about(rule, workload, each.container))
        ports.append(
            PortAccess(
                each.container,
                each.protocol.value,
                mode,
                mtls.until if mtls else None,
                mtls.because if mtls else None,
                grants,
            )
        )
    return Access(
        workload.namespace,
        workload.name,
        workload.kind.value,
        f"{model.mesh.trust_domain}/ns/{workload.namespace}/sa/{workload.service_account}",
        workload.labels,
        _is_default_deny(model, namespace),
        tuple(ports),
        reaches(model, values.PeerIdentity(None, workload.namespace, workload.service_account)),
        tuple(_written(log) for log in written(model.logs, workload.namespace, workload.name)),
        workload.origin,
    )


def _written(log: Log) -> Written:
    place = "the mesh" if log.namespace is None else f"namespace {log.namespace}"
    place = place if log.workload is None else f"{log.namespace}/{log.workload}"
    return Written(log.entries.value, log.provider, place, log.because, log.owner, log.origin)


def _is_default_deny(model: Model, namespace: Namespace | None) -> bool:
    """Whether nothing is let in that no rule allows: denied by the namespace, or by the whole mesh."""
    is_mesh_closed = model.defaults is not None and model.defaults.default is None
    return is_mesh_closed or namespace is None or namespace.default is None


def _is_about(rule: Rule, workload: Workload, port: int) -> bool:
    is_here = rule.namespace == workload.namespace and rule.workload in {workload.name, None}
    return is_here and port in rule.ports


def reaches(model: Model, caller: values.PeerIdentity) -> tuple[Grant, ...]:
    """The rules that allow or deny what `caller` asks for, whether the policy declares it or not.

    None as its trust domain is the mesh's own.
    """
    found = ((rule, tuple(each for each in rule.callers if _covers(each.source, caller))) for rule in model.rules)
    return tuple(_grant(model, rule, mine) for rule, mine in found if mine and rule.effect is not Effect.AUDIT)


def _covers(source: values.Source, caller: values.PeerIdentity) -> bool:
    match source:
        case values.PeerIdentity():
            return source == caller
        case values.PeerNamespace(namespace=namespace):
            return caller.trust_domain is None and namespace == caller.namespace
        case values.PeerTrustDomain(trust_domain=domain):
            return domain == caller.trust_domain
        case values.AnyPeer(but=but) | values.Everyone(but=but):
            return not any(_covers(each, caller) for each in but)
        case _:
            return False


def _grant(model: Model, rule: Rule, callers: tuple[values.Caller, ...] | None = None) -> Grant:
    who = rule.callers if callers is None else callers
    what = tuple(words.request(each) for each in rule.requests)
    if rule.server_names:
        what = (f"server name {' or '.join(rule.server_names)}",)
    return Grant(
        rule.effect.value,
        f"{rule.namespace}/{rule.workload}" if rule.workload is not None else rule.namespace,
        rule.ports,
        tuple(words.caller(each, model.mesh) for each in who),
        what,
        rule.because,
        rule.owner,
        rule.dry_run,
        rule.origin,
    )
