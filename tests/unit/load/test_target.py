from __future__ import annotations

from pathlib import Path

import pytest

from ztdsl.load.target import is_reserved, parse


@pytest.mark.parametrize(
    ("text", "file", "variable"),
    [
        ("policies.py", "policies.py", None),
        ("policies.py:other", "policies.py", "other"),
        ("policies.py:", "policies.py", ""),
        ("a:b/policies.py", "a:b/policies.py", None),
        ("../x/policies.py:p", "../x/policies.py", "p"),
    ],
)
def test_a_colon_separates_file_and_variable(tmp_path: Path, text: str, file: str, variable: str | None) -> None:
    """What stands behind the last colon is a variable unless it is a path."""
    target = parse(text, tmp_path)
    assert target.variable == variable
    assert Path(target.file) == Path(str(tmp_path), file).resolve()


def test_a_file_whose_name_has_a_colon_is_that_file(tmp_path: Path) -> None:
    """A file that exists under the whole text wins over a variable."""
    (tmp_path / "a.py:b").touch()
    assert parse("a.py:b", tmp_path).variable is None


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A linked policy file has the link's directory as its root."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there/policies.py").touch()
    (tmp_path / "policies.py").symlink_to(tmp_path / "there/policies.py")
    assert parse("policies.py", tmp_path).root == str(tmp_path)


def test_names_that_others_need_are_reserved() -> None:
    """Modules of Python and of ztdsl are never replaced."""
    assert is_reserved("types")
    assert is_reserved("ztdsl")
    assert not is_reserved("policies")
