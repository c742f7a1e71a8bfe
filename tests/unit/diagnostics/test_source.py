"""Where findings stand: the exact underlined text."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span, Spot
from ztdsl.diagnostics.source import called_from, display_path, line_of, sorted_findings, span_of
from ztdsl.dsl.declaration import origin_of

if TYPE_CHECKING:
    from collections.abc import Callable

    Load = Callable[..., dict[str, Any]]
    Mark = Callable[..., Label]
    Cut = Callable[[Spot | Span], str]

ROOT = Path(__file__).parents[3]

CASES = {
    "the whole call": ("it = HttpPort(80)", (), "HttpPort(80)"),
    "keyword argument": ('it = Namespace("a", mtls=None)', ("mtls",), "None"),
    "positional argument": ('it = Namespace("a", mtls=None)', ("name",), '"a"'),
    "second positional argument": ('it = Claim("role", str)', ("type",), "str"),
    "argument that is left out": ('it = Namespace("a")', ("mtls",), 'Namespace("a")'),
    "argument that does not exist": ("it = Http(metods=['GET'])", ("metods",), "metods=['GET']"),
    "surplus argument": ("it = HttpPort(80, 81, 82)", (2,), "82"),
    "argument given twice": ('it = Namespace("a", name="b")', ("name",), '"b"'),
    "list element": ('it = Http(paths=["/a", "/b"])', ("paths", 1), '"/b"'),
    "tuple element": ('it = Http(paths=("/a", "/b"))', ("paths", 0), '"/a"'),
    "the only element": ('it = Claim(["a"], str)', ("name", 0), '"a"'),
    "one value where a list may stand": ('it = AnyWorkload(but=Namespace("x"))', ("but", 0), 'Namespace("x")'),
    "element beyond the list": ('it = Http(paths=["/a"])', ("paths", 3), '["/a"]'),
    "joined strings": ('it = Http(paths=["/a" "/b"])', ("paths", 0), '"/a" "/b"'),
    "brackets around a value": ('it = Http(paths=[("/a")])', ("paths", 0), '"/a"'),
    "value of a dictionary": (
        'it = Service("a", namespace=1, service_account="a", labels={"app": "a", "v": "b"})',
        ("labels", "v"),
        '"b"',
    ),
    "key of a dictionary": (
        'it = Service("a", namespace=1, service_account="a", labels={"app": "a", "v": "b"})',
        ("labels", 1),
        '"v"',
    ),
    "last of equal keys": (
        'it = Service("a", namespace=1, service_account="a", labels={"v": "a", "v": "b"})',
        ("labels", "v"),
        '"b"',
    ),
    "key that is not written out": (
        'k = {}\nit = Service("a", namespace=1, service_account="a", labels={"v": "a", **k})',
        ("labels", "v"),
        '{"v": "a", **k}',
    ),
    "nested call": ("it = AnyWorkload(but=[Namespace('x'), Namespace('y')])", ("but", 1, "name"), "'y'"),
    "variable": ('paths = ["/a"]\nit = Http(paths=paths)', ("paths", 0), "paths"),
    "variable in a list": ('a = "/a"\nit = Http(paths=["/b", a])', ("paths", 1), "a"),
    "element before a starred one": ('a = ["/a"]\nit = Http(paths=["/b", *a])', ("paths", 0), '"/b"'),
    "element after a starred one": ('a = ["/a"]\nit = Http(paths=[*a, "/b"])', ("paths", 1), '[*a, "/b"]'),
    "list comprehension": ('it = Http(paths=[x for x in "ab"])', ("paths", 1), '[x for x in "ab"]'),
    "generator": ('it = Http(paths=tuple(x for x in "ab"))', ("paths", 1), 'tuple(x for x in "ab")'),
    "argument of a spread": ('d = {"name": "x"}\nit = Namespace(**d)', ("name",), "d"),
    "starred call": ('d = ["x"]\nit = Namespace(*d)', ("name",), "Namespace(*d)"),
    "declaration in a comprehension": ("it = [HttpPort(x) for x in (1, 2)][1]", ("container",), "x"),
    "declaration in a loop": ("for x in (1, 2):\n    it = HttpPort(x)", ("container",), "x"),
    "several values": ('it = Claim("c", str).is_in("a", "b")', ("values", 1), '"b"'),
    "several values by number": ('it = Claim("c", str).is_in("a", "b")', (1,), '"b"'),
    "all of several values": ('it = Claim("c", str).is_in("a", "b")', ("values",), '"a", "b"'),
    "starred values": ('v = ["a"]\nit = Claim("c", str).is_in(*v)', ("values", 0), "*v"),
    "argument of a method": ("p = HttpPort(1)\nit = Namespace('n').every(p)", ("port",), "p"),
    "what a method is called on": ("p = HttpPort(1)\nn = Namespace('n')\nit = n.every(p)", ("target",), "n"),
    "argument of a rule": ("it = allow(Anyone(), to=1, http=[Http()], because='x')", ("callers",), "Anyone()"),
    "request of a rule": ("it = allow(Anyone(), to=1, http=[Http()], because='x')", ("http", 0), "Http()"),
    "alias of an import": ("from ztdsl import HttpPort as P\nit = P(80)", ("container",), "80"),
    "alias of the package": ("import ztdsl as z\nit = z.HttpPort(80)", ("container",), "80"),
    "partial": (
        "from functools import partial\nmake = partial(HttpPort, 80)\nit = make(service=81)",
        ("service",),
        "81",
    ),
    "partial, what it holds": (
        "from functools import partial\nmake = partial(HttpPort, 80)\nit = make(service=81)",
        ("container",),
        "make(service=81)",
    ),
    "map": ("it = list(map(HttpPort, [1, 2]))[1]", ("container",), "list(map(HttpPort, [1, 2]))"),
    "decorator": ("@lambda make: make()\ndef it():\n    return HttpPort(80)", ("container",), "80"),
    "characters of several bytes": ('é = "ü"; it = Http(paths=["/日本", "/b"])', ("paths", 1), '"/b"'),
    "character of several bytes inside": ('it = Http(paths=["/日本"])', ("paths", 0), '"/日本"'),
    "call of several lines": ("it = Http(\n    paths=[\n        '/a',\n    ],\n)", ("paths", 0), "'/a'"),
    "list of several lines": ("it = Http(paths=[\n  '/a',\n])", ("paths",), "[\n  '/a',\n]"),
    "method on a line of its own": ("p = HttpPort(1)\nit = (Namespace('n')\n  .every(\n  p))", ("port",), "p"),
    "tab before the place": ("if True:\n\tit = HttpPort(80)", ("container",), "80"),
    "form feed is no line": ("\x0c\nit = HttpPort(80)", ("container",), "80"),
    "U+2028 is no line": ("a = '\u2028'\nit = HttpPort(80)", ("container",), "80"),
    "windows line ends": ("a = 1\r\nit = HttpPort(80)\r\n", ("container",), "80"),
}


@pytest.mark.parametrize(("text", "path", "expected"), CASES.values(), ids=CASES.keys())
def test_underlines_exactly(
    text: str, path: tuple[str | int, ...], expected: str, load: Load, mark: Mark, cut: Cut
) -> None:
    """A place is the part of the call that its path names, or what hides that part."""
    it = load(text)["it"]
    assert cut(mark(it, *path).place) == expected


def test_call_of_several_lines_ends_on_its_last(load: Load, mark: Mark) -> None:
    """A span counts lines and columns from 1 and ends behind its last character."""
    it = load("it = Http(\n  paths=['/a'],\n)")["it"]
    span = span_of(mark(it).place)
    assert (span.line, span.column, span.end_line, span.end_column) == (2, 6, 4, 2)


def test_helper_function_names_the_calls_that_led_to_it(load: Load, mark: Mark, cut: Cut) -> None:
    """A declaration in a helper stands in the helper and tells who called that, nearest first."""
    names = load(
        """
        def inner():
            return HttpPort(1)
        def outer():
            return inner()
        it = [outer() for _ in '1'][0]
        """
    )
    place = mark(names["it"]).place
    assert cut(place) == "HttpPort(1)"
    assert [(cut(span), function) for span, function in called_from(place)] == [
        ("inner()", "inner"),
        ("outer()", "outer"),
    ]


def test_module_level_declaration_is_called_from_nowhere(load: Load, mark: Mark) -> None:
    """There is nothing to tell about a declaration outside functions, nor about a plain span."""
    assert called_from(mark(load("it = HttpPort(1)")["it"]).place) == ()
    assert called_from(Span("x")) == ()


def test_span_stays_as_it_is() -> None:
    """A place that is a span already is not looked up."""
    span = Span("nowhere.toml", 3)
    assert span_of(span) is span


def test_without_the_file_only_the_line_is_known(load: Load, mark: Mark) -> None:
    """A file that is gone leaves file and line."""
    it = load("it = HttpPort(1)")["it"]
    path = Path("policies.py").absolute()
    path.unlink()
    assert span_of(mark(it, "container").place) == Span(str(path), 2)
    assert line_of(str(path), 2) is None


def test_file_that_became_shorter_leaves_the_line(load: Load, mark: Mark) -> None:
    """A line that no longer exists is still named."""
    it = load("\n\n\nit = HttpPort(1)")["it"]
    path = Path("policies.py")
    path.write_text("x = 1\n")
    assert span_of(mark(it).place) == Span(str(path.absolute()), 5)


def test_changed_file_is_read_again(tmp_path: Path) -> None:
    """Lines are those of the file as it is now."""
    path = tmp_path / "a.py"
    path.write_text("one\n")
    assert line_of(str(path), 1) == "one"
    path.write_text("three\n")
    assert line_of(str(path), 1) == "three"


def test_place_in_a_changed_line_stays_within_it(load: Load, mark: Mark, cut: Cut) -> None:
    """Columns beyond a line that became shorter end where the line ends."""
    it = load("it = HttpPort(  1234567 )")["it"]
    Path("policies.py").write_text("\nit = HttpPort\n")
    assert cut(mark(it).place) == "HttpPort"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"# coding: latin-1\nx = '\xe4'\n", "x = 'ä'"),
        (b"\xef\xbb\xbf# a\nx = '\xc3\xa4'\n", "x = 'ä'"),
        (b"# a\nx = '\xff'\n", "x = '\ufffd'"),
        (b"# coding: no-such-encoding\nx = 1\n", "x = 1"),
    ],
    ids=["declared encoding", "byte order mark", "not UTF-8", "unknown encoding"],
)
def test_lines_follow_the_declared_encoding(tmp_path: Path, data: bytes, line: str) -> None:
    """Lines are decoded as Python does (PEP 263); bytes that do not fit are replaced, never fatal."""
    path = tmp_path / "a.py"
    path.write_bytes(data)
    assert line_of(str(path), 2) == line


def test_latin_1_file_is_underlined_by_characters(tmp_path: Path, mark: Mark, cut: Cut) -> None:
    """Columns count characters whatever the file's encoding is."""
    path = tmp_path / "a.py"
    path.write_bytes(b"# coding: latin-1\nfrom ztdsl import HttpPort\n\xe4 = 'h\xf6'; it = HttpPort(80)\n")
    names: dict[str, Any] = {}
    exec(compile(path.read_bytes(), str(path), "exec"), names)  # noqa: S102 - what loading a policy file is
    assert cut(mark(names["it"], "container").place) == "80"


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["directory", "pipe"])
def test_what_is_no_regular_file_has_no_lines(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """Directories and pipes are not read: a pipe would block."""
    path = tmp_path / "a"
    make(path)
    assert line_of(str(path), 1) is None
    assert line_of("a\0b", 1) is None


def test_file_without_python_in_it_keeps_the_range(load: Load, mark: Mark, cut: Cut) -> None:
    """Where the file no longer parses, the call's own range stays."""
    it = load("it = HttpPort(80)")["it"]
    path = Path("policies.py")
    path.write_text(path.read_text() + "def (\n")
    assert cut(mark(it, "container").place) == "HttpPort(80)"


def test_without_columns_the_line_stays(tmp_path: Path) -> None:
    """With PYTHONNODEBUGRANGES every place is a whole line."""
    (tmp_path / "policies.py").write_text("from ztdsl import Http\nit = Http(\n  paths=['/a'])\n")
    script = (
        "import policies\n"
        "from ztdsl.diagnostics.model import Spot\n"
        "from ztdsl.diagnostics.source import span_of\n"
        "from ztdsl.dsl.declaration import origin_of\n"
        "span = span_of(Spot(origin_of(policies.it), ('paths', 0)))\n"
        "print(span.line, span.column, span.end_line, span.end_column)\n"
    )
    environment = {**os.environ, "PYTHONNODEBUGRANGES": "1", "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "2 None None None\n"


def test_paths_below_the_current_directory_are_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is shown as people in the current directory would name it."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert display_path(str(here / "team" / "a.py")) == str(Path("team") / "a.py")
    assert display_path("a.py") == "a.py"
    assert display_path(str(tmp_path / "a.py")) == str(tmp_path / "a.py")
    assert display_path("../a.py") == "../a.py"
    assert display_path("<string>") == "<string>"


def test_paths_stay_when_the_current_directory_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A removed current directory does not stop a report."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert display_path("/x/a.py") == "/x/a.py"


def test_findings_are_sorted_by_place_then_code(load: Load, mark: Mark) -> None:
    """Findings without a place come first, then those of each file from top to bottom."""
    names = load("a = HttpPort(1)\nb = HttpPort(2); c = HttpPort(3)")
    ordered = [
        diagnostic("ZT010", "no place", None),
        diagnostic("ZT101", "other file", Label(Span("aaa.toml"))),
        diagnostic("ZT106", "first line", mark(names["a"])),
        diagnostic("ZT106", "second line", mark(names["b"])),
        diagnostic("ZT107", "same place", mark(names["b"])),
        diagnostic("ZT101", "later column", mark(names["c"])),
    ]
    assert list(sorted_findings(reversed(ordered))) == ordered


def test_origin_of_a_made_call_is_found_through_wrappers(load: Load, cut: Cut) -> None:
    """A decorator around a helper does not move the place of the declaration."""
    names = load(
        """
        from functools import wraps
        def twice(make):
            @wraps(make)
            def call(*args):
                return make(*args)
            return call
        @twice
        def port(n):
            return HttpPort(n)
        it = port(80)
        """
    )
    spot = Spot(origin_of(names["it"]), ("container",))
    assert cut(spot) == "n"
    assert [cut(span) for span, _ in called_from(spot)] == ["make(*args)", "port(80)"]
