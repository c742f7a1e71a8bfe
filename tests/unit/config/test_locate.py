from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ztdsl.config import ConfigurationFailure, read_configuration
from ztdsl.config.locate import found

if TYPE_CHECKING:
    from tests.unit.config.conftest import Problems, Read, Underlined, Write


def test_the_search_goes_upwards_from_the_policy_file(write: Write, tmp_path: Path) -> None:
    """The nearest configuration above the policy file counts."""
    write("ztc.toml", "strict = true\n")
    near = write("teams/ztc.toml", "strict = false\n")
    document = found(tmp_path / "teams/shop/policies.py")
    assert document is not None
    assert document.file == near


def test_ztc_toml_wins_over_the_table_beside_it(write: Write, read: Read) -> None:
    """Of two files in one directory `ztc.toml` counts alone."""
    write("pyproject.toml", "[tool.ztc]\nstrict = true\nfail_on = 'info'\n")
    file = write("ztc.toml", "strict = false\n")
    configuration = read()
    assert (configuration.file, configuration.strict) == (file, False)


def test_a_pyproject_without_the_table_is_passed_over(write: Write, tmp_path: Path) -> None:
    """A `pyproject.toml` of another purpose does not end the search, even one that mentions ztc."""
    outer = write("pyproject.toml", "[tool.ztc]\nstrict = true\n")
    write("shop/pyproject.toml", "[project]\ndependencies = ['ztc']\n")
    write("shop/inner/pyproject.toml", "[project\n")
    configuration = read_configuration(tmp_path / "shop/inner/policies.py", flags={}, environ={})
    assert (configuration.file, configuration.strict) == (outer, True)


def test_the_search_ends_at_the_repository(write: Write, tmp_path: Path) -> None:
    """A configuration above the repository's root is not ours; one in the root is."""
    write("ztc.toml", "strict = true\n")
    (tmp_path / "repository/.git").mkdir(parents=True)
    assert found(tmp_path / "repository/policies.py") is None
    inside = write("repository/ztc.toml", "")
    document = found(tmp_path / "repository/deep/policies.py")
    assert document is not None
    assert document.file == inside


def test_a_directory_is_a_start_too(write: Write, tmp_path: Path) -> None:
    """Without a policy file the search begins in the given directory itself."""
    file = write("ztc.toml", "")
    document = found(tmp_path)
    assert document is not None
    assert document.file == file


def test_a_named_file_counts_instead_of_the_search(write: Write, read: Read) -> None:
    """`--config` beats `ZTC_CONFIG`, which beats the search."""
    write("ztc.toml", "fail_on = 'info'\n")
    flag, variable = write("flag.toml", "strict = true\n"), write("variable.toml", "fail_on = 'warning'\n")
    assert read(file=flag, environ={"ZTC_CONFIG": str(variable)}).file == flag
    assert read(environ={"ZTC_CONFIG": "variable.toml"}).file == variable


def test_a_named_pyproject_needs_the_table(write: Write, problems: Problems) -> None:
    """ZT010 for a named `pyproject.toml` that has no settings."""
    (found_,) = problems(file=write("other/pyproject.toml", "[project]\n"))
    assert found_.code == "ZT010"
    assert found_.message.endswith("has no table `tool.ztc`")


def test_a_named_file_must_exist(problems: Problems) -> None:
    """ZT007 for a named file that is not there."""
    (found_,) = problems(file=Path("gone.toml"))
    assert (found_.code, found_.message) == ("ZT007", "configuration file `gone.toml` does not exist")


def test_a_directory_named_ztc_toml_is_said(tmp_path: Path, problems: Problems) -> None:
    """ZT007 where the configuration is a directory."""
    (tmp_path / "ztc.toml").mkdir()
    (found_,) = problems()
    assert (found_.code, found_.message) == ("ZT007", "configuration file `ztc.toml` is a directory")


def test_a_table_that_is_none_is_said(write: Write, problems: Problems, underlined: Underlined) -> None:
    """ZT010 where `tool.ztc` is a value."""
    write("pyproject.toml", "[tool]\nztc = 'yes'\n")
    (found_,) = problems()
    assert (found_.code, found_.message) == ("ZT010", "`tool.ztc` must be a table")
    assert underlined(found_.primary) == "pyproject.toml:2: 'yes'"


def test_text_of_a_failure_names_its_code(tmp_path: Path) -> None:
    """A traceback in a program that uses the library shows code and message."""
    with pytest.raises(ConfigurationFailure, match="ZT007: configuration file"):
        read_configuration(tmp_path, flags={}, environ={}, config_file=tmp_path / "gone.toml")
