"""What istiod's webhook says of a RequestAuthentication.

Source: Istio `pkg/config/validation/validation.go` (ValidateRequestAuthentication), `agent/validation.go`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.istio.admission.attachment import check_attachment
from ztdsl.istio.admission.shapes import MILLISECOND
from ztdsl.istio.golang.jwks import private_keys
from ztdsl.istio.golang.urls import istiod_takes

if TYPE_CHECKING:
    from ztdsl.istio.admission.findings import Findings
    from ztdsl.istio.admission.records import Plain

_CLAIM_HEADER: Final = re.compile(r"[-_A-Za-z0-9]+")
_LISTS: Final = (("audiences", "V-RA-2"), ("fromParams", "V-RA-7"), ("fromCookies", "V-RA-7"))


def check_tokens(spec: Plain, found: Findings) -> None:
    """Add what is wrong with the policy; `spec` is as istiod decodes it."""
    check_attachment(spec, found)
    for index, rule in enumerate(spec.get("jwtRules", ())):
        at = f"/spec/jwtRules/{index}"
        _check_keys(rule, at, found)
        _check_locations(rule, at, found)
        _check_outputs(rule, at, found)
        _check_timeout(rule, at, found)


def _check_keys(rule: Plain, at: str, found: Findings) -> None:
    uri, inline = rule.get("jwksUri"), rule.get("jwks")
    if not rule.get("issuer") and not uri:
        found.error("V-RA-1", at, "a token rule has neither an issuer nor a key URI")
    if uri and not istiod_takes(uri):
        found.error("V-RA-3", f"{at}/jwksUri", "the key URI is not an http or https URI")
    if not inline:
        return
    private = private_keys(inline)
    if private is None:
        found.error("V-RA-4", f"{at}/jwks", "the inline keys are not a set of JSON web keys")
    for index in private or ():
        message = f"key {index} of the inline key set is private or symmetric"
        found.warning("V-RA-5", f"{at}/jwks", message)


def _check_locations(rule: Plain, at: str, found: Findings) -> None:
    for name, rule_id in _LISTS:
        for index, text in enumerate(rule.get(name, ())):
            if not text:
                found.error(rule_id, f"{at}/{name}/{index}", "a value is empty")
    for index, header in enumerate(rule.get("fromHeaders", ())):
        if not header.get("name"):
            found.error("V-RA-7", f"{at}/fromHeaders/{index}", "a header to read tokens from has no name")


def _check_outputs(rule: Plain, at: str, found: Findings) -> None:
    for index, output in enumerate(rule.get("outputClaimToHeaders", ())):
        place = f"{at}/outputClaimToHeaders/{index}"
        header = output.get("header")
        if not header or not output.get("claim"):
            found.error("V-RA-8", place, "a claim to copy has no name, or no header to go to")
        elif not _CLAIM_HEADER.fullmatch(header):
            found.error("V-RA-8", f"{place}/header", f"`{header}` is not a header that a claim can go to")


def _check_timeout(rule: Plain, at: str, found: Findings) -> None:
    timeout = rule.get("timeout")
    if timeout is not None and (timeout < MILLISECOND or timeout % MILLISECOND):
        found.error("V-RA-9", f"{at}/timeout", "the timeout is not a whole number of milliseconds, at least 1")
