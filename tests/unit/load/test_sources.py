from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ztdsl.load import load

if TYPE_CHECKING:
    from tests.unit.load.conftest import Placed, Refused, Write


@contextmanager
def nobody() -> Iterator[None]:
    """Give up root's right to read everything, where the tests have it."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.mark.parametrize(
    ("data", "message", "line", "column"),
    [
        (b"a = 1\nb = '\xff'\n", "`policies.py` is not UTF-8: byte 0xff at offset 11", 2, 6),
        (b"\xef\xbb\xbfa = '\xe9'", "`policies.py` is not UTF-8: byte 0xe9 at offset 8", 1, 6),
        (b"\xff\xfea\x00", "`policies.py` is not UTF-8: byte 0xff at offset 0", 1, 1),
        (b"a = 1\r\nb = '\x00'", "`policies.py` is not a text file: it has a null byte at offset 12", 2, 6),
        (b"\x7fELF\x02\x01\x01\x00", "`policies.py` is not a text file: it has a null byte at offset 7", 1, 8),
    ],
)
def test_bytes_that_are_no_text_are_pointed_at(
    *, placed: Placed, tmp_path: Path, refused: Refused, data: bytes, message: str, line: int, column: int
) -> None:
    """ZT007 names the first bad byte, its offset and its place."""
    (tmp_path / "policies.py").write_bytes(data)
    found = refused()
    assert (found.code, found.message) == ("ZT007", message)
    assert (placed(found).line, placed(found).column) == (line, column)


def test_a_file_of_another_encoding_is_told_to_be_saved_again(tmp_path: Path, refused: Refused) -> None:
    """ZT007 knows UTF-16 by its mark."""
    (tmp_path / "policies.py").write_text("x = 1", encoding="utf-16")
    assert refused().help == ("it looks like UTF-16: save it as UTF-8",)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    """A file that an editor began with a mark loads."""
    file = tmp_path / "policies.py"
    file.write_text("from ztdsl import Policy\npolicy = Policy('shop')\n", encoding="utf-8-sig")
    assert load(file).policy.name == "shop"


def test_a_missing_file_is_answered_with_a_near_one(write: Write, refused: Refused) -> None:
    """ZT007 suggests a file of almost the same name."""
    write("policies.py", "")
    found = refused("polices.py")
    assert (found.code, found.message) == ("ZT007", "`polices.py` does not exist")
    assert found.help == ("did you mean `policies.py`?",)


def test_a_directory_is_answered_with_the_file_in_it(write: Write, refused: Refused) -> None:
    """ZT007 for a directory names the policy file in it."""
    write("shop/policies.py", "")
    found = refused("shop")
    assert (found.code, found.message) == ("ZT007", "`shop` is a directory")
    assert found.help == ("name the file: `shop/policies.py`",)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("/dev/null", "`/dev/null` is not a regular file"),
        ("a\0b.py", r"`a\0b.py` is not the name of a file"),
        ("x" * 300, "cannot be read: file name too long"),
        ("nowhere/policies.py", "`nowhere/policies.py` does not exist"),
        ("policies.py/x.py", "cannot be read: not a directory"),
    ],
)
def test_what_is_no_file_is_said(write: Write, refused: Refused, target: str, message: str) -> None:
    """ZT007 for devices, impossible names and paths that lead nowhere."""
    write("policies.py", "")
    found = refused(target)
    assert found.code == "ZT007"
    assert message in found.message


def test_a_socket_is_not_opened(tmp_path: Path, refused: Refused) -> None:
    """ZT007 for a socket, without waiting for it."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "s.py"))
        assert refused("s.py").code == "ZT007"


def test_links_in_a_circle_are_said(tmp_path: Path, refused: Refused) -> None:
    """ZT007 for a link to itself."""
    (tmp_path / "policies.py").symlink_to("policies.py")
    assert "cannot be read" in refused().message


def test_a_file_without_permission_is_said(write: Write, refused: Refused) -> None:
    """ZT007 for a file that may not be read."""
    write("policies.py", "").chmod(0)
    with nobody():
        assert refused().message == "`policies.py` cannot be read: permission denied"


def test_an_unreadable_module_is_blamed_itself(tmp_path: Path, write: Write, refused: Refused, placed: Placed) -> None:
    """ZT007 of an imported module stands in that module and says who imports it."""
    write("policies.py", "import catalogue\n")
    (tmp_path / "catalogue.py").write_bytes(b"\xff")
    found = refused()
    assert placed(found).file == str(tmp_path / "catalogue.py")
    assert found.notes == ("imported from policies.py:1",)


@pytest.mark.parametrize("text", ["-" * 5000 + "1", "+".join(["x"] * 50000), "x" + ".a" * 50000])
def test_nesting_that_python_gives_up_on_is_a_syntax_error(write: Write, refused: Refused, text: str) -> None:
    """ZT002 where the compiler runs out of depth."""
    write("policies.py", text)
    found = refused()
    assert (found.code, found.message) == ("ZT002", "`policies.py` is nested too deeply for Python to compile")
