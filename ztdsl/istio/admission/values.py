"""What istiod's webhook has against single strings of an AuthorizationPolicy.

Source: Istio `pkg/config/security/security.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.istio.golang.values import is_address, is_port, is_prefix
from ztdsl.istio.grammar import webhook_template_problem
from ztdsl.istio.validate.identities import LONGEST_SERVICE_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable


def anything(text: str) -> str | None:  # noqa: ARG001 - the shape of a check
    """Nothing: the string is free."""
    return None


def address_problem(text: str) -> str | None:
    """Anything but an address, which may have a zone, or a CIDR, which may not."""
    if "/" in text:
        return None if is_prefix(text) else f"`{text}` is not a CIDR"
    return None if is_address(text) else f"`{text}` is not an IP address or a CIDR"


def port_problem(text: str) -> str | None:
    """Anything but a decimal number up to 65535."""
    return None if is_port(text) else f"`{text}` is not the number of a port"


def service_account_problem(text: str) -> str | None:
    """Anything but a name, perhaps after a namespace; the length counts bytes."""
    if "*" in text:
        return f"service account `{text}` has a wildcard, which this field does not know"
    if text.count("/") > 1:
        return f"service account `{text}` has more than one slash"
    if len(text.encode("utf-8", "replace")) > LONGEST_SERVICE_ACCOUNT:
        return f"service account `{text[:40]}…` is longer than {LONGEST_SERVICE_ACCOUNT} bytes"
    namespace, slash, name = text.rpartition("/")
    if not name or (slash and not namespace):
        return f"service account `{text}` lacks its {'namespace' if name else 'name'}"
    return None


def wildcard_problem(text: str) -> str | None:
    """More than one star, or one in the middle."""
    if text.count("*") > 1:
        return f"trust domain `{text}` has more than one star"
    if "*" in text[1:-1]:
        return f"trust domain `{text}` has a star that stands neither first nor last"
    return None


def trust_domain_problem(text: str) -> str | None:
    """The same, and a slash."""
    return f"trust domain `{text}` has a slash" if "/" in text else wildcard_problem(text)


def path_problem(text: str) -> str | None:
    """Braces that are no template, and what a template cannot have."""
    problem = webhook_template_problem(text)
    return f"path `{text}`: {problem}" if problem else None


def bracket_problem(key: str) -> str | None:
    """A condition key without a name in brackets."""
    opening = key.find("[")
    if opening > 0 and key.endswith("]") and len(key) - opening > len("[]"):
        return None
    return f"condition key `{key}` lacks its name in brackets"


BRACKETED: Final = ("request.headers", "request.auth.claims", "experimental.envoy.filters.")
"""The beginnings of condition keys that end with a name in brackets."""
REPLACED: Final = ("destination.namespace", "destination.name", "destination.user")
"""Condition keys of old versions that istiod refuses."""
REPLACED_PREFIX: Final = "destination.labels"
"""The beginning of another one."""
VALUES: Final[dict[str, Callable[[str], str | None]]] = {
    "source.ip": address_problem,
    "remote.ip": address_problem,
    "destination.ip": address_problem,
    "destination.port": port_problem,
    "source.serviceAccount": service_account_problem,
    "source.trustDomain": wildcard_problem,
    "source.namespace": anything,
    "source.principal": anything,
    "request.auth.principal": anything,
    "request.auth.audiences": anything,
    "request.auth.presenter": anything,
    "connection.sni": anything,
}
"""The condition keys without brackets, and what their values may not be."""
