"""Outcomes of scenarios as text, JSON, JUnit and GitHub's annotations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from ztdsl.diagnostics.formats.escape import visible
from ztdsl.diagnostics.formats.github import IN_DATA, IN_PROPERTY
from ztdsl.diagnostics.formats.junit import legal
from ztdsl.diagnostics.formats.style import Style
from ztdsl.diagnostics.source import display_path
from ztdsl.scenario.report import ground_line, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.scenario.coverage import Coverage, Covered
    from ztdsl.scenario.run import Outcome
    from ztdsl.scenario.subject import Subject

SCHEMA: Final = "ztdsl/test/v1"


@dataclass(frozen=True, slots=True)
class Results:
    """What became of a run.

    Attributes:
        subject: what was asked.
        outcomes: the scenarios that ran, in order.
        selected_out: how many the filter left out.
        coverage: which rules they exercise.
    """

    subject: Subject
    outcomes: tuple[Outcome, ...]
    selected_out: int
    coverage: Coverage

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The scenarios whose answer was not the expected one."""
        return tuple(each for each in self.outcomes if not each.passed)

    def summary(self) -> str:
        """The run in one line."""
        failed = len(self.failures)
        out = f", {self.selected_out} not selected" if self.selected_out else ""
        rules = self.coverage.rules
        whole = len(rules) - len(self.coverage.missing)
        return f"{len(self.outcomes) - failed} passed, {failed} failed{out}; {whole} of {len(rules)} rules covered"


def as_text(results: Results, *, color: bool = False, verbose: bool = False) -> str:
    """Each failure with its explanation, the rules not covered, and the summary."""
    return "".join(f"{line}\n" for line in _lines(results, Style(color=color), color=color, verbose=verbose))


def as_json(results: Results) -> str:
    """The outcomes and the coverage as one JSON object."""
    document = {
        "schema": SCHEMA,
        "passed": len(results.outcomes) - len(results.failures),
        "failed": len(results.failures),
        "not_selected": results.selected_out,
        "scenarios": [_outcome(results.subject, each) for each in results.outcomes],
        "coverage": {
            "percent": round(results.coverage.percent, 1),
            "missing": [
                {"rule": ground_line(results.subject, each.rule), "never": _never(each)}
                for each in results.coverage.missing
            ],
        },
    }
    return json.dumps(document, indent=2) + "\n"


def as_junit(results: Results) -> str:
    """The outcomes as JUnit's XML; a failure carries its explanation."""
    failed = str(len(results.failures))
    suite = ET.Element("testsuite", name="ztc test", tests=str(len(results.outcomes)), failures=failed)
    for outcome in results.outcomes:
        place = outcome.scenario.span
        case = ET.SubElement(
            suite,
            "testcase",
            name=legal(outcome.scenario.name),
            classname=legal(display_path(place.file)),
            file=legal(display_path(place.file)),
            line=str(place.line or 1),
        )
        if not outcome.passed:
            message = f"expected {outcome.scenario.expected.words()}; got {_got(outcome)}"
            failure = ET.SubElement(case, "failure", message=legal(message))
            failure.text = legal(text(results.subject, outcome.scenario.name, outcome.explanation))
    root = ET.Element("testsuites", tests=str(len(results.outcomes)), failures=failed)
    root.append(suite)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def as_github(results: Results) -> str:
    """A workflow command for each failure, which GitHub shows beside the scenario's line."""
    lines = []
    for outcome in results.failures:
        place = outcome.scenario.span
        message = f"expected {outcome.scenario.expected.words()}; got {_got(outcome)}"
        file = display_path(place.file).translate(IN_PROPERTY)
        title = visible(outcome.scenario.name).translate(IN_PROPERTY)
        where = f"file={file},line={place.line or 1},title={title}"
        lines.append(f"::error {where}::{visible(message).translate(IN_DATA)}\n")
    return "".join(lines)


def _lines(results: Results, style: Style, *, color: bool, verbose: bool) -> Iterator[str]:
    for outcome in results.outcomes:
        place = outcome.scenario.span
        if outcome.passed:
            if verbose:
                yield f"{style.paint('ok', 'ok')}   {visible(outcome.scenario.name)}"
            continue
        yield f"{style.paint('FAIL', 'error')} {visible(outcome.scenario.name)}"
        yield f"  --> {visible(display_path(place.file))}:{place.line or 1}"
        yield f"  expected {visible(outcome.scenario.expected.words())}"
        explained = text(results.subject, outcome.scenario.name, outcome.explanation, color=color)
        yield from (f"  {line}" if line else "" for line in explained.splitlines())
        yield ""
    missing = results.coverage.missing
    if missing:
        yield "rules that no scenario exercises on both sides:"
        for covered in missing:
            yield f"  {ground_line(results.subject, covered.rule)}: never {_never(covered)}"
    yield results.summary()


def _outcome(subject: Subject, outcome: Outcome) -> dict[str, Any]:
    place, decision = outcome.scenario.span, outcome.explanation.decision
    decider = decision.decided_by
    return {
        "name": outcome.scenario.name,
        "file": display_path(place.file),
        "line": place.line,
        "passed": outcome.passed,
        "expected": outcome.scenario.expected.words(),
        "verdict": decision.verdict,
        "status": decision.status,
        "decided_by": None if decider is None else ground_line(subject, decider),
        "reason": decision.reason,
    }


def _got(outcome: Outcome) -> str:
    decision = outcome.explanation.decision
    return str(decision.verdict) if decision.status is None else f"{decision.verdict} ({decision.status})"


def _never(covered: Covered) -> str:
    sides = [] if covered.allowing else ["by a request that succeeds"]
    sides += [] if covered.refusing else ["by one that is refused"]
    return " nor ".join(sides)
