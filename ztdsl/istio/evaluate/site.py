"""A port of a workload with everything that decides about requests to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ztdsl.istio.evaluate.policies import KIND
from ztdsl.traffic.decision import Decider

if TYPE_CHECKING:
    from ztdsl.istio.evaluate.attachment import Attached
    from ztdsl.istio.evaluate.facts import Setting
    from ztdsl.istio.evaluate.peers import Mode
    from ztdsl.istio.evaluate.policies import Policies
    from ztdsl.istio.evaluate.tokens import TokenReader


class Site(NamedTuple):
    """What decides about one port of one workload.

    Attributes:
        attached: the objects that apply.
        mode: which connections the port accepts; None where PeerAuthentications do not decide it.
        policies: their AuthorizationPolicies as the port's filters.
        setting: what the proxy does to requests.
        tokens: what reads tokens; None where nothing does, as on TCP.
    """

    attached: Attached
    mode: Mode | None
    policies: Policies
    setting: Setting
    tokens: TokenReader | None

    @property
    def objects(self) -> tuple[Decider, ...]:
        """Every object that applies, connections first."""
        return (
            *(Decider("PeerAuthentication", each.meta.namespace, each.meta.name) for each in self.attached.peers),
            *(Decider("RequestAuthentication", each.meta.namespace, each.meta.name) for each in self.attached.requests),
            *(Decider(KIND, each.meta.namespace, each.meta.name) for each in self.attached.policies),
        )
