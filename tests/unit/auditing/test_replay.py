"""Whole logs: `ztdsl.auditing.replay`, `tally` and `grants`, through `audit_log`."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.unit.auditing.conftest import DENIED
from ztdsl.api import audit_log
from ztdsl.auditing import replay
from ztdsl.auditing.grants import Use
from ztdsl.log import lines_of

if TYPE_CHECKING:
    from tests.unit.auditing.conftest import Written
    from ztdsl.api import Audit
    from ztdsl.scenario.subject import Subject

FIRST, LAST = "2026-10-01T08:00:00.000Z", "2026-11-15T08:00:00.000Z"


def _uses(audit: Audit) -> dict[str, Use]:
    return {audit.report.place(grant.rule).because or "": grant.use for grant in audit.report.grants}


def test_lines_are_counted_by_rule(subject: Subject, line: Written) -> None:
    """Each line counts for the rule that decided it, refusals without a rule for none."""
    audit = audit_log(subject, [line(), line(path="/orders/8"), line(method="PUT", **DENIED), b"", b"noise"])

    plain = audit.to_dict()
    assert plain["lines"] == {"read": 4, "decided": 3, "undecided": 0, "passed_over": 0, "not_read": 1}
    assert [(each["rule"]["because"], each["count"]) for each in plain["decisions"]] == [("it lists", 2)]
    assert [(row["verdict"], row["count"]) for row in plain["access"]["rows"]] == [("allow", 2), ("deny", 1)]


def test_a_grant_is_unused_only_over_the_whole_window(subject: Subject, line: Written) -> None:
    """Too short a log is no proof; a workload without a line that was let in is none either."""
    short = audit_log(subject, [line()])
    long = audit_log(subject, [line(start_time=FIRST), line(start_time=LAST)])
    longer = audit_log(subject, [line(start_time=FIRST), line(start_time=LAST)], window=timedelta(days=60))

    assert _uses(long) == {"it lists": Use.USED, "staff": Use.UNUSED, "it reads": Use.UNUSED}
    assert _uses(short) == _uses(longer) == {"it lists": Use.USED, "staff": Use.TOO_SHORT, "it reads": Use.TOO_SHORT}
    assert [finding.code for finding in long.findings.findings] == ["ZT787", "ZT787"]
    assert short.findings.findings == ()


@pytest.mark.parametrize("time", ["-", "", "nope", "zzzz", 5, None, "Mon, 02 Nov 2026"])
def test_a_time_that_is_none_does_not_hide_the_others(time: object, subject: Subject, line: Written) -> None:
    """The line counts, and the window is that of the lines whose times can be read."""
    odd = [line(start_time=time), line(path="/orders/9", start_time=time)]
    audit = audit_log(subject, [odd[0], line(start_time=FIRST), *odd, line(start_time=LAST), odd[1]])

    assert audit.decided == 6
    assert audit.report.window.is_enough
    plain = audit.to_dict()
    assert plain["window"]["seconds"] == timedelta(days=45).total_seconds()
    assert {each["last"] for each in plain["decisions"]} == {LAST}


def test_a_log_of_refusals_alone_proves_nothing(subject: Subject, line: Written) -> None:
    """Where nothing was let in, the log may leave out what was."""
    audit = audit_log(subject, [line(start_time=time, method="PUT", **DENIED) for time in (FIRST, LAST)])

    assert set(_uses(audit).values()) == {Use.UNSEEN}


def test_requests_that_are_only_marked_prove_nothing(subject: Subject, line: Written) -> None:
    """A log of refusals also has what a dry run would refuse: that one was let in does not mean that all are there."""
    tried = {"allow_result": "denied", "allow_rule": None, "deny_result": None, "deny_rule": None}

    audit = audit_log(subject, [line(start_time=time, dry_run=tried) for time in (FIRST, LAST)])

    assert _uses(audit) == {"it lists": Use.USED, "staff": Use.UNSEEN, "it reads": Use.UNSEEN}


def test_undecided_lines_may_have_used_a_grant(subject: Subject, line: Written) -> None:
    """A line at the workload that lacks the caller could be anybody's."""
    plain = json.loads(line(start_time=LAST))
    del plain["ztc"], plain["downstream_peer_uri_san"]
    unnamed = json.dumps(plain).encode()

    audit = audit_log(subject, [line(start_time=FIRST), unnamed])

    assert audit.undecided == 1
    assert _uses(audit) == {"it lists": Use.USED, "staff": Use.UNCERTAIN, "it reads": Use.UNCERTAIN}


def test_a_log_without_times_covers_nothing(subject: Subject, line: Written) -> None:
    """Times that cannot be read are no window."""
    audit = audit_log(subject, [line(start_time=None), line(start_time="yesterday")])

    assert audit.report.window.covered is None
    assert Use.UNUSED not in _uses(audit).values()


def test_a_new_version_is_held_against_what_was_let_in(subject: Subject, narrower: Subject, line: Written) -> None:
    """What was let in and the new version refuses is found; what was refused anyway is not."""
    lines = [line(), line(path="/orders/list"), line(method="PUT", **DENIED)]

    audit = audit_log(subject, lines, against=narrower)

    assert audit.refused_by_new == 1
    (finding,) = [each for each in audit.findings.findings if each.code == "ZT788"]
    assert "1 request from spiffe://cluster.local/ns/web/sa/frontend to shop/orders:8080" in finding.message


def test_callers_without_identity_and_disagreements_are_listed(subject: Subject, line: Written) -> None:
    """What was let in without a certificate is refused by this policy, so the log is another policy's."""
    audit = audit_log(subject, [line(downstream_peer_uri_san=None, downstream_tls_version=None)])

    assert audit.disagreeing == 1
    assert [finding.code for finding in audit.findings.findings] == ["ZT789"]


def test_the_order_of_lines_and_what_is_remembered_do_not_matter(
    subject: Subject, line: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log with more different lines than are remembered gives the same books, in any order."""
    lines = [
        line(
            path=f"/orders/{number % 7}",
            method=("GET", "PUT")[number % 2],
            start_time=f"2026-10-{number % 28 + 1:02}T08:00:00Z",
        )
        for number in range(200)
    ]
    lines.append(line(path="/orders/" + "x" * 5000))
    whole = audit_log(subject, lines).to_dict()
    monkeypatch.setattr(replay, "_MOST_GROUPS", 3)

    parts = audit_log(subject, lines[::-1]).to_dict()

    for plain in (whole, parts):
        for row in plain["access"]["rows"] + plain["disagreeing"]["rows"]:
            del row["first_request"]  # the first that was read
    assert parts == whole


def test_no_cell_acts_on_a_spreadsheet(subject: Subject, line: Written) -> None:
    """What strangers sent is text in CSV, and nothing in Markdown or a terminal."""
    evil = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\x1b[2J", "|a|", "<script>"]
    audit = audit_log(subject, [line(path=text, method="=GET", downstream_peer_uri_san=text) for text in evil])

    cells = [cell for row in csv.reader(io.StringIO(audit.render("csv"))) for cell in row]
    assert cells
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]
    for output in ("text", "csv", "json", "markdown"):
        assert "\x1b" not in audit.render(output)
    assert "<script>" not in audit.render("markdown")


def test_secrets_in_paths_do_not_come_out(subject: Subject, line: Written) -> None:
    """A token in a query is masked in every format."""
    audit = audit_log(subject, [line(path="/orders/7?access_token=hunter2&x=1", method="PUT", **DENIED)])

    for output in ("text", "csv", "json", "markdown"):
        assert "hunter2" not in audit.render(output)


def test_a_refused_request_uses_no_grant(subject: Subject, line: Written) -> None:
    """Where the log says denied and the policies allow, their rule has let nobody in."""
    audit = audit_log(subject, [line(start_time=FIRST, **DENIED), line(start_time=LAST, path="/x", method="PUT")])

    assert audit.disagreeing == 2
    assert _uses(audit)["it lists"] is Use.UNUSED


def test_lines_that_are_too_long_are_counted(subject: Subject, line: Written) -> None:
    """A line that is passed over for its length is one that was not read."""
    lines = list(lines_of(io.BytesIO(line() + b"\n" + b"x" * (3 << 20) + b"\n" + line())))

    audit = audit_log(subject, lines)

    assert audit.to_dict()["not_read"] == [{"reason": "it is longer than 1 MiB", "count": 1}]
