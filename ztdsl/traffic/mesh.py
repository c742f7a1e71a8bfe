"""The facts of one mesh that policies depend on but do not say."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from ztdsl.quick import dataclass

OLDEST_ISTIO: Final = (1, 26)
NEWEST_ISTIO: Final = (1, 32)


class PathNormalization(StrEnum):
    """`meshConfig.pathNormalization.normalization` (istio/api mesh/v1alpha1/config.proto)."""

    NONE = "none"
    BASE = "base"
    MERGE_SLASHES = "merge-slashes"
    DECODE_AND_MERGE_SLASHES = "decode-and-merge-slashes"


class DataPlane(StrEnum):
    """What enforces policies: a sidecar beside each pod, or ztunnel and waypoints."""

    SIDECAR = "sidecar"
    AMBIENT = "ambient"


class ApplyMode(StrEnum):
    """How manifests reach the cluster; client-side apply keeps a copy of each object in an annotation."""

    CLIENT_SIDE = "client-side"
    SERVER_SIDE = "server-side"


@dataclass(frozen=True, slots=True)
class Mesh:
    """One mesh as the configuration describes it; the defaults are those of a plain Istio install.

    Attributes:
        name: the name in the configuration; `default` where there is none.
        trust_domain: `meshConfig.trustDomain`, the first part of every workload identity.
        trust_domain_aliases: `meshConfig.trustDomainAliases`, older names of the same trust domain.
        federated_trust_domains: trust domains whose certificates this mesh accepts as well
            (`meshConfig.caCertificates[].trustDomains`); policies may name identities of these only.
        root_namespace: `meshConfig.rootNamespace`; policies there apply to every namespace.
        istio_version: (major, minor) of the control plane.
        data_plane: what enforces the policies.
        path_normalization: what Envoy does to a path before policies see it.
        trusted_proxies: `meshConfig.defaultConfig.gatewayTopology.numTrustedProxies`, the proxies before a gateway
            whose X-Forwarded-For entries are believed.
        apply: how manifests are applied, which decides how large one object may be.
        kube_context: the kubectl context of the mesh's cluster, where one is named.
    """

    name: str = "default"
    trust_domain: str = "cluster.local"
    trust_domain_aliases: tuple[str, ...] = ()
    federated_trust_domains: tuple[str, ...] = ()
    root_namespace: str = "istio-system"
    istio_version: tuple[int, int] = NEWEST_ISTIO
    data_plane: DataPlane = DataPlane.SIDECAR
    path_normalization: PathNormalization = PathNormalization.BASE
    trusted_proxies: int = 0
    apply: ApplyMode = ApplyMode.CLIENT_SIDE
    kube_context: str | None = None

    @property
    def trust_domains(self) -> tuple[str, ...]:
        """The mesh's own trust domain and its aliases, the current one first."""
        return (self.trust_domain, *self.trust_domain_aliases)
