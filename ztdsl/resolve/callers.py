"""Callers: who a rule is about, with the addresses and identities that the callee's proxy really sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ztdsl.dsl.callers import Anyone, AnyWorkload, Identity, IpBlock, RemoteIpBlock, TrustDomain
from ztdsl.dsl.rules import Rule
from ztdsl.dsl.users import EndUser
from ztdsl.dsl.workloads import External, Gateway, Namespace, Service, ServiceAccount
from ztdsl.ir import values as ir
from ztdsl.resolve import shapes
from ztdsl.resolve.addresses import address_problem, canonical_block
from ztdsl.resolve.names import identity_problem, name_problem, service_account_problem, trust_domain_problem
from ztdsl.resolve.problems import label, named
from ztdsl.resolve.shapes import one_or_many
from ztdsl.resolve.workloads import namespace_name, workload_identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ztdsl.dsl.declaration import Declaration
    from ztdsl.dsl.policy import Policy
    from ztdsl.resolve.context import Context

WORKLOADS: Final = (Service, Gateway)
PEERS: Final = (*WORKLOADS, External, ServiceAccount, Namespace, Identity, TrustDomain)
ADDRESSES: Final = (IpBlock, RemoteIpBlock)
CALLERS: Final = (*PEERS, *ADDRESSES, AnyWorkload, Anyone, EndUser)
ISTIO_DEFAULT_DOMAIN: Final = "cluster.local"


def source(context: Context, caller: Declaration) -> ir.Source | None:
    """What the proxy compares for a caller, checked once; None for a broken one."""
    memo = context.sources
    key = id(caller)
    if key in memo:
        return memo[key]
    context.kept.append(caller)
    resolver = _RESOLVERS.get(type(caller)) or next(r for kind, r in _RESOLVERS.items() if isinstance(caller, kind))
    resolved = resolver(context, caller)
    memo[key] = resolved
    return resolved


def _workload(context: Context, caller: Service | Gateway) -> ir.Source | None:
    identity = workload_identity(context, caller)
    if identity is None:
        return None
    return ir.PeerIdentity(None, *identity)


def _external(context: Context, caller: External) -> ir.Source | None:
    problems = context.problems
    problems.report_faults(caller)
    before = len(problems.findings)
    shapes.string(problems, caller, "name")
    namespace = _namespace(context, caller)
    account = _account(context, caller, "service_account")
    domain = shapes.optional_string(problems, caller, "trust_domain")
    if domain is not None and (complaint := trust_domain_problem(domain)):
        problems.complain(complaint, caller, "trust_domain")
        domain = None
    if namespace is None or account is None or len(problems.findings) != before:
        return None
    if domain is not None and not _is_accepted(context, caller, "trust_domain", domain, is_identity=True):
        return None
    return ir.PeerIdentity(_foreign(context, domain), namespace, account)


def _service_account(context: Context, caller: ServiceAccount) -> ir.Source | None:
    context.problems.report_faults(caller)
    namespace = _namespace(context, caller)
    account = _account(context, caller, "name")
    return None if namespace is None or account is None else ir.PeerIdentity(None, namespace, account)


def _namespace(context: Context, caller: External | ServiceAccount) -> str | None:
    value = caller.namespace
    if isinstance(value, Namespace):
        return namespace_name(context, value)
    name = shapes.one(context.problems, caller, ("namespace",), value, (str,), "a namespace or its name")
    if name is not None and (complaint := name_problem("namespace", name)):
        context.problems.complain(complaint, caller, "namespace")
        return None
    return name


def _account(context: Context, caller: Declaration, field: str) -> str | None:
    account = shapes.string(context.problems, caller, field)
    if account is not None and (complaint := service_account_problem(account)):
        context.problems.complain(complaint, caller, field)
        return None
    return account


def _namespace_peers(context: Context, caller: Namespace) -> ir.Source | None:
    name = namespace_name(context, caller)
    return None if name is None else ir.PeerNamespace(name)


def _identity(context: Context, caller: Identity) -> ir.Source | None:
    context.problems.report_faults(caller)
    uri = shapes.string(context.problems, caller, "uri")
    if uri is None:
        return None
    if complaint := identity_problem(uri):
        context.problems.complain(complaint, caller, "uri")
        return None
    domain, _, namespace, _, account = uri.removeprefix("spiffe://").split("/")
    if not _is_accepted(context, caller, "uri", domain, is_identity=True):
        return None
    return ir.PeerIdentity(_foreign(context, domain), namespace, account)


def _trust_domain(context: Context, caller: TrustDomain) -> ir.Source | None:
    context.problems.report_faults(caller)
    name = shapes.optional_string(context.problems, caller, "name")
    if name is None:
        return ir.PeerTrustDomain(None) if caller.name is None else None
    if complaint := trust_domain_problem(name):
        context.problems.complain(complaint, caller, "name")
        return None
    if not _is_accepted(context, caller, "name", name, is_identity=False):
        return None
    return ir.PeerTrustDomain(None if name == context.mesh.trust_domain else name)


def _foreign(context: Context, domain: str | None) -> str | None:
    """None for the mesh's own trust domain and its aliases, which mean the same to Istio."""
    return None if domain in context.mesh.trust_domains else domain


def _is_accepted(context: Context, caller: Declaration, field: str, domain: str, *, is_identity: bool) -> bool:
    mesh = context.mesh
    if domain == mesh.trust_domain or (not is_identity and domain in mesh.trust_domain_aliases):
        return True
    if domain in mesh.trust_domain_aliases:
        context.problems.report(
            "ZT316",
            f"Istio reads `{domain}` as the mesh's own trust domain `{mesh.trust_domain}`, whose alias it is",
            label(caller, field),
            help=(f"write `{mesh.trust_domain}`, which stands for its aliases, too",),
        )
        return False
    if is_identity and domain == ISTIO_DEFAULT_DOMAIN:
        context.problems.report(
            "ZT316",
            f"Istio reads `{ISTIO_DEFAULT_DOMAIN}` as the mesh's own trust domain `{mesh.trust_domain}`",
            label(caller, field),
            notes=(f"a workload of another mesh named `{ISTIO_DEFAULT_DOMAIN}` cannot be told from one of this mesh",),
            help=(f"write `{mesh.trust_domain}` if a workload of this mesh is meant",),
        )
        return False
    if domain in mesh.federated_trust_domains:
        return True
    accepted = (*mesh.trust_domains, *mesh.federated_trust_domains)
    context.problems.report(
        "ZT119",
        f"mesh `{mesh.name}` does not accept trust domain `{domain}`",
        label(caller, field),
        notes=(f"it accepts certificates of {', '.join(f'`{each}`' for each in accepted)}",),
        help=("list it under `federated_trust_domains` of the mesh if its certificates are trusted",),
    )
    return False


def _block(context: Context, caller: IpBlock | RemoteIpBlock) -> ir.Source | None:
    context.problems.report_faults(caller)
    cidr = shapes.string(context.problems, caller, "cidr")
    if cidr is None:
        return None
    if complaint := address_problem(cidr):
        context.problems.complain(complaint, caller, "cidr")
        return None
    kind = ir.SourceAddress if isinstance(caller, IpBlock) else ir.ClientAddress
    return kind(canonical_block(cidr))


def _any_workload(context: Context, caller: AnyWorkload) -> ir.Source | None:
    left_out = _left_out(context, caller, PEERS, "workloads")
    if left_out is None or not _is_anyone_left(context, caller, left_out):
        return None
    return ir.AnyPeer(left_out)


def _is_anyone_left(context: Context, caller: AnyWorkload, left_out: tuple[Any, ...]) -> bool:
    """Whether `but` leaves a trust domain over; if not, the caller is nobody, and that is a finding."""
    domains = {None, *context.mesh.federated_trust_domains}
    if not domains <= {each.trust_domain for each in left_out if isinstance(each, ir.PeerTrustDomain)}:
        return True
    context.problems.report(
        "ZT137",
        "`but` leaves out every trust domain that the mesh accepts, so that nobody is left",
        label(caller, "but"),
        help=("name the callers that are meant",),
    )
    return False


def _anyone(context: Context, caller: Anyone) -> ir.Source | None:
    left_out = _left_out(context, caller, (*PEERS, *ADDRESSES), "workloads or addresses")
    return None if left_out is None else ir.Everyone(left_out)


def _left_out(
    context: Context, caller: AnyWorkload | Anyone, kinds: tuple[type, ...], wanted: str
) -> tuple[Any, ...] | None:
    context.problems.report_faults(caller)
    before = len(context.problems.findings)
    shapes.refuse_empty(context.problems, caller, "but")
    found: list[Any] = []
    allowed: Iterator[tuple[int, Any]] = shapes.items(context.problems, caller, "but", kinds, wanted)
    for _, each in allowed:
        found.append(source(context, each))
        if isinstance(each, WORKLOADS):
            check_shared_identity(context, caller, "but", each, list(caller.but))
    if len(context.problems.findings) != before or None in found:
        return None
    return tuple(sorted(set(found), key=lambda each: each.key))


_RESOLVERS: Final[dict[type, Callable[[Context, Any], ir.Source | None]]] = {
    Service: _workload,
    Gateway: _workload,
    External: _external,
    ServiceAccount: _service_account,
    Namespace: _namespace_peers,
    Identity: _identity,
    TrustDomain: _trust_domain,
    IpBlock: _block,
    RemoteIpBlock: _block,
    AnyWorkload: _any_workload,
    Anyone: _anyone,
}


def check_declared(
    context: Context, rule: Declaration, place: tuple[str | int, ...], caller: Service | Gateway
) -> None:
    """Report a caller of an owned namespace that no policy declares."""
    identity = workload_identity(context, caller)
    if identity is None or id(caller) in context.declared or identity[0] not in context.namespace_owner:
        return
    owner = context.namespace_owner[identity[0]]
    if context.problems.is_broken(owner, "services"):
        return
    context.problems.report(
        "ZT110",
        f"{named(caller)} is not among the services of policy `{owner.name}`, which owns its namespace",
        label(rule, *place),
        related=(label(caller, text="declared here"),),
        help=(f"add it to `services=[...]` of policy `{owner.name}`",),
    )


def check_shared_identity(
    context: Context, rule: Declaration, field: str, caller: Service | Gateway, callers: list[Any]
) -> None:
    """Report a caller that shares its service account with a workload that the rule does not name."""
    identity = workload_identity(context, caller)
    if identity is None:
        return
    sharing = context.by_identity.get(identity, ())
    if len(sharing) < 2:  # noqa: PLR2004 - nobody to share with
        return
    others = [each for each in sharing if not any(each is named_one for named_one in callers)]
    if not others or any(
        isinstance(each, ServiceAccount) and source(context, each) == source(context, caller) for each in callers
    ):
        return
    if (id(rule), identity) in context.shared_reported:
        return
    context.shared_reported.add((id(rule), identity))
    index = next(i for i, each in enumerate(callers) if each is caller)
    context.problems.report(
        "ZT130",
        f"{named(caller)} shares service account `{caller.service_account}` with {named(others[0])}",
        label(rule, field, index) if len(callers) > 1 else label(rule, field),
        related=tuple(label(other, "service_account", text="runs as the same account") for other in others),
        help=(
            f'name all of them, or the account itself: `ServiceAccount("{caller.service_account}", namespace=...)`',
            "give each of them a service account of its own to tell them apart",
        ),
    )


def note_callers(context: Context, parts: list[Policy]) -> None:
    """Note the identities of callers that others declare: they may share a service account, too."""
    for part in parts:
        for rule in shapes.listed(part.rules):
            for _, caller in one_or_many(rule.callers, "callers") if isinstance(rule, Rule) else ():
                if id(caller) not in context.declared and isinstance(caller, WORKLOADS):
                    _note(context, caller)


def _note(context: Context, caller: Service | Gateway) -> None:
    identity = workload_identity(context, caller)
    sharing = context.by_identity.setdefault(identity, []) if identity is not None else []
    if identity is None or any(caller is each for each in sharing):
        return
    sharing.append(caller)
    if len(sharing) > 1:
        context.shared_accounts.add(identity[1])
