"""Istio's three security kinds as frozen values, cheap to make: a large mesh needs 100,000 of them.

An empty tuple or None stands for a field that is absent from the manifest, so that an empty list of callers, which
Istio reads as everyone, cannot be said. `document` gives the plain object, `validate` what a cluster would refuse.
Source: Istio `manifests/charts/base/files/crd-all.gen.yaml`, istio/api `security/v1beta1/*.proto`.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from ztdsl.quick import dataclass

API_VERSION: Final = "security.istio.io/v1"
DRY_RUN_ANNOTATION: Final = "istio.io/dry-run"

Strings: TypeAlias = tuple[str, ...]
Pairs: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Meta:
    """An object's name, namespace, labels and annotations, in the order in which they are written.

    `created` is the time at which the API server took it (RFC 3339, UTC), where it is a live object's: of several
    PeerAuthentications the oldest counts.
    """

    name: str
    namespace: str
    labels: Pairs
    annotations: Pairs = ()
    created: str | None = None


@dataclass(frozen=True, slots=True)
class Selector:
    """The pods with all of these labels; without any it is present and empty, which sidecars read as every pod."""

    match_labels: Pairs


@dataclass(frozen=True, slots=True)
class TargetRef:
    """A gateway, gateway class, service or service entry in the policy's own namespace; group "" is the core group."""

    group: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class PeerAuthentication:
    """Whether workloads accept plaintext.

    Attributes:
        meta: name and labels of the object.
        selector: the workloads; the whole namespace if None.
        mtls: `STRICT`, `PERMISSIVE` or `DISABLE`; None inherits from the namespace or the mesh (written as `UNSET`).
        port_level: modes of single ports by the container's number.
    """

    meta: Meta
    selector: Selector | None
    mtls: str | None
    port_level: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TokenHeader:
    """A request header that may carry a token, and what stands before the token."""

    name: str
    prefix: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimToHeader:
    """A request header that receives one claim; dots lead into nested claims."""

    header: str
    claim: str


@dataclass(frozen=True, slots=True)
class JwtRule:
    """One issuer of tokens; what is left out has Istio's defaults: any issuer, any audience, 5 s to fetch keys."""

    issuer: str | None = None
    audiences: Strings = ()
    jwks_uri: str | None = None
    jwks: str | None = None
    from_headers: tuple[TokenHeader, ...] = ()
    from_params: Strings = ()
    from_cookies: Strings = ()
    output_payload_to_header: str | None = None
    output_claim_to_headers: tuple[ClaimToHeader, ...] = ()
    forward_original_token: bool = False
    timeout: str | None = None
    space_delimited_claims: Strings = ()


@dataclass(frozen=True, slots=True)
class RequestAuthentication:
    """Which tokens workloads accept; a request without a token passes."""

    meta: Meta
    selector: Selector | None
    target_refs: tuple[TargetRef, ...]
    jwt_rules: tuple[JwtRule, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Who calls: all fields that are given must hold, any value of a field will do."""

    principals: Strings = ()
    not_principals: Strings = ()
    request_principals: Strings = ()
    not_request_principals: Strings = ()
    namespaces: Strings = ()
    not_namespaces: Strings = ()
    service_accounts: Strings = ()
    not_service_accounts: Strings = ()
    trust_domains: Strings = ()
    not_trust_domains: Strings = ()
    ip_blocks: Strings = ()
    not_ip_blocks: Strings = ()
    remote_ip_blocks: Strings = ()
    not_remote_ip_blocks: Strings = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """What is asked for: all fields that are given must hold, any value of a field will do."""

    hosts: Strings = ()
    not_hosts: Strings = ()
    ports: Strings = ()
    not_ports: Strings = ()
    methods: Strings = ()
    not_methods: Strings = ()
    paths: Strings = ()
    not_paths: Strings = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of one attribute: any of `values` if there are any, and none of `not_values`."""

    key: str
    values: Strings = ()
    not_values: Strings = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Any of the sources, any of the operations, all conditions; an empty tuple is an absent key and always holds."""

    sources: tuple[Source, ...] = ()
    operations: tuple[Operation, ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthorizationPolicy:
    """What is allowed, denied, audited or asked of a provider; `ALLOW` without rules allows nothing.

    Attributes:
        meta: name and labels of the object.
        selector: the workloads; the whole namespace if None and `target_refs` is empty.
        target_refs: what a waypoint or a gateway is named by, instead of a selector.
        action: `ALLOW`, `DENY`, `AUDIT` or `CUSTOM`.
        provider: the extension provider of `CUSTOM`.
        rules: any of them makes the policy match.
    """

    meta: Meta
    selector: Selector | None
    target_refs: tuple[TargetRef, ...]
    action: str
    provider: str | None
    rules: tuple[Rule, ...]


Manifest: TypeAlias = PeerAuthentication | RequestAuthentication | AuthorizationPolicy

SOURCE_FIELDS: Final = (
    ("principals", "principals"),
    ("not_principals", "notPrincipals"),
    ("request_principals", "requestPrincipals"),
    ("not_request_principals", "notRequestPrincipals"),
    ("namespaces", "namespaces"),
    ("not_namespaces", "notNamespaces"),
    ("service_accounts", "serviceAccounts"),
    ("not_service_accounts", "notServiceAccounts"),
    ("trust_domains", "trustDomains"),
    ("not_trust_domains", "notTrustDomains"),
    ("ip_blocks", "ipBlocks"),
    ("not_ip_blocks", "notIpBlocks"),
    ("remote_ip_blocks", "remoteIpBlocks"),
    ("not_remote_ip_blocks", "notRemoteIpBlocks"),
)
"""The fields of `Source` and their names in a manifest, in canonical order; twins are neighbours."""

OPERATION_FIELDS: Final = (
    ("hosts", "hosts"),
    ("not_hosts", "notHosts"),
    ("ports", "ports"),
    ("not_ports", "notPorts"),
    ("methods", "methods"),
    ("not_methods", "notMethods"),
    ("paths", "paths"),
    ("not_paths", "notPaths"),
)
"""The fields of `Operation` and their names in a manifest, in canonical order; twins are neighbours."""
