"""Logs of a mesh: what one line says of one request, whoever wrote it.

Envoy's access logs in Istio's default text, in JSON, and in the format that `log_format` gives; Envoy's debugging lines
about policies; ztunnel's lines. What a line does not carry stays unknown.
"""

from __future__ import annotations

from ztdsl.log.format import log_format
from ztdsl.log.line import Called, Direction, Form, LogLine, Outcome, TriedRule, Unreadable
from ztdsl.log.read import Broken, LogReader, lines_of, opened

__all__ = [
    "Broken",
    "Called",
    "Direction",
    "Form",
    "LogLine",
    "LogReader",
    "Outcome",
    "TriedRule",
    "Unreadable",
    "lines_of",
    "log_format",
    "opened",
]
