from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ztdsl.config import Configuration, ConfigurationFailure, read_configuration
from ztdsl.config.document import read_document

if TYPE_CHECKING:
    from tests.unit.config.conftest import Problems, Read, Underlined, Write


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("strict = tru\n", "configuration is not TOML: invalid value", "ztc.toml:1: t"),
        (
            "a = 1\nstrict true\n",
            "configuration is not TOML: expected '=' after a key in a key/value pair",
            "ztc.toml:2: t",
        ),
        ("a = 1\na = 2\n", "configuration is not TOML: cannot overwrite a value", "ztc.toml:2: "),
        ("e = [1,\n", "configuration is not TOML: invalid value", "ztc.toml:1: "),
    ],
)
def test_broken_toml_is_pointed_at(
    *, write: Write, problems: Problems, underlined: Underlined, text: str, message: str, place: str
) -> None:
    """ZT010 with the parser's words and place, for a document that ends too early too."""
    write("ztc.toml", text)
    (found,) = problems()
    assert (found.code, found.message.lower()) == ("ZT010", message.lower())
    assert underlined(found.primary) == place


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a = 1\nb = '\xff'", "configuration file `ztc.toml` is not UTF-8: byte 0xff at offset 11"),
        (b"\xef\xbb\xbf#\xff", "configuration file `ztc.toml` is not UTF-8: byte 0xff at offset 4"),
    ],
)
def test_bytes_that_are_no_text_are_said(tmp_path: Path, problems: Problems, data: bytes, message: str) -> None:
    """ZT007 names the first bad byte and its offset."""
    (tmp_path / "ztc.toml").write_bytes(data)
    (found,) = problems()
    assert (found.code, found.message) == ("ZT007", message)


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "9" * 5000])
def test_what_the_parser_cannot_do_is_said(write: Write, problems: Problems, text: str) -> None:
    """ZT010 for a document that is too deep, or has a number of too many digits."""
    write("ztc.toml", text)
    assert [found.code for found in problems()] == ["ZT010"]


def test_marks_and_line_ends_of_editors_are_no_mistake(tmp_path: Path, read: Read) -> None:
    """A byte order mark and carriage returns load."""
    (tmp_path / "ztc.toml").write_bytes(b"\xef\xbb\xbf# x\r\nfail_on = 'info'\r\n")
    assert read().sources["fail_on"] == "ztc.toml:2"


def test_a_long_value_is_shortened(write: Write) -> None:
    """A value is shown on one line, and a table by that word."""
    document = read_document(write("ztc.toml", f"a = ['{'x' * 99}']\nb = [\n 1,\n 2 ]\n[c]\n"))
    assert document is not None
    assert document.spelled("a") == f"`['{'x' * 58}...`"
    assert document.spelled("b") == "`[ 1, 2 ]`"
    assert document.spelled("c") == "a table"


_WORDS = """default_mesh meshes prod strict severity ZT401 trust_domain istio_version templates = . [ ] { } , #
    "a" 'x' "off" true 1.30 é"""
words = st.sampled_from([*_WORDS.split(), "\n", " "])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=40) | st.lists(words, max_size=25).map("".join) | st.lists(words, max_size=25).map(" ".join)
)
def test_arbitrary_text_configures_or_is_refused(tmp_path: Path, text: str) -> None:
    """No content of a configuration file gives anything but a configuration or diagnostics."""
    file = tmp_path / "ztc.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        assert isinstance(read_configuration(tmp_path, flags={}, environ={}), Configuration)
    except ConfigurationFailure as failure:
        assert failure.diagnostics  # noqa: PT017 - both outcomes are right
