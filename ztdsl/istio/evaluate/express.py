"""The short way to a decision, for the requests that most are: nothing lacking, and no external authorizer.

A site's rules are kept by the identities that they name, with the tests of identity and port made once, and each
decision exists once. Where anything else is asked of a site or a request, the answer is left to `stages`; where both
answer, they give the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from ztdsl.istio.evaluate.facts import Facts, LackingFactError
from ztdsl.istio.evaluate.identities import SCHEME
from ztdsl.istio.evaluate.lanes import Lanes
from ztdsl.istio.evaluate.peers import DISABLE, STRICT
from ztdsl.istio.evaluate.tokens import Outcome
from ztdsl.traffic.malformed import is_plain
from ztdsl.traffic.paths import UnclearPathError, matched_path
from ztdsl.traffic.request import Chain, Proxy, Tls

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.istio.evaluate.site import Site
    from ztdsl.traffic.decision import Decision
    from ztdsl.traffic.mesh import Mesh
    from ztdsl.traffic.request import Destination, Request

_ANY_PEER: Final = ("",)

Express: TypeAlias = "Callable[[Request], Decision | None]"


def _connections(site: Site, to: Destination, mesh: Mesh) -> Express:
    """The short way on a TCP port."""
    lanes = Lanes(site, to)
    made = lanes.made.get
    setting = site.setting
    prefixes = _prefixes(site, mesh)
    takes_plaintext = _takes_plaintext(site, to)

    def decide(request: Request) -> Decision | None:
        if request.tls is Tls.MTLS:
            identity = request.peer
            if identity is None or not identity.startswith(prefixes):
                return None
            lane = made(identity) or lanes.make(identity)
        elif request.tls is Tls.NONE and takes_plaintext:
            identity = None
            lane = lanes.made[None]
        else:
            return None
        facts = Facts(request, setting)
        facts.identity = identity
        try:
            for matches, found in lane.rules:
                if matches(facts):
                    decision = found
                    break
            else:
                decision = lane.otherwise
            return decision if lane.beside is None else lane.beside.report(decision, facts)
        except LackingFactError:
            return None

    return decide


def _requests(site: Site, to: Destination, mesh: Mesh) -> Express:  # noqa: C901 - calls are what costs time here
    """The short way on an HTTP port; longer than `_connections` by the request, and apart from it for its speed."""
    lanes = Lanes(site, to)
    made = lanes.made.get
    setting = site.setting
    normalization = setting.normalization
    reads_path = lanes.reads_path
    read_tokens = None if site.tokens is None else site.tokens.read
    prefixes = _prefixes(site, mesh)
    takes_plaintext = _takes_plaintext(site, to)

    def decide(request: Request) -> Decision | None:  # noqa: C901 - likewise
        http = request.http
        if http is None or not is_plain(http):
            return None
        if request.tls is Tls.MTLS:
            identity = request.peer
            if identity is None or not identity.startswith(prefixes):
                return None
            lane = made(identity) or lanes.make(identity)
        elif request.tls is Tls.NONE and takes_plaintext:
            identity = None
            lane = lanes.made[None]
        else:
            return None
        facts = Facts(request, setting)
        facts.identity = identity
        facts.method = http.method
        try:
            if reads_path:
                facts.path = matched_path(http.path, normalization)
            if read_tokens is not None:
                result = read_tokens(request)
                if result.outcome is not Outcome.PASSED:
                    return None
                facts.tokens = result
            for matches, found in lane.rules:
                if matches(facts):
                    decision = found
                    break
            else:
                decision = lane.otherwise
            return decision if lane.beside is None else lane.beside.report(decision, facts)
        except (LackingFactError, UnclearPathError):
            return None

    return decide


def express(site: Site, to: Destination, mesh: Mesh) -> Express | None:
    """The short way at a site, which gives None where a request takes the long one; None where all do."""
    policies = site.policies
    if site.attached.lacking is not None or to.proxy is Proxy.ZTUNNEL:
        return None
    if site.mode is not None and (site.mode.lacking is not None or site.mode.value == DISABLE):
        return None
    if policies.custom or policies.custom_dry_run:
        return None
    return (_requests if to.chain is Chain.HTTP else _connections)(site, to, mesh)


def _prefixes(site: Site, mesh: Mesh) -> tuple[str, ...]:
    """What the identities begin with that the proxy accepts; PeerAuthentications do not touch gateways."""
    if site.mode is None:
        return _ANY_PEER
    return tuple(f"{SCHEME}{domain}/" for domain in (*mesh.trust_domains, *mesh.federated_trust_domains))


def _takes_plaintext(site: Site, to: Destination) -> bool:
    return to.proxy is Proxy.GATEWAY if site.mode is None else site.mode.value != STRICT
