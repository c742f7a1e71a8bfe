"""Zero trust for Istio: declare services, identities, token issuers and rules; build manifests.

Names are loaded when they are first used, so that `ztc --version` pays for none of them (PEP 562).
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in `typing`, whose import would be most of what `ztc --version` takes

__version__ = "0.1.0"

if TYPE_CHECKING:
    from ztdsl.api import Build as Build
    from ztdsl.api import Check as Check
    from ztdsl.api import Diff as Diff
    from ztdsl.api import Explanation as Explanation
    from ztdsl.api import audit_log as audit_log
    from ztdsl.api import build_manifests as build_manifests
    from ztdsl.api import check_manifests as check_manifests
    from ztdsl.api import check_policy as check_policy
    from ztdsl.api import compare_keys as compare_keys
    from ztdsl.api import diff_live as diff_live
    from ztdsl.api import explain_code as explain_code
    from ztdsl.api import explain_log as explain_log
    from ztdsl.api import explain_service as explain_service
    from ztdsl.api import init_repository as init_repository
    from ztdsl.api import inspect_certificate as inspect_certificate
    from ztdsl.api import inspect_issuer as inspect_issuer
    from ztdsl.api import inspect_key_server as inspect_key_server
    from ztdsl.api import inspect_keys as inspect_keys
    from ztdsl.api import open_manifests as open_manifests
    from ztdsl.api import open_policy as open_policy
    from ztdsl.api import read_settings as read_settings
    from ztdsl.api import request_by_name as request_by_name
    from ztdsl.api import run_scenarios as run_scenarios
    from ztdsl.api import simulate_lines as simulate_lines
    from ztdsl.api import simulate_request as simulate_request
    from ztdsl.api import vendor_keys as vendor_keys
    from ztdsl.api import verify_policy as verify_policy
    from ztdsl.api import write_manifests as write_manifests
    from ztdsl.dsl.callers import Anyone as Anyone
    from ztdsl.dsl.callers import AnyWorkload as AnyWorkload
    from ztdsl.dsl.callers import Caller as Caller
    from ztdsl.dsl.callers import Identity as Identity
    from ztdsl.dsl.callers import IpBlock as IpBlock
    from ztdsl.dsl.callers import RemoteIpBlock as RemoteIpBlock
    from ztdsl.dsl.callers import TcpCaller as TcpCaller
    from ztdsl.dsl.callers import TrustDomain as TrustDomain
    from ztdsl.dsl.endpoints import HttpEndpoint as HttpEndpoint
    from ztdsl.dsl.endpoints import TcpEndpoint as TcpEndpoint
    from ztdsl.dsl.logs import AccessLog as AccessLog
    from ztdsl.dsl.logs import Entries as Entries
    from ztdsl.dsl.logs import log_all as log_all
    from ztdsl.dsl.logs import log_denied as log_denied
    from ztdsl.dsl.patterns import Prefix as Prefix
    from ztdsl.dsl.patterns import Present as Present
    from ztdsl.dsl.patterns import Suffix as Suffix
    from ztdsl.dsl.policy import Policy as Policy
    from ztdsl.dsl.ports import GrpcPort as GrpcPort
    from ztdsl.dsl.ports import HttpPort as HttpPort
    from ztdsl.dsl.ports import TcpPort as TcpPort
    from ztdsl.dsl.ports import TlsPort as TlsPort
    from ztdsl.dsl.requests import AnyRequest as AnyRequest
    from ztdsl.dsl.requests import Grpc as Grpc
    from ztdsl.dsl.requests import Header as Header
    from ztdsl.dsl.requests import Http as Http
    from ztdsl.dsl.rules import Effect as Effect
    from ztdsl.dsl.rules import Rule as Rule
    from ztdsl.dsl.rules import allow as allow
    from ztdsl.dsl.rules import allow_tcp as allow_tcp
    from ztdsl.dsl.rules import audit as audit
    from ztdsl.dsl.rules import audit_tcp as audit_tcp
    from ztdsl.dsl.rules import deny as deny
    from ztdsl.dsl.rules import deny_tcp as deny_tcp
    from ztdsl.dsl.users import AnyAudience as AnyAudience
    from ztdsl.dsl.users import Claim as Claim
    from ztdsl.dsl.users import ClaimTest as ClaimTest
    from ztdsl.dsl.users import EndUser as EndUser
    from ztdsl.dsl.users import Issuer as Issuer
    from ztdsl.dsl.users import TokenHeader as TokenHeader
    from ztdsl.dsl.weakenings import DryRun as DryRun
    from ztdsl.dsl.weakenings import Open as Open
    from ztdsl.dsl.weakenings import Permissive as Permissive
    from ztdsl.dsl.workloads import External as External
    from ztdsl.dsl.workloads import Gateway as Gateway
    from ztdsl.dsl.workloads import MeshDefaults as MeshDefaults
    from ztdsl.dsl.workloads import Namespace as Namespace
    from ztdsl.dsl.workloads import Service as Service
    from ztdsl.dsl.workloads import ServiceAccount as ServiceAccount

_HOME = {
    "api": "Build Check Diff Explanation audit_log build_manifests check_manifests check_policy diff_live explain_code "
    "explain_log explain_service init_repository inspect_certificate open_manifests open_policy read_settings "
    "compare_keys inspect_issuer inspect_key_server inspect_keys vendor_keys "
    "request_by_name run_scenarios simulate_lines simulate_request verify_policy write_manifests",
    "dsl.callers": "AnyWorkload Anyone Caller Identity IpBlock RemoteIpBlock TcpCaller TrustDomain",
    "dsl.endpoints": "HttpEndpoint TcpEndpoint",
    "dsl.logs": "AccessLog Entries log_all log_denied",
    "dsl.patterns": "Prefix Present Suffix",
    "dsl.policy": "Policy",
    "dsl.ports": "GrpcPort HttpPort TcpPort TlsPort",
    "dsl.requests": "AnyRequest Grpc Header Http",
    "dsl.rules": "Effect Rule allow allow_tcp audit audit_tcp deny deny_tcp",
    "dsl.users": "AnyAudience Claim ClaimTest EndUser Issuer TokenHeader",
    "dsl.weakenings": "DryRun Open Permissive",
    "dsl.workloads": "External Gateway MeshDefaults Namespace Service ServiceAccount",
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names.split()}

__all__ = [
    "AccessLog",
    "AnyAudience",
    "AnyRequest",
    "AnyWorkload",
    "Anyone",
    "Build",
    "Caller",
    "Check",
    "Claim",
    "ClaimTest",
    "Diff",
    "DryRun",
    "Effect",
    "EndUser",
    "Entries",
    "Explanation",
    "External",
    "Gateway",
    "Grpc",
    "GrpcPort",
    "Header",
    "Http",
    "HttpEndpoint",
    "HttpPort",
    "Identity",
    "IpBlock",
    "Issuer",
    "MeshDefaults",
    "Namespace",
    "Open",
    "Permissive",
    "Policy",
    "Prefix",
    "Present",
    "RemoteIpBlock",
    "Rule",
    "Service",
    "ServiceAccount",
    "Suffix",
    "TcpCaller",
    "TcpEndpoint",
    "TcpPort",
    "TlsPort",
    "TokenHeader",
    "TrustDomain",
    "allow",
    "allow_tcp",
    "audit",
    "audit_log",
    "audit_tcp",
    "build_manifests",
    "check_manifests",
    "check_policy",
    "compare_keys",
    "deny",
    "deny_tcp",
    "diff_live",
    "explain_code",
    "explain_log",
    "explain_service",
    "init_repository",
    "inspect_certificate",
    "inspect_issuer",
    "inspect_key_server",
    "inspect_keys",
    "log_all",
    "log_denied",
    "open_manifests",
    "open_policy",
    "read_settings",
    "request_by_name",
    "run_scenarios",
    "simulate_lines",
    "simulate_request",
    "vendor_keys",
    "verify_policy",
    "write_manifests",
]


if not TYPE_CHECKING:  # type checkers would take any misspelt name for an object

    def __getattr__(name: str) -> object:
        """Load a public name on first use."""
        module = _MODULE_OF.get(name)
        if module is None:
            msg = f"module 'ztdsl' has no attribute {name!r}"
            raise AttributeError(msg)
        from importlib import import_module  # noqa: PLC0415 - `ztc --version` needs none of it

        value = getattr(import_module(f"ztdsl.{module}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """The public names."""
    return sorted({*globals(), *__all__})
