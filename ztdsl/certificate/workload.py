"""Whose identity it is: the mesh's trust domains, and the workloads that a policy declares."""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ztdsl.certificate.spiffe import SpiffeId
    from ztdsl.ir.model import Model, Workload
    from ztdsl.traffic.mesh import Mesh


class Standing(StrEnum):
    """What a trust domain is to a mesh."""

    OWN = "own"
    ALIAS = "alias"
    FEDERATED = "federated"
    FOREIGN = "foreign"


class Owner(NamedTuple):
    """Whose identity it is under a policy.

    Attributes:
        workloads: the declared workloads with that service account; several share one identity.
        miss: where there is none, what comes nearest, in one phrase.
    """

    workloads: tuple[Workload, ...]
    miss: str | None


def standing(trust_domain: str, mesh: Mesh) -> Standing:
    """What `trust_domain` is to `mesh`."""
    if trust_domain == mesh.trust_domain:
        return Standing.OWN
    if trust_domain in mesh.trust_domain_aliases:
        return Standing.ALIAS
    return Standing.FEDERATED if trust_domain in mesh.federated_trust_domains else Standing.FOREIGN


def owner(identity: SpiffeId, model: Model) -> Owner:
    """Whose `identity` is, which has a SPIFFE ID's form."""
    if identity.workload is None:
        return Owner((), "its path has not Istio's form /ns/NAMESPACE/sa/ACCOUNT, and policies name no other")
    namespace, account = identity.workload
    same = tuple(each for each in model.workloads if (each.namespace, each.service_account) == (namespace, account))
    if identity.trust_domain in model.mesh.trust_domains:
        return Owner(same, None) if same else Owner((), _miss(namespace, account, model))
    if same:
        names = _names(same)
        return Owner(
            (), f"{names} has that namespace and service account, but in trust domain `{model.mesh.trust_domain}`"
        )
    return Owner((), f"the policy's workloads are of trust domain `{model.mesh.trust_domain}`")


def _miss(namespace: str, account: str, model: Model) -> str:
    elsewhere = [each for each in model.workloads if each.service_account == account]
    if elsewhere:
        return f"{_names(tuple(elsewhere))} has that service account, but in another namespace"
    here = sorted({each.service_account for each in model.workloads if each.namespace == namespace})
    near = get_close_matches(account, here, n=1)
    if near:
        return f"the nearest service account in namespace `{namespace}` is `{near[0]}`"
    if here:
        return f"the service accounts of namespace `{namespace}` are {', '.join(f'`{each}`' for each in here[:10])}"
    return f"the policy declares no workload in namespace `{namespace}`"


def _names(workloads: tuple[Workload, ...]) -> str:
    return ", ".join(f"`{each.namespace}/{each.name}`" for each in workloads[:10])
