"""Istio's default access log: one line of text a request.

Source: Istio `pilot/pkg/model/telemetry_logging.go` (`EnvoyTextLogFormat`).
"""

from __future__ import annotations

import re
from typing import Final

from ztdsl.log.inbound import Fields, line_of
from ztdsl.log.line import Form, LogLine, Unreadable

ISTIO_TEXT: Final = (
    '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% '
    '%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% '
    '%BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" '
    '"%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% '
    "%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%"
)
"""The format, as documentation of what is read here."""

_LINE: Final = re.compile(
    r"\[(?P<time>[^\]\s]{1,40})\] "
    r'"(?P<method>\S*) (?P<path>\S*) (?P<protocol>HTTP/[\d.]+|-)" '
    r"(?P<status>\d{1,3}|-) (?P<flags>\S+) (?P<details>.*?) (?P<termination>\S+) "
    r'"(?:[^"]*)" (?:\d+|-) (?:\d+|-) (?:\d+|-) (?:\d+|-) '
    r'"(?P<forwarded>[^"]*)" ".*?" "[^"\s]*" "(?P<host>[^"]*)" "(?P<upstream>[^"\s]*)" '
    r"(?P<cluster>\S+) \S+ (?P<local>\S+) (?P<remote>\S+) (?P<server_name>\S+) (?P<route>\S+)"
)


def read_text(line: str) -> LogLine:
    """What a line of Istio's default format says.

    Raises:
        Unreadable: it has another format.
    """
    found = _LINE.fullmatch(line)
    if found is None:
        reason = "it has not Istio's default text format"
        raise Unreadable(reason)
    get = found.group
    method, protocol = get("method"), get("protocol")
    is_connection = method == "-" and protocol == "-"
    return line_of(
        Form.TEXT,
        get("time"),
        Fields(
            method="" if is_connection else method,
            path="" if is_connection else get("path"),
            host=_said(get("host")),
            status=0 if get("status") == "-" else int(get("status")),
            flags=get("flags"),
            details=_said(get("details")),
            termination=_said(get("termination")),
            cluster=_said(get("cluster")),
            local=_said(get("local")),
            remote=_said(get("remote")),
            server_name=_said(get("server_name")),
            forwarded=_said(get("forwarded")),
        ),
    )


def _said(text: str) -> str:
    """A field's value; empty for the dash that Envoy writes for none."""
    return "" if text == "-" else text
