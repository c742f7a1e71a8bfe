"""`ztdsl.log.read`."""

from __future__ import annotations

import gzip
import io
import os
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.log import Broken, Form, LogReader, Unreadable, lines_of, opened
from ztdsl.log.read import MOST_BYTES, TOO_LONG

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LINE = b'{"response_code": 200, "response_code_details": "via_upstream"}'


@given(st.lists(st.binary(max_size=50).map(lambda text: text.replace(b"\n", b""))), st.booleans())
def test_lines_are_those_of_the_stream(lines: list[bytes], ends: bool) -> None:
    """Every line comes out as it went in, with an end of line behind the last one or without."""
    text = b"\n".join(lines) + (b"\n" if ends and lines else b"")

    assert list(lines_of(io.BytesIO(text))) == text.split(b"\n")[: -1 if text.endswith(b"\n") or not text else None]


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    """A line that is too long is passed over, and those around it are not."""
    text = b"a\n" + b"x" * (MOST_BYTES * 3) + b"\nb\n"

    assert list(lines_of(io.BytesIO(text))) == [b"a", TOO_LONG, b"b"]
    with pytest.raises(Unreadable, match="longer than"):
        LogReader().read(TOO_LONG)


def test_packed_logs_are_unpacked(tmp_path: Path) -> None:
    """A log packed with gzip is one, whatever it is called."""
    file = tmp_path / "access.log"
    file.write_bytes(gzip.compress(LINE + b"\n" + LINE))

    with opened(str(file)) as stream:
        assert list(lines_of(stream)) == [LINE, LINE]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_pipe_is_read_as_a_file_is(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """`--log <(kubectl logs ...)` names a pipe, which cannot be rewound."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=(pack(LINE + b"\n" + LINE),))
    writer.start()
    with opened(str(pipe)) as stream:
        assert list(lines_of(stream)) == [LINE, LINE]
    writer.join()


def test_a_packed_log_that_is_cut_off_is_broken(tmp_path: Path) -> None:
    """What was lost is not passed over in silence."""
    file = tmp_path / "access.log.gz"
    file.write_bytes(gzip.compress(LINE * 1000)[:-10])

    with opened(str(file)) as stream, pytest.raises(Broken, match="cut off"):
        list(lines_of(stream))


@pytest.mark.parametrize("prefix", [b"", b"[pod/orders-5d8f/istio-proxy] ", b"2026-11-24T08:00:00.1Z stdout F ", b"  "])
def test_prefixes_of_other_programs_are_taken_off(prefix: bytes) -> None:
    """What kubectl or a container runtime puts before a line is not the line's."""
    line = LogReader().read(prefix + LINE + b"\r")

    assert line is not None
    assert line.form is Form.JSON


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    """No line makes the reader fail."""
    reader = LogReader()
    for line in text.split(b"\n"):
        try:
            reader.read(line)
        except Unreadable as unreadable:
            assert unreadable.reason  # noqa: PT017 - either is right
