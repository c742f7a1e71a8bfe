"""Namespaces, weakened ports and end users become PeerAuthentications and RequestAuthentications."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Spot
from ztdsl.ir.model import WorkloadKind
from ztdsl.istio.annotated import Annotated, Item
from ztdsl.istio.document import jwt_rule_document
from ztdsl.istio.kinds import (
    ClaimToHeader,
    JwtRule,
    Meta,
    PeerAuthentication,
    RequestAuthentication,
    Selector,
    TokenHeader,
)
from ztdsl.lower import names
from ztdsl.lower.split import budget, packed_by_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.ir import model as ir

Labels = tuple[tuple[str, str], ...]


def mode(weakening: ir.Weakening | None) -> str:
    """STRICT unless it is weakened."""
    return "STRICT" if weakening is None else "PERMISSIVE"


def weakened(what: str, weakening: ir.Weakening | None) -> tuple[str, ...]:
    """The comment of a weakening; none where nothing is weakened."""
    return () if weakening is None else (f"{what} until {weakening.until.isoformat()}: {weakening.because}",)


def namespace_mtls(name: str, weakening: ir.Weakening | None, labels: Labels) -> PeerAuthentication:
    """The mode of a whole namespace, or of the mesh in its root namespace."""
    return PeerAuthentication(Meta(names.DEFAULT_MTLS, name, labels), None, mode(weakening))


def workload_mtls(workload: ir.Workload, labels: Labels, *, is_namespace_ours: bool) -> Annotated | None:
    """The mode of a workload and of its weakened ports; None where its namespace's own mode says it all.

    Where another policy owns the namespace, the workload's mode does not wait for that policy to be applied.
    A gateway's ports take their TLS settings from its Gateway resource, not from here.
    """
    ports = [port for port in workload.ports if port.mtls is not None]
    if workload.kind is WorkloadKind.GATEWAY or (is_namespace_ours and not ports):
        return None
    manifest = PeerAuthentication(
        Meta(names.peer_authentication(workload.name), workload.namespace, labels),
        Selector(workload.labels),
        mode(workload.mtls),
        tuple((port.container, mode(port.mtls)) for port in ports),
    )
    items = tuple(Item(weakened("permissive", port.mtls), port.origin, f"port {port.container}") for port in ports)
    comments = () if is_namespace_ours else weakened("permissive", workload.mtls)
    return Annotated(manifest, comments, items, workload.origin, f"service `{workload.name}`")


class TokenRules:
    """Makes the RequestAuthentications of one model; each issuer is worked out once."""

    def __init__(self, model: ir.Model, labels: Labels) -> None:
        self._labels = labels
        self._mesh = model.mesh
        self._limit = budget(model.mesh)
        self._issuers = {each.issuer: each for each in model.issuers}
        self._rules: dict[str, tuple[JwtRule, Item]] = {}
        self._objects: dict[tuple[str, ...], list[tuple[tuple[JwtRule, ...], tuple[Item, ...]]]] = {}
        self.findings: list[Diagnostic] = []

    def authentications(self, workload: ir.Workload, issuers: set[str]) -> Iterator[Annotated]:
        """What lets a workload read the tokens of exactly these issuers."""
        for part, (rules, items) in enumerate(self._split(tuple(sorted(issuers))), start=1):
            meta = Meta(names.request_authentication(workload.name, part=part), workload.namespace, self._labels)
            manifest = RequestAuthentication(meta, Selector(workload.labels), (), rules)
            yield Annotated(manifest, (), items, workload.origin, f"{workload.kind} `{workload.name}`")

    def _split(self, issuers: tuple[str, ...]) -> list[tuple[tuple[JwtRule, ...], tuple[Item, ...]]]:
        """What each object of a workload with these issuers holds; most workloads share theirs with others."""
        known = self._objects.get(issuers)
        if known is None:
            pairs = [self._rule(name) for name in issuers]
            runs = [pairs] if len(pairs) == 1 else packed_by_size(pairs, _size, self._limit)
            known = self._objects[issuers] = [(tuple([r for r, _ in run]), tuple([i for _, i in run])) for run in runs]
        return known

    def _rule(self, name: str) -> tuple[JwtRule, Item]:
        known = self._rules.get(name)
        if known is None:
            issuer = self._issuers[name]
            known = self._rules[name] = (_jwt_rule(issuer), _issuer_item(issuer))
            if _size(known) > self._limit:
                self._report_too_large(issuer)
        return known

    def _report_too_large(self, issuer: ir.Issuer) -> None:
        place = Label(Spot(issuer.origin)) if issuer.origin is not None else None
        message = f"issuer `{issuer.issuer}` is larger than the {self._limit:,} bytes that an object takes"
        help_ = ("give `jwks_uri` instead of a large key file",)
        self.findings.append(diagnostic("ZT603", message, place, help=help_))


def _size(pair: tuple[JwtRule, Item]) -> int:
    return len(json.dumps(jwt_rule_document(pair[0])))


def _issuer_item(issuer: ir.Issuer) -> Item:
    comments = (f"any audience: {issuer.because}",) if issuer.because is not None else ()
    return Item(comments, issuer.origin, f"issuer `{issuer.issuer}`")


def _jwt_rule(issuer: ir.Issuer) -> JwtRule:
    return JwtRule(
        issuer=issuer.issuer,
        audiences=issuer.audiences or (),
        jwks_uri=issuer.jwks_uri,
        jwks=issuer.jwks,
        from_headers=tuple(TokenHeader(header.name, header.prefix) for header in issuer.from_headers),
        from_params=issuer.from_params,
        from_cookies=issuer.from_cookies,
        output_payload_to_header=issuer.payload_header,
        output_claim_to_headers=tuple(ClaimToHeader(h, ".".join(path)) for h, path in issuer.claim_headers),
        forward_original_token=issuer.forward,
        space_delimited_claims=issuer.space_delimited,
    )
