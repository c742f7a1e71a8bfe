"""Everything that can be said of an input: each chain with its path, its identity and its faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ztdsl.certificate import judge, spiffe
from ztdsl.certificate.chain import Path, path
from ztdsl.certificate.workload import Owner, Standing, owner, standing
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ztdsl.certificate.facts import Certificate
    from ztdsl.certificate.presented import Chain, Presented
    from ztdsl.certificate.spiffe import SpiffeId
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.ir.model import Model
    from ztdsl.traffic.mesh import Mesh


class Around(NamedTuple):
    """What certificates are held against.

    Attributes:
        anchors: the CAs that are trusted.
        anchors_from: where they came from, in words; None where there are none.
        mesh: whose trust domains count; None where no mesh is described.
        model: the policy; None where none was given.
        now: the instant that counts.
    """

    anchors: tuple[Certificate, ...]
    anchors_from: str | None
    mesh: Mesh | None
    model: Model | None
    now: datetime


class Inspected(NamedTuple):
    """One chain.

    Attributes:
        chain: as it was shown.
        path: how far it leads.
        identity: the SPIFFE ID of the first certificate; None where it has no URI name, several, or a malformed one.
        standing: what its trust domain is to the mesh; None where there is no identity or no mesh.
        owner: whose identity it is under the policy; None where there is no identity or no policy.
    """

    chain: Chain
    path: Path
    identity: SpiffeId | None
    standing: Standing | None
    owner: Owner | None


class Inspection(NamedTuple):
    """An input, looked at.

    Attributes:
        given: what it holds.
        around: what it was held against.
        chains: at least one.
        findings: all that is wrong.
    """

    given: Presented
    around: Around
    chains: tuple[Inspected, ...]
    findings: tuple[Diagnostic, ...]


def inspect(given: Presented, around: Around) -> Inspection:
    """What an input says under what is known around it."""
    chains = tuple(_looked_at(each, around) for each in given.chains)
    findings = list(judge.of_input(given))
    for each in chains:
        findings += _findings(each, around)
    return Inspection(given, around, chains, tuple(dict.fromkeys(findings)))


def _looked_at(chain: Chain, around: Around) -> Inspected:
    leaf = chain.certificates[0]
    found = path(chain.certificates, around.anchors, has_anchors=around.anchors_from is not None)
    identity = spiffe.parse(leaf.uris[0]) if len(leaf.uris) == 1 and not spiffe.problems(leaf.uris[0]) else None
    mesh = None if identity is None or around.mesh is None else standing(identity.trust_domain, around.mesh)
    whose = None if identity is None or around.model is None else owner(identity, around.model)
    return Inspected(chain, found, identity, mesh, whose)


def _findings(each: Inspected, around: Around) -> Iterator[Diagnostic]:
    leaf = each.chain.certificates[0]
    place = None if leaf.place is None else Label(leaf.place)
    yield from judge.of_leaf(leaf, each.chain.certificates[1:])
    is_workload = each.identity is not None and each.identity.workload is not None
    yield from judge.of_path(each.path, around.now, is_workload=is_workload)
    if each.identity is None:
        return
    domain = each.identity.trust_domain
    if each.standing is Standing.FOREIGN and around.mesh is not None:
        known = ", ".join(f"`{name}`" for name in (*around.mesh.trust_domains, *around.mesh.federated_trust_domains))
        yield diagnostic(
            "ZT753",
            f"the trust domain `{domain}` is none that mesh `{around.mesh.name}` knows",
            place,
            notes=[f"the mesh knows {known}"],
            help=["a sidecar refuses such a peer; is it a certificate of another mesh, or a mesh missing in ztc.toml?"],
        )
    if each.owner is not None and each.owner.miss is not None and not _is_partner(each):
        yield diagnostic("ZT754", f"`{each.identity.text}` is no workload of the policy: {each.owner.miss}", place)


def _is_partner(each: Inspected) -> bool:
    """Whether it is of a federated trust domain, whose workloads no policy of this mesh declares."""
    return each.standing is Standing.FEDERATED
