"""Grammars of Kubernetes names and of Istio's path templates, as pure predicates.

Sources: RFC 1123 and Kubernetes `apimachinery/pkg/util/validation`; Istio `pkg/config/security/security.go`.
"""

from __future__ import annotations

import re
from typing import Final

LONGEST_LABEL: Final = 63
LONGEST_SUBDOMAIN: Final = 253

_DNS_LABEL: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_DNS_SUBDOMAIN: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_LABEL_PART: Final = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_TEMPLATE_LITERAL: Final = re.compile(r"[A-Za-z0-9\-._~%!$&'()+,;:@=]+")
_OPERATORS: Final = frozenset({"{*}", "{**}"})


def is_dns_label(text: str) -> bool:
    """Whether `text` is an RFC 1123 label of at most 63 characters, as namespaces are."""
    return _DNS_LABEL.fullmatch(text) is not None


def is_dns_subdomain(text: str) -> bool:
    """Whether `text` is an RFC 1123 subdomain of at most 253 characters, as names of most objects are."""
    return len(text) <= LONGEST_SUBDOMAIN and _DNS_SUBDOMAIN.fullmatch(text) is not None


def is_label_key(text: str) -> bool:
    """Whether `text` is a label key: at most 63 characters, before them perhaps a DNS subdomain and `/`."""
    prefix, slash, name = text.rpartition("/")
    return _LABEL_PART.fullmatch(name) is not None and (not slash or is_dns_subdomain(prefix))


def is_label_value(text: str) -> bool:
    """Whether `text` is a Kubernetes label value of at most 63 characters; an empty one is."""
    return not text or _LABEL_PART.fullmatch(text) is not None


def is_template(path: str) -> bool:
    """Whether Istio reads `path` as a template: it has `{*}` or `{**}` in it, wherever they stand."""
    return "{*}" in path or "{**}" in path


def webhook_template_problem(path: str) -> str | None:
    """Why istiod's webhook refuses `path` for its braces or its template, or None; paths without either pass."""
    template = is_template(path)
    last_operator = False
    for segment in path.strip("/").split("/"):
        if segment in _OPERATORS:
            if last_operator:
                return f"`{segment}` stands after `{{**}}`, which must be the last operator"
            last_operator = segment == "{**}"
        elif "{" in segment or "}" in segment:
            return f"segment `{segment}` has a brace and is neither `{{*}}` nor `{{**}}`"
        elif template and not _TEMPLATE_LITERAL.fullmatch(segment):
            return (
                f"segment `{segment}` has a character that a template cannot have" if segment else "a segment is empty"
            )
    return None


def template_problem(path: str) -> str | None:
    """Why `path` cannot serve as a template, or None; a path without `{*}`, `{**}` and braces has no such problem.

    Besides what istiod refuses this finds a template without a leading slash: istiod takes it, Envoy cannot load it.
    """
    if is_template(path) and not path.startswith("/"):
        return "a template must begin with `/`"
    return webhook_template_problem(path)
