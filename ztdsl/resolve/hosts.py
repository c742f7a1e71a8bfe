"""Checks of host patterns and TLS server names."""

from __future__ import annotations

import re
from functools import cache
from ipaddress import ip_address
from typing import Final

from ztdsl.resolve.problems import Complaint

_NAME: Final = re.compile(r"[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?(\.[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?)*")
_LONGEST: Final = 253
_HIGHEST_PORT: Final = 65535
_PORT: Final = re.compile(r"[1-9][0-9]{0,4}")
_LEFT_OUT: Final = frozenset({"80", "443"})  # the default ports of http and https


@cache
def host_problem(host: str) -> Complaint | None:
    """What keeps `host` from being matched against `:authority` as its author means it."""
    if not host:
        return Complaint("ZT120", "host is empty", ("leave `hosts` out for every host",))
    if "://" in host:
        return Complaint(
            "ZT120", f"host `{host}` has a scheme", (f"write `{host.split('://', 1)[1].split('/', maxsplit=1)[0]}`",)
        )
    if "/" in host:
        return Complaint("ZT120", f"host `{host}` has a path", ("write the path under `paths=`",))
    if host == "*":
        return Complaint("ZT307", "host `*` is every host", ("leave `hosts` out",))
    if not host.isascii():
        return Complaint("ZT120", f"host `{host}` is not ASCII", ("write it as clients send it: `xn--...`",))
    name, port = _split(host.lower())
    if port in _LEFT_OUT:
        return Complaint(
            "ZT120",
            f"clients leave the port of `{host}` out",
            (f"write `{host.rpartition(':')[0]}`, which means any port",),
        )
    if port is not None and not (_PORT.fullmatch(port) and int(port) <= _HIGHEST_PORT):
        help_ = "a host without a port means any port; brackets stand around an IPv6 address"
        return Complaint("ZT120", f"host `{host}` has a malformed port", (help_,))
    stem = name.removeprefix("*.")
    if stem != name and stem.rpartition(".")[2].isdecimal():
        return Complaint("ZT120", f"host `{host}` is a part of an address", ("write the address out",))
    if "*" in stem:
        return Complaint(
            "ZT307",
            f"Istio reads a star in host `{host}` as something else than a label",
            ("a star stands first, as in `*.example.com`",),
        )
    return None if _is_name(stem) else Complaint("ZT120", f"`{host}` is not a host name", ())


@cache
def server_name_problem(name: str) -> Complaint | None:
    """What keeps `name` from being a TLS server name as Envoy compares it (lower case)."""
    if name != name.lower():
        return Complaint("ZT134", f"server name `{name}` has upper case", (f"Envoy lowers it: write `{name.lower()}`",))
    if name == "*":
        return Complaint("ZT307", "server name `*` is every name", ("leave `server_names` out",))
    stem = name.removeprefix("*.")
    if "*" in stem:
        return Complaint("ZT307", f"Istio reads a star in `{name}` as something else", ("write `*.example.com`",))
    if not _NAME.fullmatch(stem) or len(stem) > _LONGEST or stem.rpartition(".")[2].isdecimal():
        help_ = "a server name is a host name without a port; an address is none (RFC 6066, section 3)"
        return Complaint("ZT134", f"`{name}` is not a server name", (help_,))
    return None


def _split(host: str) -> tuple[str, str | None]:
    if host.startswith("["):
        name, bracket, rest = host.partition("]")
        return name + bracket, rest.removeprefix(":") if rest.startswith(":") else (rest and "malformed") or None
    name, colon, port = host.partition(":")
    return name, port if colon else None


def _is_name(name: str) -> bool:
    if name.startswith("["):
        try:
            version = ip_address(name[1:-1]).version
            return version == 6 and name.endswith("]") and "%" not in name  # noqa: PLR2004 - brackets are IPv6's
        except ValueError:
            return False
    if name.rpartition(".")[2].isdecimal():
        return is_ipv4(name)
    return len(name) <= _LONGEST and _NAME.fullmatch(name) is not None


def is_ipv4(name: str) -> bool:
    """Whether a name whose last label is a number is an address after all (WHATWG URL, "ends in a number")."""
    try:
        return ip_address(name).version == 4  # noqa: PLR2004 - the one without brackets
    except ValueError:
        return False


def has_port(host: str) -> bool:
    """Whether a checked host names a port."""
    return _split(host)[1] is not None
