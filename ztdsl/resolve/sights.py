"""What the callee's proxy really sees of a caller: addresses behind hops, identities without mTLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.dsl.rules import Effect
from ztdsl.dsl.workloads import Namespace
from ztdsl.ir import values
from ztdsl.resolve.problems import label

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Label
    from ztdsl.dsl.rules import Rule
    from ztdsl.resolve.context import Context
    from ztdsl.resolve.target import Target

Callers = list[tuple[tuple[str | int, ...], values.Caller]]
PEERS = (values.PeerIdentity, values.PeerNamespace, values.PeerTrustDomain)


def are_plain(rule: Rule, who: Callers) -> bool:
    """Whether nothing here can be wrong with the callers: most rules allow named identities, or everyone."""
    return rule.effect is Effect.ALLOW and all([_is_plain(caller.source) for _, caller in who])


def _is_plain(source: values.Source) -> bool:
    return isinstance(source, PEERS) or (isinstance(source, values.Everyone) and not source.but)


def check_addresses(context: Context, rule: Rule, where: list[Target], who: Callers) -> bool:
    """Report address blocks that the proxy of a target would compare with another address."""
    is_good = True
    for place, caller in who:
        tested = _addresses(caller.source)
        if any(isinstance(each, values.SourceAddress) for each in tested):
            is_good &= _check_source(context, rule, where, place)
        if any(isinstance(each, values.ClientAddress) for each in tested):
            is_good &= _check_client(context, rule, where, place)
    return is_good


def _addresses(source: values.Source) -> tuple[object, ...]:
    return source.but if isinstance(source, values.Everyone) else (source,)


def _check_source(context: Context, rule: Rule, where: list[Target], place: tuple[str | int, ...]) -> bool:
    gateway = next((each for target in where for each in target.gateways), None)
    if gateway is None:
        return True
    context.problems.report(
        "ZT303",
        f"gateway `{gateway.name}` sees the address of the hop before it, not the client's",
        label(rule, *place),
        related=(label(gateway, text="gateway declared here"),),
        help=("write `RemoteIpBlock(...)`, and tell the gateway its `trusted_proxies`",),
    )
    return False


def _check_client(context: Context, rule: Rule, where: list[Target], place: tuple[str | int, ...]) -> bool:
    if any(target.has_sidecars for target in where):
        context.problems.report(
            "ZT304",
            "a sidecar takes the client's address from a header that any caller can forge",
            label(rule, *place),
            help=("test it at the gateway, or write `IpBlock(...)` for the address that connects",),
        )
        return False
    if _has_hop(context, rule, where, place):
        return False
    blind = next((each for target in where for each in target.gateways if each.trusted_proxies is None), None)
    if blind is None:
        return True
    context.problems.report(
        "ZT305",
        f"gateway `{blind.name}` is not told how many trusted proxies stand in front of it",
        label(rule, *place),
        related=(label(blind, text="gateway declared here"),),
        help=(
            "write `trusted_proxies=` as in the gateway's `numTrustedProxies`",
            "write 0 if clients connect to it directly and their address is kept",
        ),
    )
    return False


def _has_hop(context: Context, rule: Rule, where: list[Target], place: tuple[str | int, ...]) -> bool:
    """Report connections: only requests carry the addresses that proxies in front of a gateway add."""
    for target in where:
        gateway = next((each for each in target.gateways if each.trusted_proxies), None)
        if gateway is not None and not target.port.protocol.is_http:
            context.problems.report(
                "ZT303",
                f"on a connection, gateway `{gateway.name}` sees the address of the proxy before it",
                label(rule, *place),
                related=(label(gateway, "trusted_proxies", text="proxies stand in front of it"),),
                notes=("trusted proxies name the client in a header of requests, and a connection has none",),
                help=("test client addresses at an HTTP port",),
            )
            return True
    return False


def check_identities(context: Context, rule: Rule, where: list[Target], who: Callers) -> bool:
    """Report tests of identities that plaintext callers escape.

    An allowance of named identities is safe without STRICT mTLS: a caller without identity does not match.
    """
    loose = next((target for target in where if not target.is_strict), None)
    if loose is None or rule.effect is Effect.AUDIT:
        return True
    for place, caller in who:
        if not _is_escaped(rule.effect, caller.source):
            continue
        why = "is a gateway's, where callers need no identity" if loose.gateways else "also accepts plaintext"
        context.problems.report(
            "ZT306",
            f"callers without identity escape this rule: port {loose.port.container} {why}",
            label(rule, *place),
            related=(_plaintext(loose),),
            help=(
                "allow the identities that are meant instead",
                *(() if loose.gateways else ("make the port STRICT",)),
            ),
        )
        return False
    return True


def _plaintext(target: Target) -> Label:
    """Where the policy says that plaintext is accepted; the port for a gateway, whose TLS no policy says."""
    port, callee = target.endpoint.port, target.endpoint.target
    if target.gateways:
        return label(port, text="port declared here")
    if port.mtls is not None:
        return label(port, "mtls", text="plaintext is accepted here")
    namespace = callee if isinstance(callee, Namespace) else callee.namespace
    if namespace.mtls is not None:
        return label(namespace, "mtls", text="plaintext is accepted in the whole namespace")
    return label(port, text="port declared here")


def _is_escaped(effect: Effect, source: values.Source) -> bool:
    if effect is Effect.DENY:
        return isinstance(source, (*PEERS, values.AnyPeer))
    return isinstance(source, values.Everyone) and any(isinstance(each, PEERS) for each in source.but)
