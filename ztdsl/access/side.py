"""What decides about one port of one workload, before the change or after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ztdsl.istio.evaluate.attachment import Attachments
from ztdsl.istio.evaluate.facts import Facts, Setting
from ztdsl.istio.evaluate.peers import DISABLE, accept, mode
from ztdsl.istio.evaluate.tokens import TokenReader
from ztdsl.traffic.request import Chain, Proxy, Tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ztdsl.istio.evaluate.attachment import Attached
    from ztdsl.istio.evaluate.peers import Mode
    from ztdsl.istio.evaluate.policies import Policies, PolicyCompiler
    from ztdsl.istio.kinds import JwtRule, Manifest
    from ztdsl.traffic.mesh import Mesh
    from ztdsl.traffic.request import Destination, Request


class Side(NamedTuple):
    """One side of the change at one port.

    Attributes:
        mode: which connections the port accepts; None where PeerAuthentications do not decide it.
        policies: the rules that run there.
        setting: what the proxy does to requests.
        rules: the rules about tokens.
        reader: what reads tokens; None where nothing does.
        mesh: the mesh.
    """

    mode: Mode | None
    policies: Policies
    setting: Setting
    rules: tuple[JwtRule, ...]
    reader: TokenReader | None
    mesh: Mesh

    def connected(self, request: Request) -> Facts | None:
        """The facts of a request whose connection is accepted; None of another."""
        facts = Facts(request, self.setting)
        if self.mode is None:
            is_refused = request.to.proxy is Proxy.WAYPOINT and request.tls is not Tls.MTLS
            return None if is_refused else facts
        acceptance = accept(self.mode, request, self.mesh)
        facts.identity = acceptance.identity
        return facts if acceptance.is_accepted else None

    def looks_like(self, other: Side) -> bool:
        """Whether both make the same facts of every request."""
        own, others = (None if each.mode is None else each.mode.value for each in (self, other))
        return own == others and self.rules == other.rules


class Sides:
    """One side of the change, for the whole mesh."""

    def __init__(self, manifests: Iterable[Manifest], mesh: Mesh, compiler: PolicyCompiler) -> None:
        self._mesh = mesh
        self._attachments = Attachments(manifests, mesh)
        self._compiler = compiler
        self._readers: dict[tuple[JwtRule, ...], TokenReader] = {}

    def attached(self, to: Destination) -> Attached:
        """The objects that apply to a destination."""
        return self._attachments.at(to)

    def at(self, to: Destination, attached: Attached) -> Side:
        """What decides at a port where `attached` applies."""
        effective = mode(attached.peers, to, self._mesh) if to.proxy is Proxy.SIDECAR else None
        rules = tuple(rule for each in attached.requests for rule in each.jwt_rules) if to.chain is Chain.HTTP else ()
        setting = Setting(
            self._mesh.path_normalization,
            is_gateway=to.proxy is Proxy.GATEWAY,
            trusted_proxies=self._mesh.trusted_proxies if to.trusted_proxies is None else to.trusted_proxies,
            reads_server_name=effective is None or effective.value != DISABLE,
        )
        policies = self._compiler.stages(attached.policies, to.chain)
        return Side(effective, policies, setting, rules, self._reader(rules, attached), self._mesh)

    def _reader(self, rules: tuple[JwtRule, ...], attached: Attached) -> TokenReader | None:
        if not rules:
            return None
        reader = self._readers.get(rules)
        if reader is None:
            reader = self._readers[rules] = TokenReader(attached.requests)
        return reader


def lacking(sides: Sequence[Side], attached: Sequence[Attached]) -> str | None:
    """Why nothing can be said about a port; None where something can."""
    for side, each in zip(sides, attached, strict=True):
        if each.lacking is not None:
            return f"what applies to the workload depends on {each.lacking}"
        if side.mode is not None and side.mode.lacking is not None:
            return f"the mode of the port depends on {side.mode.lacking}"
    return None
