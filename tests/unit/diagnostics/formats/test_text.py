"""Findings at a terminal."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.formats.text import render, render_finding
from ztdsl.diagnostics.model import Diagnostic, Label, Severity, Span
from ztdsl.diagnostics.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable


def test_whole_report(report: Report) -> None:
    """Findings come in their order, each with its lines, and the last line counts them."""
    assert render(report) == dedent(
        """\
        warning[ZT401]: a dry run is past its end date
          = docs: ztc explain ZT401

        error[ZT112]: service `orders` has no port 9100
         --> policies.py:9:36
          |
        4 | metrics = HttpPort(9100)
          |           -------------- port declared here
        ...
        9 |     return allow(who, to=orders.at(metrics), http=Http(paths=["/metrics", "/a*b"]), because="dashboards")
          |                                    ^^^^^^^ rule targets this port
          |
          = note: `grant` called from policies.py:12:8
          = help: add `metrics` to `ports=[...]` of `orders`, or target `api`
          = docs: ztc explain ZT112

        error[ZT307]: `/a*b` has a star inside
         --> policies.py:9:75
          |
        9 |     return allow(who, to=orders.at(metrics), http=Http(paths=["/metrics", "/a*b"]), because="dashboards")
          |                                                                           ^^^^^^
          |
          = note: Istio reads it as text
          = note: `grant` called from policies.py:12:8
          = docs: ztc explain ZT307

        error: 2 errors, 1 warning in 12 rules, 1 accepted
        """
    )


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (Report((), policy="shop", rules=12), "ok: 12 rules, no findings"),
        (Report((), policy="shop", rules=1), "ok: 1 rule, no findings"),
        (Report(()), "ok: no findings"),
        (Report((diagnostic("ZT005", "x", None),)), "error: 1 error"),
        (Report((Diagnostic("ZT301", Severity.INFO, "x", None),) * 2, policy="a", rules=3), "info: 2 info in 3 rules"),
    ],
    ids=["clean", "one rule", "nothing loaded", "not loaded", "infos"],
)
def test_last_line(report: Report, line: str) -> None:
    """The last line names the worst severity and counts."""
    assert render(report).splitlines()[-1] == line


def test_colour_changes_nothing_but_colour(report: Report) -> None:
    """Without its escape sequences the coloured report is the plain one."""
    coloured = render(report, color=True)
    assert "\x1b[1;31merror[ZT112]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(report)


def test_labels_of_another_file_stand_below_their_own_arrow(
    load: Callable[..., dict[str, Any]], mark: Callable[..., Label]
) -> None:
    """A related place in another file is drawn with that file's name."""
    other = load("port = HttpPort(9100)", "catalogue.py")["port"]
    here = load("\n" * 9 + "it = HttpPort(9100)")["it"]
    finding = diagnostic(
        "ZT108", "two ports", mark(here, "container"), related=[mark(other, "container", text="first here")]
    )
    assert render_finding(finding) == dedent(
        """\
        error[ZT108]: two ports
          --> policies.py:11:15
           |
        11 | it = HttpPort(9100)
           |               ^^^^
           |
          ::: catalogue.py:2:17
           |
         2 | port = HttpPort(9100)
           |                 ---- first here
           |
           = docs: ztc explain ZT108
        """
    )


def test_labels_of_one_line_are_drawn_below_each_other(
    load: Callable[..., dict[str, Any]], mark: Callable[..., Label]
) -> None:
    """A line is shown once, its places from left to right; a place that is given twice is drawn once."""
    it = load('it = Http(paths=["/a", "/b"])')["it"]
    first = mark(it, "paths", 0, text="again")
    finding = diagnostic("ZT121", "repeated", mark(it, "paths", 1, text="here"), related=[first, first])
    lines = render_finding(finding).splitlines()
    assert lines[3:6] == [
        '2 | it = Http(paths=["/a", "/b"])',
        "  |                  ---- again",
        "  |                        ^^^^ here",
    ]


def test_place_of_several_lines_is_underlined_to_the_end_of_the_first(
    load: Callable[..., dict[str, Any]], mark: Callable[..., Label]
) -> None:
    """Of a call of several lines, the first line is shown."""
    it = load("it = Http(\n  paths=['/a'],\n)")["it"]
    assert render_finding(diagnostic("ZT121", "x", mark(it))).splitlines()[3:5] == ["2 | it = Http(", "  |      ^^^^^"]


def test_file_that_is_gone_leaves_its_name_and_words(
    load: Callable[..., dict[str, Any]], mark: Callable[..., Label]
) -> None:
    """Without the line, the place is still named and what is said of it becomes a note."""
    it = load("it = HttpPort(1)")["it"]
    Path("policies.py").unlink()
    assert render_finding(diagnostic("ZT106", "x", mark(it, text="here"))) == dedent(
        """\
        error[ZT106]: x
         --> policies.py:2
          = note: policies.py:2: here
          = docs: ztc explain ZT106
        """
    )


def test_whole_file_is_named_without_a_line() -> None:
    """A finding about a file as a whole has only its name."""
    finding = diagnostic("ZT007", "not a file", Label(Span("policies.py")))
    assert render_finding(finding) == "error[ZT007]: not a file\n --> policies.py\n  = docs: ztc explain ZT007\n"


def test_users_own_code_has_no_docs() -> None:
    """`ztc explain` knows nothing of a user's own check."""
    assert render_finding(Diagnostic("ZT901", Severity.WARNING, "x", None)) == "warning[ZT901]: x\n"


def test_help_wraps_between_words_outside_backticks() -> None:
    """Help fits the width, and a piece of code stays on one line."""
    finding = diagnostic("ZT121", "x", None, help=["take the following words and `a b c d e f g h i j` too"])
    lines = render_finding(finding, width=40).splitlines()
    assert lines[1:-1] == [
        "  = help: take the following words and",
        "          `a b c d e f g h i j` too",
    ]


@given(st.text(), st.text(), st.text(), st.sampled_from(Severity))
@settings(max_examples=60)
def test_users_text_never_reaches_the_terminal_raw(message: str, label: str, help_: str, severity: Severity) -> None:
    """No control, format or surrogate character of a user's text is printed; no text makes a line of its own."""
    finding = Diagnostic("ZT121", severity, message, Label(Span("\x1bp.py", 1), label), help=(help_,))
    text = render_finding(finding)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert text.splitlines()[0].startswith(f"{severity.word}[ZT121]: ")
    assert all(line.startswith(" ") for line in text.splitlines()[1:])


@given(line=st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=300), data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_source_lines_never_reach_the_terminal_raw(line: str, data: st.DataObject, tmp_path: Path) -> None:
    """Any line of a file can be drawn with any place in it, and no odd character is printed as it is."""
    path = tmp_path / "a.txt"
    path.write_text(f"# first\n# second\n{line}\n", encoding="utf-8")
    column = data.draw(st.integers(1, len(line) + 3))
    end = data.draw(st.integers(column, len(line) + 9))
    text = render_finding(diagnostic("ZT121", "x", Label(Span(str(path), 3, column, 3, end))))
    assert all(character.isprintable() or character == "\n" for character in text)
    assert "^" in text.splitlines()[-3]


def test_clean_report_needs_no_heavy_module() -> None:
    """Rendering text imports neither rich nor anything else that is slow to load."""
    script = (
        "import sys\n"
        "from ztdsl.diagnostics.formats import render\n"
        "from ztdsl.diagnostics.report import Report\n"
        "render(Report(()), 'text')\n"
        "print(sorted({'rich', 'pydantic', 'jinja2', 'json', 'xml', 'typer'} & sys.modules.keys()))\n"
    )
    root = Path(__file__).parents[4]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
