"""Checks of single values that describe requests: hosts, ports, methods, paths, server names.

Sources: Istio `pkg/config/validation/validation.go`, `pkg/config/security/security.go`; RFC 9110; for what passes and
never matches `pilot/pkg/security/authz/matcher/{header,path,string}.go` and Envoy's URI templates.
"""

from __future__ import annotations

import re
from typing import Final

from ztdsl.istio.grammar import is_template, webhook_template_problem
from ztdsl.istio.validate.identities import star_fault
from ztdsl.istio.validate.problem import Fault

HIGHEST_PORT: Final = 65535

_NUMBER: Final = re.compile(r"0{0,99}[0-9]{1,5}")
_PLAIN_PORT: Final = re.compile(r"[1-9][0-9]{0,4}")
_METHOD: Final = re.compile(r"\*?[-!#$%&'+.^_`|~0-9A-Z]*\*?")
_SENT: Final = re.compile(r"[\x21-\x7e]+")
# Most paths: plain segments, and at most a star after the last slash.
_ORDINARY_PATH: Final = re.compile(r"/(?:[A-Za-z0-9_-]+/)*(?:[A-Za-z0-9_-]+|\*)?")
_HOST: Final = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]+))?")
_HOST_SUFFIX: Final = re.compile(r"[A-Za-z0-9._-]*(?::(?P<port>[0-9]+))?")
_HOST_PREFIX: Final = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]*\]?)(?::[0-9]{0,4})?")


def host_fault(text: str) -> Fault | None:
    """What keeps a pattern from matching any `Host` or `:authority`; a port is part of what is compared."""
    if fault := star_fault(text):
        return fault
    if text == "*":
        return None
    if text.endswith("*"):
        fits = _HOST_PREFIX.fullmatch(text[:-1]) is not None
    else:
        match = _HOST_SUFFIX.fullmatch(text[1:]) if text.startswith("*") else _HOST.fullmatch(text)
        fits = match is not None and (match["port"] is None or _is_plain_port(match["port"]))
    return None if fits else Fault("C-AP-8", f"`{text}` is not a host, with or without a port")


def _is_plain_port(text: str) -> bool:
    return _PLAIN_PORT.fullmatch(text) is not None and int(text) <= HIGHEST_PORT


def port_fault(text: str) -> Fault | None:
    """What istiod refuses as a port, and spellings that it takes though nobody writes them: `0`, `080`."""
    if not _NUMBER.fullmatch(text) or int(text) > HIGHEST_PORT:
        return Fault("V-AP-13", f"`{text}` is not the number of a port")
    if not _PLAIN_PORT.fullmatch(text):
        return Fault("C-AP-12", f"`{text}` is not a port as it is written: 1 to {HIGHEST_PORT}, without leading zeros")
    return None


def method_fault(text: str) -> Fault | None:
    """What no request has as its method; methods are compared as they are, and those in use are upper case."""
    if fault := star_fault(text):
        return fault
    if _METHOD.fullmatch(text):
        return None
    return Fault("C-AP-7", f"`{text}` is not a method in upper case")


def path_fault(text: str) -> Fault | None:
    """What istiod refuses in a path, what Envoy cannot load, and what no request's path has."""
    if _ORDINARY_PATH.fullmatch(text):
        return None
    if problem := webhook_template_problem(text):
        return Fault("V-AP-16", f"path `{text}`: {problem}")
    if not text.startswith("/") and (is_template(text) or not text.startswith("*")):
        return Fault("C-AP-5", f"path `{text}` does not begin with a slash")
    if not is_template(text) and (fault := star_fault(text)):
        return fault
    if "?" in text or "#" in text or not _SENT.fullmatch(text):
        return Fault("C-AP-6", f"path `{text}` has a character that Envoy never compares in a path")
    return None


def server_name_fault(text: str) -> Fault | None:
    """What no TLS server name is: Envoy lowers it when it arrives."""
    if fault := star_fault(text):
        return fault
    if text != text.lower():
        return Fault("C-AP-17", f"server name `{text}` has upper case, which Envoy lowers")
    return None
