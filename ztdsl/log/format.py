"""The JSON access log that carries what is needed to name a rule: Istio's own keys, and those that `ztc` adds.

Sources: Istio `pilot/pkg/model/telemetry_logging.go` (`EnvoyJSONLogFormatIstio`); Envoy's page on access logging.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

VERSION: Final = "1"

ISTIO_JSON: Final = {
    "start_time": "%START_TIME%",
    "method": "%REQ(:METHOD)%",
    "path": "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
    "protocol": "%PROTOCOL%",
    "response_code": "%RESPONSE_CODE%",
    "response_flags": "%RESPONSE_FLAGS%",
    "response_code_details": "%RESPONSE_CODE_DETAILS%",
    "connection_termination_details": "%CONNECTION_TERMINATION_DETAILS%",
    "authority": "%REQ(:AUTHORITY)%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "upstream_cluster": "%UPSTREAM_CLUSTER_RAW%",
    "downstream_local_address": "%DOWNSTREAM_LOCAL_ADDRESS%",
    "downstream_remote_address": "%DOWNSTREAM_REMOTE_ADDRESS%",
    "requested_server_name": "%REQUESTED_SERVER_NAME%",
    "x_forwarded_for": "%REQ(X-FORWARDED-FOR)%",
}
"""The keys of Istio's default JSON format that say something about a decision."""

_OURS: Final = {
    "ztc": VERSION,
    "pod_namespace": "%ENVIRONMENT(POD_NAMESPACE)%",
    "pod_service_account": "%ENVIRONMENT(SERVICE_ACCOUNT)%",
    "pod_workload": "%ENVIRONMENT(ISTIO_META_WORKLOAD_NAME)%",
    "downstream_peer_uri_san": "%DOWNSTREAM_PEER_URI_SAN%",
    "downstream_tls_version": "%DOWNSTREAM_TLS_VERSION%",
    "downstream_transport_failure_reason": "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%",
    "downstream_direct_remote_address": "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%",
}
_CLAIM: Final = "%DYNAMIC_METADATA(envoy.filters.http.jwt_authn:payload:{})%"
_TRIED: Final = "%DYNAMIC_METADATA(envoy.filters.http.rbac:istio_dry_run_{}_shadow_{})%"
ALWAYS_CLAIMS: Final = ("iss", "sub", "aud")
"""Who the end user is, and for whom the token was made."""


def log_format(claims: Iterable[str] = (), headers: Iterable[str] = ()) -> dict[str, Any]:
    """The access log's format, for `accessLogFormat` with `accessLogEncoding: JSON`.

    Args:
        claims: claims that policies test, beside the issuer, the subject and the audience.
        headers: headers that policies test.
    """
    names = [*ALWAYS_CLAIMS, *sorted(set(claims) - set(ALWAYS_CLAIMS))]
    return {
        **_OURS,
        **ISTIO_JSON,
        "jwt": {name: _CLAIM.format(name) for name in names},
        "headers": {name: f"%REQ({name})%" for name in sorted({each.lower() for each in headers})},
        "dry_run": {
            f"{action}_{key}": _TRIED.format(action, name)
            for action in ("allow", "deny")
            for key, name in (("result", "engine_result"), ("rule", "effective_policy_id"))
        },
    }
