"""A real istiod: it watches the API server, signs certificates, configures proxies and judges what is applied.

Its authority is plugged in, as production does it, so that the tests can sign any identity of the mesh, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.conformance.lab.authority import Authority
from tests.mesh.binaries import binary
from tests.mesh.cluster import Cluster
from tests.mesh.key_server import ROOT_FILE
from tests.mesh.place import Place
from tests.mesh.processes import Process
from ztdsl.traffic.mesh import Mesh, PathNormalization

ROOT_NAMESPACE: Final = "istio-system"
SAN: Final = f"istiod.{ROOT_NAMESPACE}.svc"
XDS_PORT: Final = 15012
_WEBHOOK_PORT: Final = 15017
_PATIENCE: Final = 60.0
_NOT_IN_STOCK_ENVOY: Final = {"PILOT_ENABLE_METADATA_EXCHANGE": "false", "PILOT_ENABLE_ALPN_FILTER": "false"}
"""Filters that only Istio's own build of Envoy contains."""


class Istiod:
    """A running istiod."""

    def __init__(
        self,
        place: Place,
        cluster: Cluster,
        authority: Authority,
        facts: Mesh,
        configuration: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start it, and wait until the API server asks it about every object.

        Args:
            place: where the mesh is.
            cluster: what it watches.
            authority: signs the workloads' certificates.
            facts: what policies are built for.
            configuration: what the mesh configuration says beside that.
            environment: further settings of istiod.
        """
        self._place, self._cluster = place, cluster
        directory = place.directory / "istiod"
        _write_authority(directory / "etc" / "cacerts", authority)
        file = directory / "mesh.yaml"
        file.write_text(json.dumps({**_mesh(facts, authority), **(configuration or {})}), encoding="utf-8")
        cluster.apply([_webhook(place.address)])
        options = {
            "kubeconfig": cluster.kubeconfig("istiod"),
            "meshConfig": file,
            "secureGRPCAddr": f"{place.address}:{XDS_PORT}",
            "httpsAddr": f"{place.address}:{_WEBHOOK_PORT}",
            "grpcAddr": "",
            "httpAddr": "127.0.0.1:8080",
            "monitoringAddr": "127.0.0.1:15014",
            "ctrlz_port": 0,
        }
        words = [f"--{name}={value}" for name, value in options.items()]
        settings = {
            "POD_NAMESPACE": ROOT_NAMESPACE,
            "POD_NAME": "istiod",
            "REVISION": "default",
            "ENABLE_LEADER_ELECTION": "false",
            "ISTIOD_CUSTOM_HOST": place.address,
            "VALIDATION_WEBHOOK_CONFIG_NAME": _WEBHOOK,
            "SSL_CERT_FILE": str(place.directory / ROOT_FILE),
            **_NOT_IN_STOCK_ENVOY,
            **(environment or {}),
        }
        self._process = Process(
            [str(binary("pilot-discovery")), "discovery", *words],
            network=place.network,
            log=directory / "istiod.log",
            directory=directory,
            environment=settings,
        )
        self._process.wait_until(self._is_ready, _PATIENCE)

    def _is_ready(self) -> bool:
        path = f"/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{_WEBHOOK}"
        (hook,) = self._cluster.ask("GET", path)["webhooks"]
        return bool(hook["clientConfig"].get("caBundle")) and hook["failurePolicy"] == "Fail"


def _write_authority(directory: Path, authority: Authority) -> None:
    """The files of Istio's secret `cacerts`; the root signs by itself, without an authority between."""
    directory.mkdir(parents=True)
    key = directory / "ca-key.pem"
    key.touch(mode=0o600)
    key.write_text(authority.private_key, encoding="ascii")
    for name in ("ca-cert.pem", "root-cert.pem", "cert-chain.pem"):
        (directory / name).write_text(authority.root, encoding="ascii")


def _mesh(facts: Mesh, authority: Authority) -> dict[str, Any]:
    """The mesh configuration (istio/api mesh/v1alpha1/config.proto) that has these facts.

    Federated trust domains have the same authority here; what is shown is whose identities are taken.
    """
    federated = {"pem": authority.root, "trustDomains": list(facts.federated_trust_domains)}
    return {
        "rootNamespace": facts.root_namespace,
        "trustDomain": facts.trust_domain,
        "trustDomainAliases": list(facts.trust_domain_aliases),
        "caCertificates": [federated] if facts.federated_trust_domains else [],
        "pathNormalization": {"normalization": _NORMALIZATIONS[facts.path_normalization]},
        "accessLogFile": "/dev/stdout",
        "defaultProviders": {"metrics": []},
        "defaultConfig": {"gatewayTopology": {"numTrustedProxies": facts.trusted_proxies}},
    }


_NORMALIZATIONS: Final = {
    PathNormalization.NONE: "NONE",
    PathNormalization.BASE: "BASE",
    PathNormalization.MERGE_SLASHES: "MERGE_SLASHES",
    PathNormalization.DECODE_AND_MERGE_SLASHES: "DECODE_AND_MERGE_SLASHES",
}
_WEBHOOK: Final = f"istio-validator-{ROOT_NAMESPACE}"


def _webhook(address: str) -> dict[str, Any]:
    """As Istio's chart makes it (`istio-discovery/templates/validatingwebhookconfiguration.yaml`), with an address."""
    groups = ("security.istio.io", "networking.istio.io", "telemetry.istio.io", "extensions.istio.io")
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": _WEBHOOK, "labels": {"app": "istiod", "istio": "istiod", "istio.io/rev": "default"}},
        "webhooks": [
            {
                "name": "rev.validation.istio.io",
                "clientConfig": {"url": f"https://{address}:{_WEBHOOK_PORT}/validate"},
                "rules": [
                    {
                        "operations": ["CREATE", "UPDATE"],
                        "apiGroups": list(groups),
                        "apiVersions": ["*"],
                        "resources": ["*"],
                    }
                ],
                "failurePolicy": "Ignore",
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
            }
        ],
    }
