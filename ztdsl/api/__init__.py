"""The verbs of the command line as functions that neither print nor exit."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ztdsl.api.audit import Audit as Audit
    from ztdsl.api.audit import audit_log as audit_log
    from ztdsl.api.build import Build as Build
    from ztdsl.api.build import build_manifests as build_manifests
    from ztdsl.api.build import build_text as build_text
    from ztdsl.api.certificate import CertificateInspection as CertificateInspection
    from ztdsl.api.certificate import NoAnswer as NoAnswer
    from ztdsl.api.certificate import NoCertificate as NoCertificate
    from ztdsl.api.certificate import inspect_certificate as inspect_certificate
    from ztdsl.api.check import Check as Check
    from ztdsl.api.check import check_policy as check_policy
    from ztdsl.api.check import read_settings as read_settings
    from ztdsl.api.diff import Diff as Diff
    from ztdsl.api.diff import diff_live as diff_live
    from ztdsl.api.explain import Explanation as Explanation
    from ztdsl.api.explain import UnknownCode as UnknownCode
    from ztdsl.api.explain import UnknownWorkload as UnknownWorkload
    from ztdsl.api.explain import explain_code as explain_code
    from ztdsl.api.explain import explain_service as explain_service
    from ztdsl.api.initialise import init_repository as init_repository
    from ztdsl.api.key_inspection import KeyInspection as KeyInspection
    from ztdsl.api.key_inspection import inspect_issuer as inspect_issuer
    from ztdsl.api.key_inspection import inspect_key_server as inspect_key_server
    from ztdsl.api.key_inspection import inspect_keys as inspect_keys
    from ztdsl.api.key_issuer import UnknownKeyIssuer as UnknownKeyIssuer
    from ztdsl.api.key_rotation import KeyComparison as KeyComparison
    from ztdsl.api.key_rotation import compare_keys as compare_keys
    from ztdsl.api.key_vendoring import VendoredKeys as VendoredKeys
    from ztdsl.api.key_vendoring import vendor_keys as vendor_keys
    from ztdsl.api.manifests import ManifestCheck as ManifestCheck
    from ztdsl.api.manifests import check_manifests as check_manifests
    from ztdsl.api.refusal import Refusal as Refusal
    from ztdsl.api.request_inspection import ManyWorkloads as ManyWorkloads
    from ztdsl.api.request_inspection import RequestInspection as RequestInspection
    from ztdsl.api.request_inspection import UnreadableRequest as UnreadableRequest
    from ztdsl.api.request_inspection import inspect_request as inspect_request
    from ztdsl.api.revision import BaseFailure as BaseFailure
    from ztdsl.api.simulate import MalformedRequest as MalformedRequest
    from ztdsl.api.simulate import Simulation as Simulation
    from ztdsl.api.simulate import request_by_name as request_by_name
    from ztdsl.api.simulate import simulate_lines as simulate_lines
    from ztdsl.api.simulate import simulate_request as simulate_request
    from ztdsl.api.subject import Opened as Opened
    from ztdsl.api.subject import open_manifests as open_manifests
    from ztdsl.api.subject import open_policy as open_policy
    from ztdsl.api.test import Tested as Tested
    from ztdsl.api.test import run_scenarios as run_scenarios
    from ztdsl.api.token_inspection import TokenInspection as TokenInspection
    from ztdsl.api.token_inspection import inspect_token as inspect_token
    from ztdsl.api.token_rules import UnknownIssuer as UnknownIssuer
    from ztdsl.api.token_rules import UnreadableKeys as UnreadableKeys
    from ztdsl.api.verify import Verification as Verification
    from ztdsl.api.verify import verify_policy as verify_policy
    from ztdsl.api.why import LogExplanation as LogExplanation
    from ztdsl.api.why import explain_log as explain_log
    from ztdsl.api.write import OutputRefused as OutputRefused
    from ztdsl.api.write import Written as Written
    from ztdsl.api.write import write_manifests as write_manifests
    from ztdsl.keys.fetch import Limits as Limits

_MODULE_OF = {
    "Audit": "audit",
    "audit_log": "audit",
    "LogExplanation": "why",
    "Refusal": "refusal",
    "explain_log": "why",
    "Build": "build",
    "build_manifests": "build",
    "build_text": "build",
    "Check": "check",
    "check_policy": "check",
    "read_settings": "check",
    "Diff": "diff",
    "diff_live": "diff",
    "Explanation": "explain",
    "UnknownCode": "explain",
    "UnknownWorkload": "explain",
    "explain_code": "explain",
    "explain_service": "explain",
    "init_repository": "initialise",
    "CertificateInspection": "certificate",
    "NoAnswer": "certificate",
    "NoCertificate": "certificate",
    "inspect_certificate": "certificate",
    "KeyInspection": "key_inspection",
    "inspect_issuer": "key_inspection",
    "inspect_key_server": "key_inspection",
    "inspect_keys": "key_inspection",
    "UnknownKeyIssuer": "key_issuer",
    "KeyComparison": "key_rotation",
    "compare_keys": "key_rotation",
    "VendoredKeys": "key_vendoring",
    "vendor_keys": "key_vendoring",
    "Limits": "key_inspection",
    "ManifestCheck": "manifests",
    "check_manifests": "manifests",
    "BaseFailure": "revision",
    "MalformedRequest": "simulate",
    "Simulation": "simulate",
    "request_by_name": "simulate",
    "simulate_lines": "simulate",
    "simulate_request": "simulate",
    "Opened": "subject",
    "open_manifests": "subject",
    "open_policy": "subject",
    "Tested": "test",
    "run_scenarios": "test",
    "Verification": "verify",
    "verify_policy": "verify",
    "OutputRefused": "write",
    "Written": "write",
    "write_manifests": "write",
    "TokenInspection": "token_inspection",
    "inspect_token": "token_inspection",
    "RequestInspection": "request_inspection",
    "inspect_request": "request_inspection",
    "ManyWorkloads": "request_inspection",
    "UnreadableRequest": "request_inspection",
    "UnknownIssuer": "token_rules",
    "UnreadableKeys": "token_rules",
}

__all__ = [
    "Audit",
    "BaseFailure",
    "Build",
    "CertificateInspection",
    "Check",
    "Diff",
    "Explanation",
    "KeyComparison",
    "KeyInspection",
    "Limits",
    "LogExplanation",
    "MalformedRequest",
    "ManifestCheck",
    "ManyWorkloads",
    "NoAnswer",
    "NoCertificate",
    "Opened",
    "OutputRefused",
    "Refusal",
    "RequestInspection",
    "Simulation",
    "Tested",
    "TokenInspection",
    "UnknownCode",
    "UnknownIssuer",
    "UnknownKeyIssuer",
    "UnknownWorkload",
    "UnreadableKeys",
    "UnreadableRequest",
    "VendoredKeys",
    "Verification",
    "Written",
    "audit_log",
    "build_manifests",
    "build_text",
    "check_manifests",
    "check_policy",
    "compare_keys",
    "diff_live",
    "explain_code",
    "explain_log",
    "explain_service",
    "init_repository",
    "inspect_certificate",
    "inspect_issuer",
    "inspect_key_server",
    "inspect_keys",
    "inspect_request",
    "inspect_token",
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


if not TYPE_CHECKING:  # a name that does not exist is an error to type checkers

    def __getattr__(name: str) -> object:
        """Load a verb on first use: each imports only what it needs."""
        module = _MODULE_OF.get(name)
        if module is None:
            msg = f"module 'ztdsl.api' has no attribute {name!r}"
            raise AttributeError(msg)
        value = getattr(import_module(f"ztdsl.api.{module}"), name)
        globals()[name] = value
        return value
