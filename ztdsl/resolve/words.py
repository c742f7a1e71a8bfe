"""Checks of methods, header names and values, gRPC names, claim names and values."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from ztdsl.resolve.problems import Complaint, suggestion
from ztdsl.traffic.malformed import COMMON_METHODS, METHODS

_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CLAIM_HEADER: Final = re.compile(r"[-_A-Za-z0-9]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_GRPC_SERVICE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_GRPC_METHOD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Where a pattern cannot stand.
_WHOLE: Final = {
    "audience": "name each audience in full",
    "subject": 'name each subject in full, or test it with `Claim("sub", str)` and a pattern',
    "presenter": 'name each presenter in full, or test it with `Claim("azp", str)` and a pattern',
}
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


@cache
def method_problem(method: str) -> Complaint | None:
    """What keeps `method` from being one that a policy ever sees."""
    if method in METHODS:
        return None
    if method.upper() in METHODS:
        return Complaint(
            "ZT122", f"method `{method}` never matches: methods are upper case", (f"write `{method.upper()}`",)
        )
    if "*" in method:
        return Complaint("ZT122", f"method `{method}` has a wildcard", ("leave `methods` out, or name each of them",))
    help_ = suggestion(method.upper(), METHODS)
    if not method:
        return Complaint("ZT122", "method is empty", ("leave `methods` out for every method",))
    known = f"known are {', '.join(COMMON_METHODS)}, and what Envoy takes of WebDAV and caching"
    return Complaint("ZT122", f"method `{method}` is unknown", (help_ or known,))


@cache
def header_name_problem(name: str) -> Complaint | None:
    """What keeps `name` from being a field name (RFC 9110, section 5.1)."""
    if name.lower() == "host":
        return Complaint("ZT127", f"header `{name}` reaches policies as the host", ("use `hosts=` instead",))
    if _TOKEN.fullmatch(name):
        return None
    if name.startswith(":"):
        return Complaint(
            "ZT127", f"header `{name}` is a pseudo-header", ("use `methods=`, `paths=` or `hosts=` instead",)
        )
    return Complaint("ZT127", f"`{name}` is not a header name", ("use letters, digits and `-`",))


@cache
def header_value_problem(value: str, *, is_start: bool = True, is_end: bool = True) -> Complaint | None:
    """What keeps `value` from being a header's value, or its start or end, as Envoy sees it."""
    if _CONTROL.search(value) or _SURROGATE.search(value):
        return Complaint("ZT127", "header value has a control character", ())
    if (is_start and value != value.lstrip(" \t")) or (is_end and value != value.rstrip(" \t")):
        return Complaint("ZT127", f"header value `{value}` has blanks around it, which are stripped", ())
    return None


@cache
def claim_header_problem(name: str) -> Complaint | None:
    """What keeps `name` from being a header that a claim is copied to."""
    if name.lower() == "host":
        return Complaint("ZT127", f"header `{name}` is the host that policies compare", ("use another header",))
    if _CLAIM_HEADER.fullmatch(name):
        return None
    return Complaint("ZT127", f"`{name}` is not a header that a claim can go to", ("use letters, digits, `-` and `_`",))


@cache
def token_text_problem(what: str, text: str) -> Complaint | None:
    """What keeps `text` from being a part of a request that leads to a token."""
    if _CONTROL.search(text) or _SURROGATE.search(text):
        return Complaint("ZT135", f"{what} has a control character", ())
    return None


@cache
def grpc_service_problem(name: str) -> Complaint | None:
    """What keeps `name` from being the full name of a gRPC service."""
    if _GRPC_SERVICE.fullmatch(name):
        return None
    return Complaint(
        "ZT133", f"`{name}` is not a gRPC service name", ("write it as in the .proto file: `shop.v1.Orders`",)
    )


@cache
def grpc_method_problem(name: str) -> Complaint | None:
    """What keeps `name` from being the name of a gRPC method."""
    if _GRPC_METHOD.fullmatch(name):
        return None
    return Complaint("ZT133", f"`{name}` is not a gRPC method name", ("write the name alone, such as `GetOrder`",))


@cache
def claim_name_problem(name: str) -> Complaint | None:
    """What keeps `name` from being one step of the way to a claim."""
    if not name:
        return Complaint("ZT132", "claim name is empty", ())
    if "[" in name or "]" in name:
        return Complaint(
            "ZT132", f"claim name `{name}` has brackets", ('write a nested claim as a list: `["realm", "roles"]`',)
        )
    if _CONTROL.search(name) or _SURROGATE.search(name):
        return Complaint("ZT132", "claim name has a control character", ())
    return None


@cache
def literal_problem(code: str, what: str, value: str) -> Complaint | None:
    """What keeps `value` from being compared to the letter: Istio gives stars at the ends a meaning."""
    if not value:
        return Complaint(code, f"{what} is empty", ())
    if value.startswith("*") or value.endswith("*"):
        return Complaint(
            "ZT307",
            f"{what} `{value}` begins or ends with a star, which Istio reads as a wildcard",
            (_WHOLE.get(what, "write `Prefix(...)`, `Suffix(...)` or `Present()` if a wildcard is meant"),),
        )
    if _CONTROL.search(value) or _SURROGATE.search(value):
        return Complaint(code, f"{what} has a control character", ())
    return None


@cache
def affix_problem(code: str, what: str, text: str) -> Complaint | None:
    """What keeps `text` from being the beginning or end of a pattern."""
    if not text:
        return Complaint(code, f"{what} pattern is empty", ("write `Present()` if any value is meant",))
    if text.startswith("*"):
        return Complaint("ZT307", f"{what} pattern `{text}` begins with a star", ("write the text without a star",))
    if _CONTROL.search(text) or _SURROGATE.search(text):
        return Complaint(code, f"{what} pattern has a control character", ())
    return None
