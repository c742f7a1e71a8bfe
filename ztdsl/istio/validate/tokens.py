"""Checks of RequestAuthentications.

Sources: Istio `pkg/config/validation/validation.go` (ValidateRequestAuthentication),
`manifests/charts/base/files/crd-all.gen.yaml`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.istio.validate.attachment import check_attachment
from ztdsl.istio.validate.keys import is_discoverable, key_set_faults, timeout_fault, uri_fault
from ztdsl.istio.validate.problem import Problem

if TYPE_CHECKING:
    from ztdsl.istio.kinds import JwtRule, RequestAuthentication, Strings

MOST_JWT_RULES: Final = 4096
MOST_SPACE_DELIMITED: Final = 64

_HEADER: Final = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_CLAIM_HEADER: Final = re.compile(r"[-_A-Za-z0-9]+")


def check_tokens(policy: RequestAuthentication, found: list[Problem]) -> None:
    """Add the problems of the policy's spec."""
    check_attachment(policy.selector, policy.target_refs, found)
    if len(policy.jwt_rules) > MOST_JWT_RULES:
        message = f"{len(policy.jwt_rules)} token rules are more than {MOST_JWT_RULES}"
        found.append(Problem("V-RA-10", "error", "/spec/jwtRules", message))
    for index, rule in enumerate(policy.jwt_rules):
        at = f"/spec/jwtRules/{index}"
        _check_keys(rule, at, found)
        _check_lists(rule, at, found)
        _check_headers(rule, at, found)


def _check_keys(rule: JwtRule, at: str, found: list[Problem]) -> None:
    if rule.issuer == "":
        found.append(Problem("V-RA-10", "error", f"{at}/issuer", "an issuer is empty"))
    if not rule.issuer and not rule.jwks_uri:
        found.append(Problem("V-RA-1", "error", at, "a token rule has neither an issuer nor a key URI"))
    if rule.jwks_uri is not None:
        if rule.jwks is not None:
            found.append(Problem("V-RA-6", "error", f"{at}/jwks", "a token rule has a key URI and inline keys"))
        if fault := uri_fault(rule.jwks_uri):
            found.append(Problem(fault.rule, fault.severity, f"{at}/jwksUri", fault.message))
    if rule.jwks is not None:
        found.extend(Problem(rule, severity, f"{at}/jwks", text) for rule, text, severity in key_set_faults(rule.jwks))
    elif rule.jwks_uri is None and rule.issuer and not is_discoverable(rule.issuer):
        message = f"issuer `{rule.issuer}` has no keys, and is no URL under which they can be looked for"
        found.append(Problem("C-RA-2", "error", f"{at}/issuer", message))
    if rule.timeout is not None and (fault := timeout_fault(rule.timeout)):
        found.append(Problem(fault.rule, fault.severity, f"{at}/timeout", fault.message))


def _check_lists(rule: JwtRule, at: str, found: list[Problem]) -> None:
    _check_filled("V-RA-2", rule.audiences, f"{at}/audiences", found)
    _check_filled("V-RA-7", rule.from_params, f"{at}/fromParams", found)
    _check_filled("V-RA-7", rule.from_cookies, f"{at}/fromCookies", found)
    _check_filled("V-RA-10", rule.space_delimited_claims, f"{at}/spaceDelimitedClaims", found)
    if len(rule.space_delimited_claims) > MOST_SPACE_DELIMITED:
        message = f"{len(rule.space_delimited_claims)} space-delimited claims are more than {MOST_SPACE_DELIMITED}"
        found.append(Problem("V-RA-10", "error", f"{at}/spaceDelimitedClaims", message))


def _check_filled(rule: str, texts: Strings, at: str, found: list[Problem]) -> None:
    if "" in texts:
        found.extend(
            Problem(rule, "error", f"{at}/{index}", "a value is empty") for index, text in enumerate(texts) if not text
        )


def _check_headers(rule: JwtRule, at: str, found: list[Problem]) -> None:
    for index, header in enumerate(rule.from_headers):
        place = f"{at}/fromHeaders/{index}/name"
        if not header.name:
            found.append(Problem("V-RA-7", "error", place, "a header to read tokens from has no name"))
        elif not _HEADER.fullmatch(header.name):
            found.append(Problem("C-RA-3", "error", place, f"`{header.name}` is not the name of a header"))
    for index, output in enumerate(rule.output_claim_to_headers):
        place = f"{at}/outputClaimToHeaders/{index}"
        if not _CLAIM_HEADER.fullmatch(output.header):
            message = f"`{output.header}` is not a header that a claim can go to"
            found.append(Problem("V-RA-8", "error", f"{place}/header", message))
        if not output.claim:
            found.append(Problem("V-RA-8", "error", f"{place}/claim", "a claim to copy has no name"))
    payload = rule.output_payload_to_header
    if payload is not None and not _HEADER.fullmatch(payload):
        message = f"`{payload}` is not the name of a header"
        found.append(Problem("C-RA-3", "error", f"{at}/outputPayloadToHeader", message))
