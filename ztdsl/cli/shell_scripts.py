"""Writes the completion scripts in `templates/completion/` from the commands as they are.

`just completions` runs it; a test demands that the scripts are current. Nothing else imports it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from typer.core import TyperArgument, TyperOption

from ztdsl.cli.command import choices_of, command
from ztdsl.cli.commands import COMMANDS, GROUPS, first_words, members
from ztdsl.cli.completion_script import NAMES
from ztdsl.package_data import resource

_FILES = frozenset({"FILE", "POLICY", "TOPIC"})
_DIRECTORIES = frozenset({"DIR"})


class Word(NamedTuple):
    """A flag, or an argument by its place.

    Attributes:
        names: how a flag is spelled; empty for an argument.
        help: what it means.
        metavar: the name of its value; empty for a flag without one.
        choices: the only values, where they are known.
    """

    names: tuple[str, ...]
    help: str
    metavar: str
    choices: tuple[str, ...]

    @property
    def is_file(self) -> bool:
        """Whether its value is a path of a file."""
        return self.metavar in _FILES

    @property
    def is_directory(self) -> bool:
        """Whether its value is a path of a directory."""
        return self.metavar in _DIRECTORIES


class Completed(NamedTuple):
    """A command as shells complete it.

    Attributes:
        name: its one or two words.
        summary: what it does.
        flags: what it takes by name.
        arguments: what it takes by place.
    """

    name: str
    summary: str
    flags: tuple[Word, ...]
    arguments: tuple[Word, ...]

    @property
    def words(self) -> list[str]:
        """The words of its name."""
        return self.name.split()


class CompletedGroup(NamedTuple):
    """A group as shells complete it: its commands' second words, each with a summary."""

    name: str
    commands: tuple[tuple[str, str], ...]


def scripts() -> dict[str, str]:
    """The text of each script by its file's name."""
    environment = Environment(
        loader=FileSystemLoader(resource("templates", "completion")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - shell scripts from our own words, not HTML
    )
    commands = [_completed(name) for name in COMMANDS]
    groups = [_group(name) for name in GROUPS]
    words = tuple(first_words().items())
    return {
        file: environment.get_template(f"{shell}.j2").render(commands=commands, groups=groups, words=words)
        for shell, file in NAMES.items()
    }


def _group(name: str) -> CompletedGroup:
    return CompletedGroup(name, tuple((second, COMMANDS[f"{name} {second}"].summary) for second in members(name)))


def _completed(name: str) -> Completed:
    made = command(name)
    flags = [
        Word(tuple(p.opts), p.help or "", "" if p.is_flag else str(p.metavar), choices_of(p))
        for p in made.params
        if isinstance(p, TyperOption)
    ]
    arguments = [
        Word((), p.help or "", str(p.metavar), choices_of(p)) for p in made.params if isinstance(p, TyperArgument)
    ]
    flags.append(Word(("-h", "--help"), "say how the command is used", "", ()))
    return Completed(name, COMMANDS[name].summary, tuple(flags), tuple(arguments))


def main() -> None:
    """Write every script."""
    for file, text in scripts().items():
        path = Path(resource("templates", "completion")) / file
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    main()
