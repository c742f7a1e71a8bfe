"""Checks of single values that name callers: principals, namespaces, service accounts, trust domains, addresses.

Sources: Istio `pkg/config/validation/validation.go`, `pkg/config/security/security.go`; for what passes and never
matches `pilot/pkg/security/authz/{model/generator,matcher/string}.go`.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from ztdsl.istio.grammar import is_dns_label, is_dns_subdomain
from ztdsl.istio.validate.problem import Fault

LONGEST_SERVICE_ACCOUNT: Final = 320

_SPIFFE: Final = "spiffe://"
_PRINCIPAL: Final = re.compile(r"[^/]+/ns/[^/]+/sa/[^/]+")
_PRINCIPAL_PREFIX: Final = re.compile(r"[^/]*|[^/]+/(?:n?|ns|ns/[^/]*|ns/[^/]+/(?:s?|sa|sa/[^/]*))")
_NAMESPACE_PATTERN: Final = re.compile(r"[-a-z0-9*]*\*[-a-z0-9*]*")
_TRUST_DOMAIN: Final = re.compile(r"[a-z0-9._-]*\*?[a-z0-9._-]*")
_BITS: Final = re.compile(r"0|[1-9][0-9]{0,2}")
_LONGEST_TRUST_DOMAIN: Final = 255


def star_fault(text: str) -> Fault | None:
    """A star that Istio compares as a character: it matches only as the whole value or at one end of it."""
    if "*" not in text or "*" not in (text[1:] if text.startswith("*") else text[:-1]):
        return None
    return Fault("C-AP-1", f"`{text}` has a star that Istio reads as a literal character")


def free_text_fault(text: str) -> Fault | None:
    """A star at both ends, in text where a star in the middle may well be meant literally."""
    if len(text) > 1 and text.startswith("*") and text.endswith("*"):
        message = f"`{text}` means every value that ends with `{text[1:]}`, star included"
        return Fault("C-AP-1", message, "warning")
    return None


def principal_fault(text: str) -> Fault | None:
    """What keeps a principal from being one that a certificate of Istio's can have."""
    if text.startswith(_SPIFFE):
        return Fault("C-AP-2", f"principal `{text}` begins with `spiffe://`, which Istio adds itself")
    if fault := star_fault(text):
        return fault
    if text.startswith("*"):
        return None
    if _PRINCIPAL_PREFIX.fullmatch(text[:-1]) if text.endswith("*") else _PRINCIPAL.fullmatch(text):
        return None
    return Fault("C-AP-3", f"principal `{text}` is not of the form `TRUST_DOMAIN/ns/NAMESPACE/sa/NAME`")


def request_principal_fault(text: str) -> Fault | None:
    """What keeps a request principal, `ISSUER/SUBJECT` split at its last slash, from ever matching."""
    if text == "*":
        return None
    issuer, slash, subject = text.rpartition("/")
    if not slash:
        return star_fault(text) or _without_slash(text)
    return _issuer_and_subject_fault(text, issuer, subject)


def _issuer_and_subject_fault(text: str, issuer: str, subject: str) -> Fault | None:
    if not issuer or not subject:
        return Fault("C-AP-4", f"request principal `{text}` lacks its {'subject' if issuer else 'issuer'}")
    if issuer.endswith(":/"):
        return Fault("C-AP-4", f"request principal `{text}` means the issuer `{issuer}`: the last slash divides")
    if "*" in issuer[1:] or (issuer.startswith("*") and "*" in subject):
        return Fault("C-AP-1", f"`{text}` has a star that Istio reads as a literal character")
    if "*" in subject[:-1]:
        return Fault("C-AP-1", f"the subject of `{text}` has a star that Istio reads as a literal character", "warning")
    return None


def _without_slash(text: str) -> Fault | None:
    if "*" in text:
        return None
    return Fault("C-AP-4", f"request principal `{text}` has no subject; write `{text}/*` for any")


def namespace_fault(text: str) -> Fault | None:
    """What keeps a pattern from being a namespace; every star in it is a wildcard."""
    if is_dns_label(text) or _NAMESPACE_PATTERN.fullmatch(text):
        return None
    return Fault("C-AP-9", f"`{text}` is not a namespace")


def service_account_fault(text: str) -> Fault | None:
    """What istiod refuses in `serviceAccounts`, and names that no service account has."""
    if len(text) > LONGEST_SERVICE_ACCOUNT:
        return Fault("V-AP-14", f"service account `{text[:40]}…` is longer than {LONGEST_SERVICE_ACCOUNT} characters")
    if "*" in text:
        return Fault("V-AP-14", f"service account `{text}` has a wildcard, which this field does not know")
    if text.count("/") > 1:
        return Fault("V-AP-14", f"service account `{text}` has more than one slash")
    namespace, slash, name = text.rpartition("/")
    if not name or (slash and not namespace):
        return Fault("V-AP-14", f"service account `{text}` lacks its {'namespace' if name else 'name'}")
    if (slash and not is_dns_label(namespace)) or not is_dns_subdomain(name):
        return Fault("C-AP-10", f"`{text}` is not a service account, written `NAMESPACE/NAME` or `NAME`")
    return None


def trust_domain_fault(text: str) -> Fault | None:
    """What istiod refuses in `trustDomains`, and names that no trust domain has."""
    if "/" in text:
        return Fault("V-AP-15", f"trust domain `{text}` has a slash")
    return _trust_domain_star(text) or _trust_domain_name(text)


def trust_domain_condition_fault(text: str) -> Fault | None:
    """The same for `when`, where istiod takes a slash and matches a longer prefix of the identity."""
    if fault := _trust_domain_star(text):
        return fault
    if "/" in text:
        return Fault("C-AP-16", f"trust domain `{text}` has a slash")
    return _trust_domain_name(text)


def _trust_domain_star(text: str) -> Fault | None:
    if text.count("*") > 1:
        return Fault("V-AP-15", f"trust domain `{text}` has more than one star")
    if "*" in text[1:-1]:
        return Fault("V-AP-15", f"trust domain `{text}` has a star that stands neither first nor last")
    return None


def _trust_domain_name(text: str) -> Fault | None:
    if len(text) <= _LONGEST_TRUST_DOMAIN and _TRUST_DOMAIN.fullmatch(text):
        return None
    return Fault("C-AP-11", f"`{text}` is not a trust domain: lower-case letters, digits, `.`, `-` and `_`")


def address_fault(text: str) -> Fault | None:
    """What is not an IP address or a CIDR; bits of the host may be set."""
    address, slash, bits = text.partition("/")
    longest = _longest_prefix(address)
    if longest and (not slash or (_BITS.fullmatch(bits) and int(bits) <= longest)):
        return None
    return Fault("V-AP-12", f"`{text}` is not {'a CIDR' if slash else 'an IP address or a CIDR'}")


def _longest_prefix(address: str) -> int:
    """The bits of an address; 0 for what is none. Zones are refused: Envoy compares addresses without them."""
    try:
        if ":" not in address:
            return IPv4Address(address).max_prefixlen
        return 0 if "%" in address else IPv6Address(address).max_prefixlen
    except AddressValueError:
        return 0
