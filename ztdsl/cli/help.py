"""The text of `--help`: plain, at most 80 columns wide, two examples first."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from ztdsl.cli.commands import COMMANDS, GROUPS, first_words, members
from ztdsl.cli.exits import INTERNAL, INTERRUPTED, MEANING, NOT_WRITTEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ztdsl.cli.commands import Description

WIDTH = 80
_COLUMN = 26


def overview() -> str:
    """The help of `ztc` itself."""
    return _text(
        _block("Examples:", ["ztc build policies.py --out-file manifests.yaml", "ztc check policies.py --strict"]),
        ["Usage: ztc COMMAND [ARGUMENTS] [FLAGS]"],
        [_wrapped("Zero trust for Istio: typed Python declarations become Istio's security manifests.")],
        ["Commands:", *_rows(first_words().items())],
        [
            "Flags of every command:",
            *_rows(
                (
                    ("-h, --help", "this text, or that of the command"),
                    ("-q, --quiet", "say nothing but findings"),
                    ("-v, --verbose", "say which configuration and which mesh is used"),
                    ("--debug", "print Python's traceback of a failure"),
                    ("--color auto|always|never", "colours; auto obeys NO_COLOR and FORCE_COLOR"),
                    ("-V, --version", "print the version (before a command only)"),
                )
            ),
        ],
        ["Exit codes:", *_rows((str(code), meaning) for code, meaning in MEANING)],
        ["`ztc COMMAND --help` says more about a command."],
    )


def of_group(name: str) -> str:
    """The help of the group `name`: its commands."""
    description = GROUPS[name]
    exits = {code for member in members(name) for code in COMMANDS[f"{name} {member}"].exits}
    return _text(
        _block("Examples:", description.examples),
        [f"Usage: ztc {name} COMMAND [ARGUMENTS] [FLAGS]"],
        [_wrapped(f"{description.summary}.")],
        *([_wrapped(paragraph)] for paragraph in description.details),
        ["Commands:", *_rows((member, COMMANDS[f"{name} {member}"].summary) for member in members(name))],
        _exit_codes(description._replace(exits=tuple(exits))),
        [f"`ztc {name} COMMAND --help` says more about a command."],
    )


def of_command(name: str, arguments: Sequence[tuple[str, str]], flags: Sequence[tuple[str, str]], usage: str) -> str:
    """The help of the command `name`; `arguments` and `flags` are rows of a name and what it means."""
    description = COMMANDS[name]
    return _text(
        _block("Examples:", description.examples),
        [_wrapped(f"Usage: {usage}", indent="    ")],
        [_wrapped(f"{description.summary}.")],
        *([_wrapped(paragraph)] for paragraph in description.details),
        ["Arguments:", *_rows(arguments)] if arguments else [],
        ["Flags:", *_rows((*flags, ("-h, --help", "this text")))],
        _exit_codes(description),
    )


def _exit_codes(description: Description) -> list[str]:
    codes = {*description.exits, INTERNAL, NOT_WRITTEN, INTERRUPTED}
    return ["Exit codes:", *_rows((str(code), meaning) for code, meaning in _meanings(description) if code in codes)]


def _meanings(description: Description) -> Iterator[tuple[int, str]]:
    own = dict(description.meanings)
    return ((code, own.get(code, meaning)) for code, meaning in MEANING)


def _text(*sections: list[str]) -> str:
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _block(title: str, lines: Iterable[str]) -> list[str]:
    return [title, *(f"  {line}" for line in lines)]


def _wrapped(text: str, indent: str = "") -> str:
    return fill(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)


def _rows(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Two columns; a name too long for the first has its meaning on the next line."""
    pairs = list(rows)
    column = min(_COLUMN, max(len(name) for name, _ in pairs) + 4)
    indent = " " * column
    lines: list[str] = []
    for name, meaning in pairs:
        start = f"  {name}"
        if len(start) > column - 2:
            lines.append(start)
            start = ""
        lines.append(
            fill(
                meaning,
                WIDTH,
                initial_indent=f"{start:<{column}}",
                subsequent_indent=indent,
                break_on_hyphens=False,
                break_long_words=False,
            )
        )
    return lines
