"""Writing to stdout."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from ztdsl.cli import streams

if TYPE_CHECKING:
    import pytest


def test_a_full_non_blocking_pipe_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process may have made the pipe non-blocking; all bytes arrive nevertheless."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    monkeypatch.setattr(streams, "STDOUT", write)
    received: list[bytes] = []

    def drain() -> None:
        while chunk := os.read(read, 65536):
            received.append(chunk)

    reader = threading.Thread(target=drain)
    reader.start()
    text = "ü" * 300_000
    streams.write_product(text)
    os.close(write)
    reader.join(timeout=30)
    os.close(read)
    assert b"".join(received).decode() == text
