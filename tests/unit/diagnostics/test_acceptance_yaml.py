"""Comments in manifests that accept a warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from ztdsl.diagnostics.acceptance import apply
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Diagnostic, Label, Span

FILE = "manifests.yaml"
LINE = 2


def _warning(line: int = LINE) -> Diagnostic:
    return diagnostic("ZT338", "a method", Label(Span(FILE, line, 1, line, 2)))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "a:\n- get # zt: accept[ZT338] a reason\n",
        "a:\n- 'it''s' # zt: accept[ZT338] a reason\n",
        'a:\n- "a # \\" b" # zt: accept[ZT338] a reason\n',
        "a:\n- it's # zt: accept[ZT338] a reason\n",
        "# zt: accept[ZT338] a reason\n- get\n",
        "a: [\n# zt: accept[ZT338] a reason\nget]\n",
    ],
)
def test_a_comment_stands_on_the_line_or_above(text: str) -> None:
    """Behind a value, quoted or not, and on a line of its own."""
    Path(FILE).write_text(text)

    remaining, accepted, problems = apply([_warning()], [FILE])

    assert (remaining, [each.reason for each in accepted], problems) == ((), ["a reason"], ())


@pytest.mark.parametrize(
    "text",
    [
        "a:\n- 'x # zt: accept[ZT338] a reason'\n",
        'a:\n- "x # zt: accept[ZT338] a reason"\n',
        "a:\n- x# zt: accept[ZT338] a reason\n",
        "a:\n- 'it''s # zt: accept[ZT338] a reason'\n",
    ],
)
def test_a_value_is_no_comment(text: str) -> None:
    """A sign within quotes, or behind a letter, begins no comment (YAML 1.2, section 6.6)."""
    Path(FILE).write_text(text)

    remaining, accepted, problems = apply([_warning()], [FILE])

    assert (len(remaining), accepted, problems) == (1, (), ())


def test_what_is_wrong_with_a_comment_is_reported_at_its_place() -> None:
    """A comment without a reason, and one that accepts nothing, are findings as in a policy file."""
    Path(FILE).write_text("a: b # zt: accept[ZT338]\nc: d\ne: f # zt: accept[ZT338] gone\n")

    _, _, problems = apply([], [FILE])

    assert [(each.code, each.primary.place) for each in problems if each.primary is not None] == [
        ("ZT017", Span(FILE, 1, 6, 1, 25)),
        ("ZT016", Span(FILE, 3, 19, 3, 24)),
    ]


def test_a_hash_in_a_file_of_python_is_read_as_python() -> None:
    """The ending of the file decides."""
    Path("policies.py").write_text("x = '''\n# zt: accept[ZT338] a text\n'''\n")

    assert apply([], ["policies.py"]) == ((), (), ())
