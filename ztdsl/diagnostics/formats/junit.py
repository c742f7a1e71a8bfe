"""Findings for CI servers that read JUnit's XML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from ztdsl.diagnostics.formats.escape import visible
from ztdsl.diagnostics.formats.text import render_finding
from ztdsl.diagnostics.formats.wording import headline, location, slug_of
from ztdsl.diagnostics.source import display_path, span_of

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.diagnostics.report import Report

_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 section 2.2


def render(report: Report) -> str:
    """One suite: a failed case for each finding, a skipped one for each accepted; if none failed, one that passes."""
    suites = ET.Element("testsuites")
    suite = ET.SubElement(suites, "testsuite", name="ztc")
    for finding in report.findings:
        failure = ET.SubElement(_case(suite, finding), "failure")
        failure.set("type", finding.severity.word)
        failure.set("message", legal(headline(finding)))
        failure.text = legal(render_finding(finding))
    for accepted in report.accepted:
        skipped = ET.SubElement(_case(suite, accepted.diagnostic), "skipped")
        skipped.set("message", legal(f"accepted: {visible(accepted.reason)}"))
    if not report.findings:
        ET.SubElement(suite, "testcase", classname="ztc", name=legal(visible(report.policy or "policy")), time="0")
    for element in (suites, suite):
        element.set("tests", str(len(suite)))
        element.set("failures", str(len(report.findings)))
        element.set("errors", "0")
        element.set("skipped", str(len(report.accepted)))
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _case(suite: ET.Element, finding: Diagnostic) -> ET.Element:
    name = f"{finding.code} {slug_of(finding.code)}"
    if finding.primary is None:
        return ET.SubElement(suite, "testcase", classname="ztc", name=name, time="0")
    span = span_of(finding.primary.place)
    file = legal(visible(display_path(span.file)))
    name = legal(f"{name} at {location(span)}")
    case = ET.SubElement(suite, "testcase", classname=file, name=name, time="0", file=file)
    if span.line is not None:
        case.set("line", str(span.line))
    return case


def legal(text: str) -> str:
    """The text with a replacement for each character that XML 1.0 forbids."""
    return _ILLEGAL.sub("\ufffd", text)
