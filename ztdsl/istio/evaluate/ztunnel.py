"""What ztunnel does with a connection: policies without target references, by what it can see of a connection.

Sources: Istio `pilot/pkg/serviceregistry/ambient/authorization.go`; ztunnel `src/rbac.rs`, `src/state.rs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.istio.evaluate.answers import NO_ALLOW_POLICY, NO_ALLOW_RULE, unknown
from ztdsl.istio.evaluate.l4_connection import Connection
from ztdsl.istio.evaluate.l4_rule import matches_l4
from ztdsl.istio.evaluate.peers import FOREIGN, NO_CERTIFICATE, PLAINTEXT, STRICT, ambient_mode
from ztdsl.istio.evaluate.policies import is_enforced
from ztdsl.traffic.decision import Decider, Decision, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.istio.evaluate.attachment import Attached
    from ztdsl.istio.kinds import AuthorizationPolicy
    from ztdsl.traffic.mesh import Mesh
    from ztdsl.traffic.request import Request


def decide_l4(attached: Attached, request: Request, mesh: Mesh) -> Decision:
    """Whether ztunnel lets the connection of `request` through; what it carries is not its matter."""
    if attached.lacking is not None:
        return unknown(f"what applies to the workload depends on {attached.lacking}")
    connection = Connection(request)
    refused = _at_handshake(connection, attached, mesh)
    if refused is not None:
        return refused
    policies = [each for each in attached.policies if is_enforced(each)]  # istiod withholds AUDIT, CUSTOM and dry runs
    deny = _search(policies, "DENY", connection)
    allow = _search(policies, "ALLOW", connection)
    has_allow = any(each.action == "ALLOW" for each in policies)
    if deny.rule is not None:
        return Decision(Verdict.REFUSED, None, deny.rule)
    if has_allow and allow == _NOTHING:
        return Decision(Verdict.REFUSED, None, None, NO_ALLOW_RULE)
    lacking = deny.lacking or (allow.lacking if allow.rule is None else None)
    if lacking is not None:
        return unknown(f"the verdict depends on {lacking}")
    return Decision(Verdict.ALLOW, None, allow.rule, None if has_allow else NO_ALLOW_POLICY)


def _at_handshake(connection: Connection, attached: Attached, mesh: Mesh) -> Decision | None:
    """The decision where the connection ends before any policy.

    A certificate must be of the trust domain of the server's own; aliases and federated domains do not count here.
    """
    request = connection.request
    if connection.is_mutual:
        if request.peer is None:
            return Decision(Verdict.REFUSED, None, None, NO_CERTIFICATE)
        if connection.parts is None or connection.parts[0] != mesh.trust_domain:
            return Decision(Verdict.REFUSED, None, None, FOREIGN)
        return None
    effective = ambient_mode(attached.peers, request.to, mesh)
    if effective.lacking is not None:
        return unknown(f"the mode of the port depends on {effective.lacking}")
    if effective.value == STRICT:
        return Decision(Verdict.REFUSED, None, effective.decided_by, PLAINTEXT)
    return None


class _Found(NamedTuple):
    """The first rule that certainly matches, and the fact that the match of another depends on."""

    rule: Decider | None
    lacking: str | None


_NOTHING: Final = _Found(None, None)


def _search(policies: Sequence[AuthorizationPolicy], action: str, connection: Connection) -> _Found:
    lacking: str | None = None
    for policy in policies:
        if policy.action != action:
            continue
        for index, rule in enumerate(policy.rules):
            matches = matches_l4(rule, policy, connection)
            if matches is True:
                meta = policy.meta
                return _Found(Decider("AuthorizationPolicy", meta.namespace, meta.name, index), lacking)
            if matches is not False:
                lacking = str(matches)
    return _Found(None, lacking)
