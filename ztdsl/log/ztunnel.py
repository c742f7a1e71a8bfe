"""The lines that ztunnel writes of connections, as text or as JSON.

Sources: ztunnel `src/proxy/metrics.rs` (`ConnectionResult`), `src/proxy.rs` (`Error::AuthorizationPolicyRejection`),
`src/rbac.rs`, `src/telemetry.rs`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import DecodeError
from msgspec.json import decode

from ztdsl.log.line import Called, Direction, Form, LogLine, Outcome, Unreadable
from ztdsl.log.names import ip_of, port_of, service_of
from ztdsl.traffic.decision import Decider

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEAD: Final = re.compile(r"(?P<time>\S+)\s+(?:info|error|warn|debug)\s+access\s+connection (?:complete|failed)\b")
_PAIR: Final = re.compile(r'([\w.]+)=("(?:[^"\\]|\\.)*"|\S+)')
_REJECTED: Final = "connection closed due to policy rejection"
_NAMED: Final = re.compile(r"explicitly denied by: (?P<namespace>[^/\s]+)/(?P<name>\S+)")
_NONE_ALLOWED: Final = "allow policies exist, but none allowed"
_CONVERTED: Final = "converted_peer_authentication_"
_STATIC: Final = "istio_converted_static_strict"


def is_ztunnel(line: str) -> bool:
    """Whether a line of text is one of these."""
    return _HEAD.match(line) is not None


def read_ztunnel(line: str) -> LogLine:
    """What a line of text says.

    Raises:
        Unreadable: it is none of ztunnel's lines about a finished connection.
    """
    head = _HEAD.match(line)
    if head is None:
        reason = "it is no line of ztunnel's about a connection"
        raise Unreadable(reason)
    pairs = {key: _unquoted(value) for key, value in _PAIR.findall(line[head.end() :])}
    return _line(head["time"], pairs)


def read_ztunnel_json(line: bytes) -> LogLine:
    """What a line in JSON (`LOG_FORMAT=json`) says.

    Raises:
        Unreadable: as for `read_ztunnel`.
    """
    try:
        plain = decode(line)
    except (DecodeError, ValueError, RecursionError):
        plain = None
    if not isinstance(plain, dict) or plain.get("scope") != "access":
        reason = "it is no line of ztunnel's about a connection"
        raise Unreadable(reason)
    time = plain.get("time")
    pairs = {key: str(value) for key, value in plain.items() if isinstance(value, str | int)}
    return _line(time if isinstance(time, str) else None, pairs)


def _line(time: str | None, pairs: Mapping[str, str]) -> LogLine:
    direction = pairs.get("direction")
    if direction not in {"inbound", "outbound"}:
        reason = "it does not say at which end of the connection it was written"
        raise Unreadable(reason)
    error = pairs.get("error")
    # Over HBONE `dst.addr` is the tunnel's port, and the application's stands beside it.
    target = pairs.get("dst.hbone_addr") or pairs.get("dst.addr")
    service = service_of(pairs.get("dst.service"))
    return LogLine(
        form=Form.ZTUNNEL,
        time=time,
        outcome=_outcome(error),
        details=error,
        matched=_matched(error),
        is_unmatched=error is not None and _NONE_ALLOWED in error,
        direction=Direction(direction),
        called=Called(
            pairs.get("dst.namespace") or (service[0] if service else None),
            pairs.get("dst.workload"),
            _account(pairs.get("dst.identity")),
            service[1] if service else None,
            ip_of(target),
            port_of(target),
        ),
        identity=pairs.get("src.identity", ""),
        method="",
        path="",
        status=0,
        is_plaintext="src.identity" not in pairs,
        source_ip=ip_of(pairs.get("src.addr")),
        remote_ip=ip_of(pairs.get("src.addr")),
        server_name="",
    )


def _outcome(error: str | None) -> Outcome:
    if error is None:
        return Outcome.ALLOWED
    if not error.startswith(_REJECTED):
        return Outcome.ELSEWHERE
    return Outcome.REFUSED if _STATIC in error or _CONVERTED in error else Outcome.DENIED


def _matched(error: str | None) -> Decider | None:
    """The policy that denied; ztunnel does not say which of its rules, and its own of STRICT are no objects."""
    found = _NAMED.search(error) if error else None
    if found is None or _STATIC in found["name"]:
        return None
    if found["name"].startswith(_CONVERTED):
        return Decider("PeerAuthentication", found["namespace"], found["name"].removeprefix(_CONVERTED))
    return Decider("AuthorizationPolicy", found["namespace"], found["name"])


def _account(identity: str | None) -> str | None:
    return identity.rpartition("/sa/")[2] if identity and "/sa/" in identity else None


def _unquoted(value: str) -> str:
    return value[1:-1].replace('\\"', '"').replace("\\\\", "\\") if value.startswith('"') else value
