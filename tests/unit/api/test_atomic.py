"""A file is written whole or not at all."""

from __future__ import annotations

import os
import stat
import threading
from typing import TYPE_CHECKING

import pytest

from ztdsl.api.atomic import write_atomically

if TYPE_CHECKING:
    from pathlib import Path


def mode(path: Path) -> int:
    """The permission bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_has_the_text_and_the_mode_of_the_umask(tmp_path: Path) -> None:
    """It looks like a file that any other program would have made."""
    file = tmp_path / "out.yaml"
    before = os.umask(0o027)
    try:
        write_atomically(file, "grün\n")
    finally:
        os.umask(before)
    assert file.read_bytes() == "grün\n".encode()
    assert mode(file) == 0o640


def test_an_existing_file_keeps_its_mode(tmp_path: Path) -> None:
    """Replacing the content does not open or close the file to others."""
    file = tmp_path / "out.yaml"
    file.write_text("old")
    file.chmod(0o604)
    write_atomically(file, "new")
    assert (file.read_text(), mode(file)) == ("new", 0o604)


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    """The file behind the link is replaced, not the link."""
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    write_atomically(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_what_is_no_regular_file_is_written_in_place(tmp_path: Path) -> None:
    """A named pipe hands the text to its reader and stays a pipe."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_atomically(pipe, "text")
    reader.join(timeout=30)
    assert read == ["text"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    """A directory in the way stays as it is, and no temporary file remains."""
    taken = tmp_path / "taken"
    taken.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_atomically(taken, "text")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
