"""Checks of where token keys come from: URIs, inline key sets, the time that fetching may take.

Sources: Istio `pkg/config/security/security.go` (ParseJwksURI), `pkg/config/validation/validation.go`;
RFC 3986, RFC 7517, RFC 7518; Go `time.ParseDuration`.
"""

from __future__ import annotations

import json
import re
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from ztdsl.istio.golang.jwks import private_keys
from ztdsl.istio.golang.urls import istiod_takes, schema_takes
from ztdsl.istio.validate.problem import Fault
from ztdsl.istio.validate.requests import HIGHEST_PORT

LONGEST_URI: Final = 2048

# Paths and queries are as free as Go takes them; what is neither visible nor ASCII has no place in a URI.
_URI: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?P<user>[^/?#@]*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+)(?::(?P<port>[0-9]*))?"
    r"(?:/(?:[!-~](?<![?#%])|%[0-9A-Fa-f]{2})*)?(?:\?[!-~]*|#[!-~]*)?"
)
_DURATION: Final = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h)")
_DURATIONS: Final = re.compile(rf"(?:{_DURATION.pattern})+")
_NANOSECONDS: Final = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_LONGEST_DURATION: Final = 2**63 - 1
_LONGEST_DURATION_TEXT: Final = 64
_PUBLIC_MEMBERS: Final = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x"), "oct": ("k",)}
_PRIVATE_MEMBERS: Final = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


@lru_cache(1 << 12)
def uri_fault(uri: str) -> Fault | None:
    """What keeps `uri` from being one that keys are fetched from."""
    if not uri or len(uri) > LONGEST_URI:
        return Fault("V-RA-10", f"a key URI has {len(uri)} characters, not 1 to {LONGEST_URI}")
    match = _URI.fullmatch(uri)
    if match is None or not (schema_takes(uri) and istiod_takes(uri)):
        return Fault("V-RA-3", f"`{uri}` is not an http or https URI")
    if match["port"] and int(match["port"].lstrip("0")[:6] or "0") > HIGHEST_PORT:
        return Fault("V-RA-3", f"the port of `{uri}` is out of range")
    if match["user"] is not None:
        return Fault("C-RA-4", f"the key URI on `{match['host']}` has user information in it")
    if match["scheme"].lower() == "http":
        return Fault("C-RA-1", f"keys would be fetched from `{uri}` without TLS")
    return None


def is_discoverable(issuer: str) -> bool:
    """Whether istiod can look for the issuer's keys by OpenID Connect discovery."""
    match = _URI.fullmatch(issuer)
    return match is not None and match["scheme"].lower() in {"http", "https"}


@lru_cache(1 << 12)
def timeout_fault(text: str) -> Fault | None:
    """What keeps `text` from being a whole number of milliseconds, at least one, written as Go writes durations."""
    if len(text) > _LONGEST_DURATION_TEXT or not _DURATIONS.fullmatch(text):
        return Fault("V-RA-9", f"`{text}` is not a duration such as `5s` or `500ms`")
    parts = (match.group() for match in _DURATION.finditer(text))
    total = sum(_nanoseconds(part) for part in parts)
    if not _NANOSECONDS["ms"] <= total <= _LONGEST_DURATION or total % _NANOSECONDS["ms"]:
        return Fault("V-RA-9", f"`{text}` is not a whole number of milliseconds, at least 1")
    return None


def _nanoseconds(part: str) -> Fraction:
    number = part.rstrip("nuµμmsh")
    return Fraction(f"0{number}0" if "." in number else number) * _NANOSECONDS[part[len(number) :]]


@lru_cache(1 << 10)
def key_set_faults(text: str) -> tuple[Fault, ...]:
    """Why `text` is not a set of public keys; the keys themselves are never quoted."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return (Fault("V-RA-4", "the inline key set is not JSON"),)
    keys = parsed.get("keys") if isinstance(parsed, dict) else None
    if not isinstance(keys, list) or not keys:
        return (Fault("V-RA-4", "the inline key set has no list of keys"),)
    faults = tuple(fault for index, key in enumerate(keys) if (fault := _key_fault(key, index)))
    if private_keys(text) is None and not any(fault.severity == "error" for fault in faults):
        return (Fault("V-RA-4", "a member of the inline key set is not of the form that JSON web keys have"),)
    return faults


def _key_fault(key: Any, index: int) -> Fault | None:  # noqa: ANN401 - whatever JSON can hold
    kind = key.get("kty") if isinstance(key, dict) else None
    members = _PUBLIC_MEMBERS.get(kind) if isinstance(kind, str) else None
    if members is None or not all(isinstance(key.get(member), str) for member in members):
        return Fault("V-RA-4", f"key {index} of the inline key set is not a JSON web key")
    if kind == "oct" or any(member in key for member in _PRIVATE_MEMBERS):
        return Fault("V-RA-5", f"key {index} of the inline key set is private or symmetric", "warning")
    return None
