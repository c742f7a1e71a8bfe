"""Comments that accept a warning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ztdsl.diagnostics.acceptance import apply
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Diagnostic, Label, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = "policies.py"
EXAMPLE = "write `# zt: accept[ZT301] reason`"


def warning(line: int, end_line: int | None = None, code: str = "ZT301") -> Diagnostic:
    """A warning at some lines of the policy file."""
    return diagnostic(code, f"line {line}", Label(Span(FILE, line, 1, end_line or line, 2)))


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Writes the policy file in the current directory."""
    monkeypatch.chdir(tmp_path)

    def put(text: str) -> None:
        Path(FILE).write_text(text, encoding="utf-8")

    return put


@pytest.mark.parametrize(
    "text",
    [
        "x = 1  # zt: accept[ZT301] agreed with ops\n",
        "x = 1  #zt:accept [ ZT301 ]  agreed with ops  \n",
        "x = 1  # zt: accept[ZT301]: agreed with ops\n",
        "x = 1  # zt: accept[ZT302, ZT301] agreed with ops\n",
    ],
    ids=["plain", "blanks", "colon", "several codes"],
)
def test_comment_on_the_line_accepts(write: Callable[[str], None], text: str) -> None:
    """A warning whose line carries the comment is accepted, with the reason as written."""
    write(text)
    finding = warning(1)
    remaining, accepted, _ = apply([finding], [FILE])
    assert remaining == ()
    assert [(one.diagnostic, one.reason, one.comment.line) for one in accepted] == [(finding, "agreed with ops", 1)]


def test_comment_on_any_line_of_the_place_accepts(write: Callable[[str], None]) -> None:
    """The comment may stand on any line of a call of several lines."""
    write("x = dict(\n  a=1,  # zt: accept[ZT301] why\n)\n")
    remaining, accepted, problems = apply([warning(1, 3)], [FILE])
    assert (remaining, len(accepted), problems) == ((), 1, ())


@pytest.mark.parametrize("above", ["# zt: accept[ZT301] why", "x = dict(  # zt: accept[ZT301] why"])
def test_comment_on_the_line_above_accepts(write: Callable[[str], None], above: str) -> None:
    """The comment may stand on the line above, alone or behind code that has nothing to accept."""
    write(f"{above}\n)\n")
    remaining, accepted, problems = apply([warning(2)], [FILE])
    assert (remaining, len(accepted), problems) == ((), 1, ())


def test_comment_two_lines_above_does_not_accept(write: Callable[[str], None]) -> None:
    """Farther away a comment is about something else."""
    write("# zt: accept[ZT301] why\n\nx = 1\n")
    remaining, accepted, problems = apply([warning(3)], [FILE])
    assert (len(remaining), accepted) == (1, ())
    assert [problem.code for problem in problems] == ["ZT016"]


def test_comment_does_not_reach_from_one_rule_to_the_next(write: Callable[[str], None]) -> None:
    """A comment that accepts something on its own line leaves the next line's warning alone."""
    write("x = 1  # zt: accept[ZT301] why\ny = 1\n")
    first, second = warning(1), warning(2)
    remaining, accepted, problems = apply([first, second], [FILE])
    assert remaining == (second,)
    assert [one.diagnostic for one in accepted] == [first]
    assert problems == ()


def test_one_comment_accepts_all_findings_of_its_code_there(write: Callable[[str], None]) -> None:
    """Two elements of a list on one line are accepted by one comment."""
    write("x = 1  # zt: accept[ZT301] why\n")
    remaining, accepted, problems = apply([warning(1), warning(1)], [FILE])
    assert (remaining, len(accepted), problems) == ((), 2, ())


def test_info_is_accepted_too(write: Callable[[str], None]) -> None:
    """What configuration lowered to info can be accepted."""
    write("x = 1  # zt: accept[ZT301] why\n")
    finding = Diagnostic("ZT301", Severity.INFO, "x", Label(Span(FILE, 1)))
    assert apply([finding], [FILE])[0] == ()


def test_error_is_never_accepted(write: Callable[[str], None]) -> None:
    """An error stays, and the comment is reported with the reason."""
    write("x = 1  # zt: accept[ZT112] why\n")
    error = diagnostic("ZT112", "x", Label(Span(FILE, 1)))
    remaining, accepted, (problem,) = apply([error], [FILE])
    assert (remaining, accepted) == ((error,), ())
    assert problem.code == "ZT016"
    assert problem.notes == ("`ZT112` is an error here, and an error cannot be accepted",)


def test_unused_code_is_underlined(write: Callable[[str], None], cut: Callable[[Span], str]) -> None:
    """Of several codes, those that accept nothing are reported each, at the code."""
    write("ä = 1  # zt: accept[ZT301, ZT302,ZT401] why\n")
    _, accepted, problems = apply([warning(1)], [FILE])
    assert len(accepted) == 1
    assert [(p.code, p.message) for p in problems] == [
        ("ZT016", "acceptance of `ZT302` matches no finding"),
        ("ZT016", "acceptance of `ZT401` matches no finding"),
    ]
    assert [cut(p.primary.place) for p in problems if p.primary and isinstance(p.primary.place, Span)] == [
        "ZT302",
        "ZT401",
    ]


@pytest.mark.parametrize(
    ("comment", "message", "place", "help_"),
    [
        ("# zt: accept[ZT301]", "acceptance has no reason", "# zt: accept[ZT301]", EXAMPLE),
        ("# zt: accept", "acceptance names no code in brackets", "# zt: accept", EXAMPLE),
        ("# zt: accept[ZT301 w", "acceptance names no code in brackets", "# zt: accept[ZT301 w", None),
        ("# zt: accept ZT301 w", "acceptance names no code in brackets", "# zt: accept ZT301 w", None),
        ("# zt: accept[] why", "acceptance names no code", "", None),
        ("# zt: accept[ZT3O1] w", "acceptance names `ZT3O1`, which is no code", "ZT3O1", "did you mean `ZT301`?"),
        ("# zt: accept[zt301] w", "acceptance names `zt301`, which is no code", "zt301", "did you mean `ZT301`?"),
        ("# zt: accept[path-near-miss] w", None, "path-near-miss", "did you mean `ZT301`?"),
        ("# zt: accept[E501] w", "acceptance names `E501`, which is no code", "E501", None),
    ],
)
def test_malformed_comment_accepts_nothing(
    write: Callable[[str], None],
    cut: Callable[[Span], str],
    comment: str,
    message: str | None,
    place: str,
    help_: str | None,
) -> None:
    """A comment without code or reason, or with a code that does not exist, is reported where it is wrong."""
    write(f"x = 1  {comment}\n")
    remaining, accepted, (problem,) = apply([warning(1)], [FILE])
    assert (len(remaining), accepted, problem.code) == (1, (), "ZT017")
    assert message is None or problem.message == message
    assert help_ is None or problem.help == (help_,)
    assert problem.primary is not None
    assert isinstance(problem.primary.place, Span)
    assert cut(problem.primary.place) == place


def test_code_of_a_users_own_check_can_be_accepted(write: Callable[[str], None]) -> None:
    """ZT9xx belongs to users' own checks, which the catalogue does not list."""
    write("x = 1  # zt: accept[ZT901] why\n")
    finding = Diagnostic("ZT901", Severity.WARNING, "x", Label(Span(FILE, 1)))
    assert apply([finding], [FILE])[0] == ()


def test_text_in_strings_is_no_comment(write: Callable[[str], None]) -> None:
    """Only comments accept: the same words in a string mean nothing."""
    write('x = """\n# zt: accept[ZT301] why\n"""\ny = "# zt: accept[ZT301]"\n')
    finding = warning(3)
    assert apply([finding], [FILE]) == ((finding,), (), ())


def test_findings_without_a_place_or_a_line_remain(write: Callable[[str], None]) -> None:
    """A comment accepts only what stands at it."""
    write("x = 1  # zt: accept[ZT301] why\n")
    findings = (Diagnostic("ZT301", Severity.WARNING, "x", None), diagnostic("ZT301", "x", Label(Span(FILE))))
    assert apply(findings, [FILE])[0] == findings


def test_other_files_are_left_alone(write: Callable[[str], None]) -> None:
    """A comment counts for its own file, however the file is named; unreadable files have none."""
    write("x = 1  # zt: accept[ZT301] why\n")
    absolute = diagnostic("ZT301", "x", Label(Span(str(Path(FILE).absolute()), 1)))
    other = diagnostic("ZT301", "x", Label(Span("other.py", 1)))
    remaining, accepted, _ = apply([other, absolute], [FILE, "gone.py", f"./{FILE}"])
    assert remaining == (other,)
    assert [one.diagnostic for one in accepted] == [absolute]


def test_text_that_is_no_python_ends_the_search(write: Callable[[str], None]) -> None:
    """Comments before the place where Python stops count."""
    write("x = 1  # zt: accept[ZT301] why\ny = '''\n")
    assert apply([warning(1)], [FILE])[0] == ()


def test_declaration_is_accepted_where_it_stands(
    load: Callable[..., dict[str, Any]], mark: Callable[..., Label]
) -> None:
    """The place of a finding in a call is worked out before it is compared with comments."""
    it = load("it = Http(not_paths=[\n  '/a',  # zt: accept[ZT301] why\n  '/b',\n])")["it"]
    findings = [diagnostic("ZT301", path, mark(it, "not_paths", n)) for n, path in enumerate(["/a", "/b"])]
    remaining, accepted, problems = apply(findings, [FILE])
    assert remaining == (findings[1],)
    assert [one.diagnostic for one in accepted] == [findings[0]]
    assert problems == ()
