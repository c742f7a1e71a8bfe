from __future__ import annotations

from tests.typing.conftest import SEEDED, Checker, is_python


def test_seeded_mistakes_are_type_errors_where_their_file_says_so(checker: Checker) -> None:
    """A type checker finds the mistakes marked `# types: caught` and has nothing to say of the others."""
    files = [file for file in SEEDED if checker.name == "pyright" or is_python(file)]
    caught = {file for file in files if "\n# types: caught\n" in file.read_text(encoding="utf-8")}

    assert {each.file for each in checker.check(files)} == caught
