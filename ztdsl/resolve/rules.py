"""Rules: everything that only their parts together can tell."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Final

from ztdsl.dsl.requests import AnyRequest, Grpc, Http
from ztdsl.dsl.rules import Effect, Rule
from ztdsl.dsl.users import EndUser
from ztdsl.ir import model as ir
from ztdsl.ir import values
from ztdsl.resolve import shapes, weakenings
from ztdsl.resolve.callers import CALLERS, WORKLOADS, check_declared, check_shared_identity, source
from ztdsl.resolve.evasions import check_hosts, warn_of_paths
from ztdsl.resolve.grpc import check_grpc
from ztdsl.resolve.openness import warn_of_closing
from ztdsl.resolve.problems import label
from ztdsl.resolve.requests import EVERY, request
from ztdsl.resolve.server_names import server_names
from ztdsl.resolve.sights import PEERS, are_plain, check_addresses, check_identities
from ztdsl.resolve.targets import targets
from ztdsl.resolve.users import user

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.dsl.policy import Policy
    from ztdsl.dsl.requests import Request
    from ztdsl.resolve.context import Context
    from ztdsl.resolve.target import Target

_EFFECTS: Final = {effect: ir.Effect(effect.value) for effect in Effect}
_key: Final[Callable[[values.Caller], str]] = attrgetter("key")
REQUESTS: Final[tuple[type[Request], ...]] = (Http, Grpc, AnyRequest)


def rules(context: Context, part: Policy) -> list[ir.Rule]:
    """The rules of one policy without its parts, one for each workload that a rule is about."""
    found: list[ir.Rule] = []
    seen: set[int] = set()
    owner = shapes.plain(part.owner) if isinstance(part.owner, str) else None
    for index, rule in shapes.items(context.problems, part, "rules", (Rule,), "rules"):
        if id(rule) in seen:
            context.problems.report("ZT501", "rule is listed twice", label(part, "rules", index))
            continue
        seen.add(id(rule))
        context.kept.append(rule)
        found += _rule(context, part, owner, rule)
    return found


def _rule(context: Context, part: Policy, owner: str | None, rule: Rule) -> list[ir.Rule]:
    context.problems.report_faults(rule)
    if not _is_sound(context, rule):
        return []
    because = _because(context, rule)
    warn_of_closing(context, rule)
    ends = weakenings.trial(context, rule, rule.stage)
    where = targets(context, part, rule)
    who = _callers(context, rule, where)
    what = _requests(context, rule, where)
    names = () if shapes.is_default(rule.server_names) else server_names(context, rule, where)
    if because is None or where is None or who is None or what is None or names is None:
        return []
    if rule.stage is not None and ends is None:
        return []
    if not are_plain(rule, who) and not (
        check_addresses(context, rule, where, who) and check_identities(context, rule, where, who)
    ):
        return []
    if any([each.not_paths if rule.effect is Effect.ALLOW else each.paths for each in what]):
        warn_of_paths(context, rule, where)
    callers = (who[0][1],) if len(who) == 1 else tuple(sorted({each.key: each for _, each in who}.values(), key=_key))
    effect = _EFFECTS[rule.effect]
    return [
        ir.Rule(
            effect,
            ends,
            namespace,
            workload,
            ports,
            rule.is_tcp,
            callers,
            what,
            names,
            because,
            owner,
            rule._origin,  # noqa: SLF001
        )
        for namespace, workload, ports in _places(where)
    ]


def _places(where: list[Target]) -> list[tuple[str, str | None, tuple[int, ...]]]:
    """The workloads of the targets, each with the ports that the rule is about."""
    if len(where) == 1:
        return [(where[0].namespace, where[0].workload, (where[0].port.container,))]
    grouped: dict[tuple[str, str | None], set[int]] = {}
    for target in where:
        grouped.setdefault((target.namespace, target.workload), set()).add(target.port.container)
    return [(namespace, workload, tuple(sorted(ports))) for (namespace, workload), ports in grouped.items()]


def _is_sound(context: Context, rule: Rule) -> bool:
    """Whether a rule is of a shape that `allow` and its kin give it; anyone can make another by hand."""
    if rule.effect.__class__ is Effect and rule.is_tcp is False and rule.stage is None:
        return True
    problems = context.problems
    effect = shapes.one(problems, rule, ("effect",), rule.effect, (Effect,), "an effect")
    is_tcp = shapes.one(problems, rule, ("is_tcp",), rule.is_tcp, (bool,), "true or false")
    if effect is Effect.AUDIT and rule.stage is not None:
        problems.report("ZT101", "an audit cannot be a dry run: it never refuses anything", label(rule, "stage"))
        return False
    if is_tcp and (rule.user is not None or rule.http is not None):
        field = "http" if rule.http is not None else "user"
        problems.report(
            "ZT129", f"a connection has no `{field}`: the proxy does not read its bytes", label(rule, field)
        )
        return False
    return effect is not None and is_tcp is not None


def _because(context: Context, rule: Rule) -> str | None:
    if rule.because.__class__ is str and rule.because and not rule.because.isspace():
        return rule.because
    because = shapes.string(context.problems, rule, "because")
    if because is not None and not because.strip():
        context.problems.report(
            "ZT136", "rule has no reason", label(rule, "because"), help=("say why, for the next reader",)
        )
        return None
    return because


def _callers(
    context: Context, rule: Rule, where: list[Target] | None
) -> list[tuple[tuple[str | int, ...], values.Caller]] | None:
    problems = context.problems
    beside = _user_beside(context, rule, where) if rule.user is not None else None
    before = len(problems.findings)
    listed = shapes.one_or_many(rule.callers, "callers")
    if not listed:
        problems.report(
            "ZT131",
            "rule has no callers",
            label(rule, "callers"),
            notes=("Istio reads an empty list of callers as everyone",),
            help=("name the callers, or write `Anyone()` if everyone is meant",),
        )
        return None
    found: list[tuple[tuple[str | int, ...], values.Caller]] = []
    for place, caller in listed:
        if isinstance(caller, EndUser):
            resolved = _end_user(context, rule, place, caller, where)
        else:
            resolved = _workload_caller(context, rule, place, caller, listed)
            if resolved is not None and beside is not None:
                resolved = _with_user(context, resolved.source, beside)
        if resolved is not None:
            found.append((place, resolved))
    is_good = len(problems.findings) == before and len(found) == len(listed)
    if is_good:
        is_good = _check_everyone(context, rule, found)
    if rule.user is not None and beside is None:
        return None
    return found if is_good else None


def _user_beside(context: Context, rule: Rule, where: list[Target] | None) -> values.User | None:
    if not _can_verify(context, rule, ("user",), where):
        return None
    declared = shapes.one(context.problems, rule, ("user",), rule.user, (EndUser,), "an end user")
    return None if declared is None else user(context, declared)


def _with_user(context: Context, peer: values.Source, beside: values.User) -> values.Caller:
    key = (peer.key, beside.key)
    known = context.pairs.get(key)
    if known is None:
        known = context.pairs[key] = values.Caller(peer, beside)
    return known


def _end_user(
    context: Context, rule: Rule, place: tuple[str | int, ...], caller: EndUser, where: list[Target] | None
) -> values.Caller | None:
    if rule.user is not None:
        context.problems.report(
            "ZT137",
            "rule names an end user as a caller and another as `user`",
            label(rule, *place),
            related=(label(rule, "user", text="the other"),),
            help=("`user` is the end user beside a workload; write two rules for two callers",),
        )
        return None
    if rule.is_tcp:
        context.problems.report(
            "ZT129", "a connection has no end user: tokens are read from HTTP requests", label(rule, *place)
        )
        return None
    if not _can_verify(context, rule, place, where):
        return None
    who = user(context, caller)
    return None if who is None else _with_user(context, values.Everyone(), who)


def _can_verify(context: Context, rule: Rule, place: tuple[str | int, ...], where: list[Target] | None) -> bool:
    """Whether tokens are verified at every target of the rule: only workloads by name read them."""
    if not where or all(target.workload is not None for target in where):
        return True
    context.problems.report(
        "ZT137",
        "end users cannot call every workload of a namespace",
        label(rule, *place),
        notes=("their tokens would be verified at every workload, and broken ones refused there",),
        help=("name the services that they call",),
    )
    return False


def _workload_caller(
    context: Context,
    rule: Rule,
    place: tuple[str | int, ...],
    caller: object,
    listed: list[tuple[tuple[str | int, ...], object]],
) -> values.Caller | None:
    known = context.plain.get(id(caller))
    if known is None:
        declared = shapes.one(context.problems, rule, place, caller, CALLERS, "a caller")
        resolved = source(context, declared) if declared is not None else None
        if isinstance(caller, WORKLOADS):
            check_declared(context, rule, place, caller)
        if resolved is None:
            return None
        known = context.plain[id(caller)] = values.Caller(resolved)
    if context.shared_accounts and isinstance(caller, WORKLOADS) and caller.service_account in context.shared_accounts:
        check_shared_identity(context, rule, "callers", caller, [item for _, item in listed])
    return known


def _check_everyone(context: Context, rule: Rule, found: list[tuple[tuple[str | int, ...], values.Caller]]) -> bool:
    """Report a caller that takes in the others of its list."""
    for place, caller in found if len(found) > 1 else ():
        source = caller.source
        if isinstance(source, values.Everyone) and not source.but and (caller.user is None or rule.user is not None):
            says = "anyone"
        elif (
            isinstance(source, values.AnyPeer) and not source.but and any(isinstance(c.source, PEERS) for _, c in found)
        ):
            says = "any workload"
        else:
            continue
        context.problems.report(
            "ZT137",
            f"list of callers says {says}, so others in it say nothing",
            label(rule, *place),
            help=("leave it out, or the others",),
        )
        return False
    return True


def _requests(context: Context, rule: Rule, where: list[Target] | None) -> tuple[values.Request, ...] | None:
    if rule.is_tcp:
        return ()
    problems = context.problems
    listed = shapes.one_or_many(rule.http, "http")
    if not listed:
        problems.report(
            "ZT131", "rule has no requests", label(rule, "http"), help=("write `AnyRequest()` for every request",)
        )
        return None
    before = len(problems.findings)
    resolved = [_request(context, rule, place, item, where) for place, item in listed]
    found = [each for each in resolved if each is not None]
    if len(problems.findings) != before or len(found) != len(listed):
        return None
    if len(found) == 1:
        return tuple(found)
    for (place, _), each in zip(listed, found, strict=True):
        if each == EVERY:
            problems.report(
                "ZT137",
                "list of requests says any request, so the others in it say nothing",
                label(rule, *place),
                help=("leave `AnyRequest()` out, or the others",),
            )
            return None
    return tuple(sorted(set(found), key=lambda each: each.key))


def _request(
    context: Context, rule: Rule, place: tuple[str | int, ...], item: object, where: list[Target] | None
) -> values.Request | None:
    declared: Request | None = shapes.one(
        context.problems, rule, place, item, REQUESTS, "a request, such as `AnyRequest()`"
    )
    resolved = request(context, declared) if declared is not None else None
    if resolved is not None and isinstance(declared, Http) and where is not None:
        if where[0].port.protocol is ir.Protocol.GRPC and all([t.port.protocol is ir.Protocol.GRPC for t in where]):
            check_grpc(context, declared, where[0])
        if resolved.hosts or resolved.not_hosts:
            check_hosts(context, rule, declared)
    return resolved
