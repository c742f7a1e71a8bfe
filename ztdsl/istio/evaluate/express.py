"""The short way to a decision, for the requests that most are: nothing lacking, and no external authorizer.

A site's rules are kept by the identities that they name, with the tests of identity and port made once, and each
decision exists once. Where anything else is asked of a site or a request, the answer is left to `stages`; where both
answer, they give the same.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol

from ztdsl.istio.evaluate.facts import Facts, LackingFactError
from ztdsl.istio.evaluate.identities import SCHEME
from ztdsl.istio.evaluate.lanes import Lanes
from ztdsl.istio.evaluate.peers import DISABLE, PLAINTEXT, STRICT
from ztdsl.istio.evaluate.tokens import NOT_READ, Outcome
from ztdsl.traffic.decision import Decision, Verdict
from ztdsl.traffic.paths import UnclearPathError, matched_path
from ztdsl.traffic.plain import is_plain, is_plain_but_path, is_settled
from ztdsl.traffic.request import Chain, Proxy, Tls

if TYPE_CHECKING:
    from ztdsl.istio.evaluate.lanes import Lane
    from ztdsl.istio.evaluate.site import Site
    from ztdsl.istio.evaluate.tokens import TokenResult
    from ztdsl.traffic.mesh import Mesh
    from ztdsl.traffic.request import Destination, Request

_ANY_PEER: Final = ("",)
_MTLS, _NONE = Tls.MTLS, Tls.NONE
_PASSED, _REFUSED = Outcome.PASSED, Outcome.REFUSED


class Express(Protocol):
    """A short way to decisions at one site."""

    site: Site

    def decide(self, request: Request) -> Decision | None:
        """The decision; None where the request takes the long way."""


class _Way:
    """What the short ways on both kinds of chain have in common.

    Attributes:
        site: what decides.
        lanes: the lanes of callers that rules name; None for those that did not call yet.
        plaintext: the lane of plaintext; None where there is no short way for it.
        refusal: the decision about all plaintext, where there is one.
    """

    __slots__ = ("_made", "_prefixes", "_strangers", "lanes", "plaintext", "refusal", "site")

    def __init__(self, site: Site, to: Destination, mesh: Mesh) -> None:
        self.site = site
        self._made = Lanes(site, to)
        self.lanes: dict[str | None, Lane | None] = dict.fromkeys(self._made.named)
        self._strangers = self._made.strangers
        self._prefixes = _prefixes(mesh) if site.mode is not None else _ANY_PEER
        self.plaintext = self._made.make(None) if _takes_plaintext(site, to) else None
        self.refusal: Decision | None = None
        if site.mode is not None and site.mode.value == STRICT:
            self.refusal = Decision(Verdict.REFUSED, None, site.mode.decided_by, PLAINTEXT)

    def _named_lane(self, peer: str | None) -> Lane | None:
        """The lane of a caller that a rule names, made when it first calls; None where it takes the long way."""
        if peer is None or not peer.startswith(self._prefixes):
            return None
        lane = self.lanes[peer] = self._made.make(peer)
        return lane


class _Connections(_Way):
    """The short way on a TCP port."""

    __slots__ = ()

    def decide(self, request: Request) -> Decision | None:
        """The decision; None where the request takes the long way."""
        tls = request.tls
        if tls is _MTLS:
            identity = request.peer
            lane = self.lanes.get(identity, self._strangers) or self._named_lane(identity)
            if lane is self._strangers and (identity is None or not identity.startswith(self._prefixes)):
                return None
        elif tls is _NONE:
            identity, lane = None, self.plaintext
            if lane is None:
                return self.refusal
        else:
            return None
        if lane is None:
            return None
        facts = Facts(request, self.site.setting)
        facts.identity = identity
        try:
            for _, _, _, rest, found in lane.alternatives:
                if rest is None or rest(facts):
                    decision = found
                    break
            else:
                decision = lane.otherwise
            return decision if lane.beside is None else lane.beside.report(decision, facts)
        except LackingFactError:
            return None


class _Requests(_Way):
    """The short way on an HTTP port."""

    __slots__ = ("_normalization", "_reads_path", "_tokens")

    def __init__(self, site: Site, to: Destination, mesh: Mesh) -> None:
        super().__init__(site, to, mesh)
        self._tokens = site.tokens
        self._normalization = site.setting.normalization
        self._reads_path = self._made.reads_path

    def decide(self, request: Request) -> Decision | None:  # noqa: C901, PLR0912 - calls cost time here
        """The decision; None where the request takes the long way."""
        tls = request.tls
        if tls is _MTLS:
            identity = request.peer
            lane = self.lanes.get(identity, self._strangers)
            if lane is self._strangers:
                if identity is None or not identity.startswith(self._prefixes):
                    return None
            elif lane is None:
                lane = self._named_lane(identity)
                if lane is None:
                    return None
        elif tls is _NONE:
            identity, lane = None, self.plaintext
            if lane is None:
                return self.refusal
        else:
            return None
        http = request.http
        if http is None:
            return None
        path, reader, tokens = http.path, self._tokens, None
        if is_settled(path):
            if not is_plain_but_path(http):
                return None
            if not http.headers and not request.tokens:
                reader = None  # it finds nothing
        elif is_plain(http):
            try:
                path = matched_path(path, self._normalization) if self._reads_path else ""
            except UnclearPathError:
                return None
        else:
            return None
        if reader is not None:
            tokens = reader.read(request)
            if tokens.outcome is not _PASSED:
                return tokens.refusal
        method = http.method
        facts = None
        try:
            for methods, exact, prefixes, rest, found in lane.alternatives:
                if method in methods and (path in exact or path.startswith(prefixes)):
                    if rest is not None:
                        if facts is None:
                            facts = self._facts(request, identity, path, tokens)
                        if not rest(facts):
                            continue
                    decision = found
                    break
            else:
                decision = lane.otherwise
            if lane.beside is None:
                return decision
            return lane.beside.report(decision, facts or self._facts(request, identity, path, tokens))
        except LackingFactError:
            return None

    def _facts(self, request: Request, identity: str | None, path: str, tokens: TokenResult | None) -> Facts:
        """What is known of the request by now, for the tests that are left."""
        facts = Facts(request, self.site.setting)
        facts.identity, facts.path = identity, path
        if tokens is None:
            tokens = NOT_READ if self._tokens is None else self._tokens.without
        facts.tokens, facts.claims = tokens, tokens.claims
        return facts


class _NoWay:
    """No short way: all requests take the long one."""

    __slots__ = ("site",)

    def __init__(self, site: Site) -> None:
        self.site = site

    def decide(self, request: Request) -> None:
        """The request takes the long way."""


def express(site: Site, to: Destination, mesh: Mesh) -> Express:
    """The short way at a site."""
    policies = site.policies
    if site.attached.lacking is not None or to.proxy is Proxy.ZTUNNEL:
        return _NoWay(site)
    if site.mode is not None and (site.mode.lacking is not None or site.mode.value == DISABLE):
        return _NoWay(site)
    if policies.custom or policies.custom_dry_run:
        return _NoWay(site)
    return (_Requests if to.chain is Chain.HTTP else _Connections)(site, to, mesh)


@lru_cache(8)
def _prefixes(mesh: Mesh) -> tuple[str, ...]:
    """What the identities begin with that proxies of the mesh accept where PeerAuthentications decide."""
    return tuple(f"{SCHEME}{domain}/" for domain in (*mesh.trust_domains, *mesh.federated_trust_domains))


def _takes_plaintext(site: Site, to: Destination) -> bool:
    return to.proxy is Proxy.GATEWAY if site.mode is None else site.mode.value != STRICT
