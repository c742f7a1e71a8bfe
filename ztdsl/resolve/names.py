"""Checks of names that Kubernetes and SPIFFE define."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from ztdsl.resolve.problems import Complaint

_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_SUBDOMAIN: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL_PART: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_TRUST_DOMAIN: Final = re.compile(r"[a-z0-9._-]{1,255}")
_PATH_SEGMENT: Final = re.compile(r"[A-Za-z0-9._-]+")
_IDENTITY_PARTS: Final = 5
_LONGEST_SUBDOMAIN: Final = 253
_LONGEST_SPIFFE_ID: Final = 2048
_LONGEST_LABEL: Final = 63


@cache
def name_problem(kind: str, name: str) -> Complaint | None:
    """What keeps `name` from being an RFC 1123 label, as namespaces, services and policies need."""
    if _LABEL.fullmatch(name):
        return None
    return Complaint(
        "ZT104",
        f"{kind} name `{name}` is not a DNS label",
        (f"use at most {_LONGEST_LABEL} lower-case letters, digits and `-`, with a letter or digit at both ends",),
    )


@cache
def service_account_problem(name: str) -> Complaint | None:
    """What keeps `name` from being a Kubernetes service account (an RFC 1123 subdomain)."""
    if len(name) <= _LONGEST_SUBDOMAIN and _SUBDOMAIN.fullmatch(name):
        return None
    return Complaint(
        "ZT104",
        f"service account name `{name}` is not a DNS subdomain",
        ("use lower-case letters, digits, `-` and `.`, as `kubectl get serviceaccount` shows it",),
    )


@cache
def label_problem(key: str, value: str) -> Complaint | None:
    """What keeps a pod label from being one that Kubernetes takes and Istio selects by."""
    prefix, slash, name = key.rpartition("/")
    if slash and not (len(prefix) <= _LONGEST_SUBDOMAIN and _SUBDOMAIN.fullmatch(prefix)):
        return Complaint("ZT105", f"label key `{key}` has a malformed prefix", ("the prefix is a DNS subdomain",))
    if not _LABEL_PART.fullmatch(name):
        return Complaint(
            "ZT105",
            f"label key `{key}` is malformed",
            ("use at most 63 letters, digits, `-`, `_` and `.`, with an optional `prefix/`; Istio knows no wildcards",),
        )
    if value and not _LABEL_PART.fullmatch(value):
        return Complaint(
            "ZT105",
            f"label value `{value}` is malformed",
            ("use at most 63 letters, digits, `-`, `_` and `.`; Istio selects by equality and knows no wildcards",),
        )
    return None


@cache
def trust_domain_problem(name: str) -> Complaint | None:
    """What keeps `name` from being a trust domain (SPIFFE-ID, section 2.1)."""
    if _TRUST_DOMAIN.fullmatch(name):
        return None
    if name.startswith("spiffe://"):
        alone = name.removeprefix("spiffe://").partition("/")[0]
        help_ = f"write `{alone}`" if _TRUST_DOMAIN.fullmatch(alone) else "write the name alone, without `spiffe://`"
        return Complaint("ZT118", f"trust domain `{name}` has a scheme", (help_,))
    return Complaint(
        "ZT118",
        f"trust domain `{name}` is malformed",
        ("use at most 255 lower-case letters, digits, `.`, `-` and `_`",),
    )


@cache
def identity_problem(uri: str) -> Complaint | None:
    """What keeps `uri` from being a SPIFFE ID of the five-part form that Istio matches.

    Source: SPIFFE-ID section 2; Istio `pilot/pkg/security/trustdomain/trust-domain.go`.
    """
    form = "write `spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT`"

    def complaint(reason: str, *more: str) -> Complaint:
        return Complaint("ZT117", f"identity `{uri}` {reason}", (*more, form))

    if not uri.startswith("spiffe://"):
        return complaint("does not begin with `spiffe://`")
    if len(uri.encode()) > _LONGEST_SPIFFE_ID:
        return complaint(f"is longer than {_LONGEST_SPIFFE_ID} bytes")
    if "*" in uri:
        return complaint(
            "has a wildcard", "an identity names one workload; use a `Namespace` or `TrustDomain` for many"
        )
    parts = uri.removeprefix("spiffe://").split("/")
    if trust_domain_problem(parts[0]):
        return complaint("has a malformed trust domain")
    if len(parts) != _IDENTITY_PARTS or parts[1] != "ns" or parts[3] != "sa":
        return complaint("is not of the five-part form that Istio matches")
    if any(not _PATH_SEGMENT.fullmatch(part) for part in parts[1:]):
        return complaint("has a malformed path segment")
    if name_problem("namespace", parts[2]):
        return complaint("names a malformed namespace")
    if service_account_problem(parts[4]):
        return complaint("names a malformed service account")
    return None
