"""Envoy's own debugging lines about policies: what was looked at, then what came of it.

Sources: Envoy `source/extensions/filters/{http,network}/rbac/rbac_filter.cc`; Istio's page on debugging authorization.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.log.line import Called, Direction, Form, LogLine, Outcome, TriedRule
from ztdsl.log.names import NONE, ip_of, port_of, rule_of, server_name_of, service_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIME: Final = r"(?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z)"
_CHECKING: Final = re.compile(
    rf"(?:{_TIME}\s+)?.*?checking (?P<what>request|connection): requestedServerName: (?P<server_name>\S*), "
    r"sourceIP: (?P<source>\S*), directRemoteIP: (?P<direct>\S*?), ?remoteIP: (?P<remote>\S*?), ?"
    r"localAddress: (?P<local>\S*), ssl: (?P<ssl>.*?)"
    r"(?:, headers: (?P<headers>.*))?(?:, dynamicMetadata: (?P<metadata>.*))?"
)
_RESULT: Final = re.compile(
    rf"(?:{_TIME}\s+)?.*?\b(?P<kind>enforced|shadow) (?P<result>allowed|denied), matched policy (?P<policy>\S+)"
    r"(?:\s+thread=\d+)?\s*"
)
_REMARK: Final = re.compile(r".*\bno engine, allowed by default\b.*|.*\ballowed by default or by policy\b.*")
"""What Envoy says beside each result, which tells nothing more."""
_IDENTITY: Final = re.compile(r"uriSanPeerCertificate: (?P<identity>[^,\s]*)")
_HEADER: Final = re.compile(r"'(?P<name>[^']+)', '(?P<value>.*)'(?:, dynamicMetadata:.*)?(?:\s+thread=\d+)?")
_SECRET: Final = frozenset({"authorization", "cookie", "proxy-authorization", "x-forwarded-client-cert"})
_MOST_HEADERS: Final = 512


class RbacLines:
    """Puts together what Envoy writes over several lines; one reader for each stream, for it remembers.

    A result belongs to what was looked at last. Headers that carry secrets are not kept.
    """

    def __init__(self) -> None:
        self._checked: re.Match[str] | None = None
        self._headers: dict[str, tuple[str, ...]] = {}
        self._tried: list[TriedRule] = []

    def read(self, line: str) -> LogLine | None:
        """What a line completes; None for one that is not of these, or is only a part."""
        result = _RESULT.fullmatch(line)
        if result is not None:
            return self._completed(result)
        checked = _CHECKING.fullmatch(line) if "checking " in line else None
        if checked is not None:
            self._checked, self._headers, self._tried = checked, {}, []
            self._header(checked["headers"] or "")
        elif line.startswith("'"):
            self._header(line)
        return None

    def is_part(self, line: str) -> bool:
        """Whether the line is a part of what is put together here."""
        is_continued = self._checked is not None and ("checking " in line or not line[:4].isdigit())
        return is_continued or _REMARK.fullmatch(line) is not None

    def _header(self, text: str) -> None:
        found = _HEADER.fullmatch(text)
        if found is None or len(self._headers) >= _MOST_HEADERS:
            return
        name = found["name"].lower()
        if name not in _SECRET:
            self._headers[name] = (*self._headers.get(name, ()), found["value"])

    def _completed(self, result: re.Match[str]) -> LogLine | None:
        rule = rule_of(result["policy"])
        if result["kind"] == "shadow":
            self._tried.append(TriedRule(result["result"], rule))
            return None
        line = _line(result, self._checked, self._headers, tuple(self._tried))
        # A filter that lets a request pass hands it to the next, which says again what it looks at.
        self._checked, self._headers, self._tried = None, {}, []
        return line


def _line(
    result: re.Match[str],
    checked: re.Match[str] | None,
    headers: Mapping[str, tuple[str, ...]],
    tried: tuple[TriedRule, ...],
) -> LogLine:
    rule, is_unmatched = rule_of(result["policy"]), result["policy"] == NONE
    outcome = Outcome.DENIED
    if result["result"] == "allowed":  # the filter of DENY policies lets pass what matches none, and others come after
        outcome = Outcome.UNKNOWN if is_unmatched else Outcome.ALLOWED
    if checked is None:
        return LogLine(Form.RBAC, result["time"], outcome, None, rule, is_unmatched, tried=tried)
    asked = server_name_of(checked["server_name"])
    service = service_of(asked.host) if asked is not None else None
    is_connection = checked["what"] == "connection"
    path = "" if is_connection else _one(headers, ":path")
    return LogLine(
        form=Form.RBAC,
        time=result["time"] or checked["time"],
        outcome=outcome,
        matched=rule,
        is_unmatched=is_unmatched,
        direction=Direction.INBOUND,
        called=Called(
            service[0] if service else None,
            None,
            None,
            service[1] if service else None,
            ip_of(checked["local"]),
            port_of(checked["local"]),
        ),
        identity=_identity(checked["ssl"]),
        method="" if is_connection else _one(headers, ":method"),
        path=path,
        host=_one(headers, ":authority"),
        is_plaintext=checked["ssl"].strip() == "none",
        source_ip=ip_of(checked["direct"]),
        remote_ip=ip_of(checked["remote"]),
        server_name=checked["server_name"],
        tried=tried,
    )


def _one(headers: Mapping[str, tuple[str, ...]], name: str) -> str | None:
    lines = headers.get(name, ())
    return lines[0] if len(lines) == 1 else None


def _identity(ssl: str) -> str:
    found = _IDENTITY.search(ssl)
    return found["identity"] if found is not None else ""
