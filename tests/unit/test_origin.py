"""Where declarations are made."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING, Any

from ztdsl.dsl.declaration import origin_of
from ztdsl.origin import Position, capture

if TYPE_CHECKING:
    from pathlib import Path


def run(path: Path, text: str) -> dict[str, Any]:
    """Run a policy file and return its names."""
    path.write_text("from ztdsl import HttpPort\n" + text)
    names: dict[str, Any] = {}
    exec(compile(path.read_bytes(), str(path), "exec"), names)  # noqa: S102 - what loading a policy file is
    return names


def test_position_is_the_range_of_the_call(tmp_path: Path) -> None:
    """Lines count from 1, columns from 0 in bytes, the end is exclusive."""
    file = tmp_path / "a.py"
    it = run(file, "ä = 1; it = HttpPort(\n  80)")["it"]
    assert origin_of(it).position == Position(str(file), 2, 13, 3, 5)


def test_calls_are_told_apart_by_their_instruction(tmp_path: Path) -> None:
    """Two declarations on one line have two positions."""
    names = run(tmp_path / "a.py", "a = HttpPort(1); b = HttpPort(2)")
    assert origin_of(names["a"]).position.column == 4
    assert origin_of(names["b"]).position.column == 21


def test_callers_are_at_most_three_and_nearest_first(tmp_path: Path) -> None:
    """A deep chain of helpers keeps the calls that are nearest to the declaration."""
    text = "def f0():\n    return HttpPort(1)\n"
    text += "".join(f"def f{n}():\n    return f{n - 1}()\n" for n in range(1, 6))
    callers = origin_of(run(tmp_path / "a.py", text + "it = f5()")["it"]).callers
    assert [function for _, function in callers] == ["f0", "f1", "f2"]
    assert [position.line for position, _ in callers] == [5, 7, 9]


def test_comprehension_is_no_caller(tmp_path: Path) -> None:
    """The frame that Python 3.11 gives a comprehension is passed over."""
    names = run(tmp_path / "a.py", "def f():\n    return [HttpPort(n) for n in (1, 2)]\nit = f()[0]")
    assert [function for _, function in origin_of(names["it"]).callers] == ["f"]


def test_origin_keeps_no_frame_alive(tmp_path: Path) -> None:
    """A helper's local variables are freed although its declaration lives on."""
    text = "class Big: pass\ndef f(watch):\n    big = Big()\n    watch(big)\n    return HttpPort(1)\n"
    names = run(tmp_path / "a.py", text)
    watched: list[weakref.ref[Any]] = []
    port = names["f"](lambda big: watched.append(weakref.ref(big)))
    gc.collect()
    assert watched[0]() is None
    assert origin_of(port).position.line == 6


def test_origins_sort_as_they_stand_in_the_file(tmp_path: Path) -> None:
    """The sort key follows file, line and column."""
    names = run(tmp_path / "a.py", "b = HttpPort(1); c = HttpPort(2)\na = HttpPort(3)")
    ordered = sorted((origin_of(names[name]) for name in "abc"), key=lambda origin: origin.sort_key())
    assert [origin.position.line for origin in ordered] == [2, 2, 3]
    assert ordered[0] is origin_of(names["b"])


def test_capture_finds_the_calling_line() -> None:
    """Outside the package the origin is the call of `capture` itself."""
    origin = capture()
    assert origin.position.file == __file__
    assert origin.callers != ()
