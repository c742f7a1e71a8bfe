"""Reads the fenced blocks of a page and plays them, in order, in one directory of the page's own.

What stands behind ` ``` ` says what happens to a block:

* `python`, `toml`, `yaml`, `jinja` or `text` with `title="FILE"`: the file is written, or compared if a command has
  made it. A policy file is built; `FILE, with a mistake` must not build, and `FILE, continued` is added to the file.
* `yaml` with `title="KIND NAMESPACE/NAME"`: that object of what the page's policy builds.
* `yaml` without a title: a part of what the page's policy builds; `python-excerpt`: a part of the policy itself.
* `console`: lines with `$ ` are run by a real shell, the others are what it prints. The fence may be longer.
* `sh`: for machines that a test is not (a registry, a cluster); no `ztc build` or the like may stand in it.

A line `...` stands for any number of lines. `--golden` rewrites what a command prints and what an object looks like.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TODAY = "2026-11-24"
ELISION = "..."
_FENCE = re.compile(r'^(?P<indent> *)(?P<fence>`{3,})(?P<language>[\w-]*)(?: title="(?P<title>[^"]+)")?$')
_OBJECT = re.compile(r"(?P<kind>[A-Z]\w+) (?P<namespace>[a-z0-9-]+)/(?P<name>[a-z0-9-]+)")
_BUILT_BY = re.compile(r"\b(?:ztc (?:build|check|explain)|python) (\S+\.py)\b")


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, its title, its lines, and where they begin in the page."""

    language: str
    title: str
    lines: tuple[str, ...]
    start: int
    indent: str

    @property
    def file(self) -> str:
        """The file that the title names."""
        return self.title.partition(",")[0]

    @property
    def note(self) -> str:
        """What the title says behind the file's name."""
        return self.title.partition(",")[2].strip()


def blocks_of(text: str) -> Iterator[Block]:
    """The fenced blocks of a page in their order."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        match = _FENCE.match(lines[number])
        number += 1
        if match is None:
            assert "```" not in lines[number - 1], f"line {number} opens a block in a way that nothing plays"
            continue
        indent, start = match["indent"], number
        while lines[number] != indent + match["fence"]:
            number += 1
        inner = tuple(line.removeprefix(indent) for line in lines[start:number])
        yield Block(match["language"], match["title"] or "", inner, start, indent)
        number += 1


def fits(shown: Sequence[str], actual: Sequence[str]) -> bool:
    """Whether `shown` is `actual`, a line `...` standing for any number of lines."""
    runs: list[list[str]] = [[]]
    for line in shown:
        if line.strip() == ELISION:
            runs.append([])
        else:
            runs[-1].append(line)
    if len(runs) == 1:
        return list(shown) == list(actual)
    rest = list(actual)
    if rest[: len(runs[0])] != runs[0]:
        return False
    rest = rest[len(runs[0]) :]
    for run in runs[1:-1]:
        at = next((i for i in range(len(rest) - len(run) + 1) if rest[i : i + len(run)] == run), None)
        if at is None:
            return False
        rest = rest[at + len(run) :]
    return len(rest) >= len(runs[-1]) and rest[len(rest) - len(runs[-1]) :] == runs[-1]


@dataclass
class Folder:
    """The directory of one page, and what was played in it.

    Attributes:
        place: where files are written and commands run.
        programs: a directory with `ztc` and `python`.
        policy: the policy file that was written last.
        unbuilt: policy files that nothing has built yet, with whether they must not build.
    """

    place: Path
    programs: Path
    policy: str = ""
    unbuilt: dict[str, bool] = field(default_factory=dict)

    def play(self, block: Block) -> list[str]:
        """Do what `block` says; the lines that it should consist of."""
        if block.language == "console":
            return self._console(block.lines)
        if block.language == "yaml" and _OBJECT.fullmatch(block.title):
            return self._object(block)
        if block.language == "yaml" and not block.title:
            built = self._built()
            assert fits([ELISION, *block.lines, ELISION], built), "the policy builds nothing like this"
            return list(block.lines)
        if block.language == "python-excerpt":
            text = (self.place / self.policy).read_text(encoding="utf-8").split("\n")
            assert fits([ELISION, *block.lines, ELISION], text), f"{self.policy} has nothing like this"
            return list(block.lines)
        if block.title:
            return self._file(block)
        if block.language == "sh":
            assert not any(line.startswith("ztc ") for line in block.lines), "ztc belongs into a console block"
        else:
            assert block.language in {"text", "json"}, f"nothing plays `{block.language}` without a title"
        return list(block.lines)

    def finish(self) -> None:
        """Build what no command of the page has built."""
        for file, is_wrong in self.unbuilt.items():
            output, code = self.run(f"ztc build {file} --out-file {os.devnull}")
            assert code in ({1, 2} if is_wrong else {0}), f"{file}:\n{output}"
        self.unbuilt.clear()

    def run(self, command: str, last: int = 0) -> tuple[str, int]:
        """What a shell prints, on stdout and stderr, and its exit code; `last` is the exit code before."""
        variables = {"PYTHONPATH": str(ROOT), "ZTC_TODAY": TODAY, "PATH": f"{self.programs}:{os.environ['PATH']}"}
        done = subprocess.run(
            ["bash", "-c", f"(exit {last})\n{command}"],
            cwd=self.place,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        return done.stdout, done.returncode

    def _console(self, lines: Sequence[str]) -> list[str]:
        found: list[str] = []
        last = 0
        for command, shown in _commands(lines):
            self.unbuilt = {f: wrong for f, wrong in self.unbuilt.items() if f not in _BUILT_BY.findall(command)}
            output, last = self.run(command, last)
            actual = output.removesuffix("\n").split("\n") if output else []
            first, *more = command.split("\n")
            found += [f"$ {first}", *more, *(shown if fits(shown, actual) else actual)]
        return found

    def _object(self, block: Block) -> list[str]:
        match = _OBJECT.fullmatch(block.title)
        assert match is not None
        wanted = {f"kind: {match['kind']}", f"  name: {match['name']}", f"  namespace: {match['namespace']}"}
        documents = "\n".join(self._built()).split("\n---\n")
        (found,) = [each for each in documents if wanted <= set(each.split("\n"))]
        actual = found.removesuffix("\n").split("\n")
        return list(block.lines) if fits(block.lines, actual) else actual

    def _built(self) -> list[str]:
        assert self.policy, "no policy stands before this block"
        self.unbuilt.pop(self.policy, None)
        output, code = self.run(f"ztc build {self.policy}")
        assert code == 0, output
        return output.split("\n")

    def _file(self, block: Block) -> list[str]:
        path = self.place / block.file
        lines = list(block.lines)
        if block.language != "python" and path.exists() and not block.note:
            actual = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
            return lines if fits(lines, actual) else actual
        text = "\n".join(lines) + "\n"
        if block.note == "continued":
            text = path.read_text(encoding="utf-8") + "\n\n" + text
        path.parent.mkdir(parents=True, exist_ok=True)
        if block.file in self.unbuilt:
            self.finish()
        path.write_text(text, encoding="utf-8")
        if block.language == "python":
            compile(text, block.file, "exec")
            if "Policy(" in text:
                self.policy = block.file
                self.unbuilt[block.file] = block.note == "with a mistake"
        return lines


def _commands(lines: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Each command with the lines below it; a line that ends in a backslash goes on."""
    rest = list(lines)
    while rest:
        assert rest[0].startswith("$ "), f"a console block begins with `$ `, not `{rest[0]}`"
        command = rest.pop(0).removeprefix("$ ")
        while command.endswith("\\"):
            command += "\n" + rest.pop(0)
        shown: list[str] = []
        while rest and not rest[0].startswith("$ "):
            shown.append(rest.pop(0))
        yield command, shown


@dataclass(frozen=True)
class _Change:
    """Lines of a page and what they should be."""

    block: Block
    lines: list[str]

    @property
    def text(self) -> str:
        """The change in words."""
        shown, actual = "\n".join(self.block.lines), "\n".join(self.lines)
        return f"line {self.block.start} shows\n{shown}\nbut it is\n{actual}"


def _changes(folder: Folder, text: str) -> Iterator[_Change]:
    """Every block played, and what must change in those that show something else."""
    for block in blocks_of(text):
        try:
            lines = folder.play(block)
        except AssertionError as error:
            error.add_note(f"in the block at line {block.start}")
            raise
        if lines != list(block.lines):
            yield _Change(block, lines)
    folder.finish()


def _changed(text: str, changes: Sequence[_Change]) -> str:
    lines = text.split("\n")
    for change in reversed(changes):
        block = change.block
        lines[block.start : block.start + len(block.lines)] = [
            f"{block.indent}{each}".rstrip() for each in change.lines
        ]
    return "\n".join(lines)


def _programs(place: Path) -> Path:
    """A directory with `ztc` and `python` of this environment."""
    place.mkdir()
    for name, words in {"ztc": " -m ztdsl", "python": ""}.items():
        program = place / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}"{words} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    return place


Play = Callable[..., None]


@pytest.fixture
def play(request: pytest.FixtureRequest, tmp_path: Path) -> Play:
    """Plays every block of a page; `policy` is a file to begin with."""
    is_rewriting: bool = request.config.getoption("--golden")
    place = tmp_path / "page"
    place.mkdir()

    def play_page(page: Path, policy: Path | None = None) -> None:
        folder = Folder(place, _programs(tmp_path / "programs"))
        if policy is not None:
            (place / policy.name).write_text(policy.read_text(encoding="utf-8"), encoding="utf-8")
            folder.policy = policy.name
        text = page.read_text(encoding="utf-8")
        changes = list(_changes(folder, text))
        if is_rewriting and changes:
            page.write_text(_changed(text, changes), encoding="utf-8")
        elif changes:
            pytest.fail("\n".join([f"`just golden` rewrites {page.name}", *(each.text for each in changes)]))

    return play_page
