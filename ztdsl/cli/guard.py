"""Every way in which a command can end, as one clear message and an exit code."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ztdsl.cli import exits
from ztdsl.cli.commands import COMMANDS, GROUPS, first_words, members
from ztdsl.cli.streams import PipeClosed, say, write_product
from ztdsl.cli.usage import UsageProblem, near_miss

if TYPE_CHECKING:
    from collections.abc import Sequence

_BEGINNING = "eyJ"  # the base64url of `{"`, with which the header of every token begins
_VALUES_OF_GLOBAL_FLAGS = {"--color": 1, "-q": 0, "--quiet": 0, "-v": 0, "--verbose": 0, "--debug": 0}


def run(words: Sequence[str]) -> int:
    """Run the command that `words` ask for; the exit code."""
    try:
        return _outcome(words)
    except KeyboardInterrupt as interrupt:
        notes = getattr(interrupt, "__notes__", [])
        say(" ".join(["interrupted", *notes[:1]]) + "\n")
        return exits.INTERRUPTED


def _outcome(words: Sequence[str]) -> int:
    work: partial[int] = partial(int)
    try:
        work = _work(words)
        return work()
    except UsageProblem as problem:
        say(problem.text())
        return exits.USAGE
    except PipeClosed:
        return exits.CLEAN
    except Exception as error:  # noqa: BLE001 - what nothing else catches is our mistake, and is reported as one
        from ztdsl.cli.failures import reported  # noqa: PLC0415 - formats are loaded when there is something to say

        settings = work.keywords
        return reported(error, color=settings.get("color", "auto"), debug=settings.get("debug", "--debug" in words))


def _work(words: Sequence[str]) -> partial[int]:
    """The call that `words` ask for.

    Raises:
        UsageProblem: there is none, or it does not fit its command.
    """
    flags, rest = _leading_flags(words)
    if not rest or rest[0] in {"-h", "--help"} or list(rest) == ["help"]:
        from ztdsl.cli.help import overview  # noqa: PLC0415 - only what is asked for

        return partial(_written, overview())
    if any(_BEGINNING in word for word in words):
        from ztdsl.cli.secrets import refuse_tokens  # noqa: PLC0415 - before a message shows the word

        refuse_tokens(words)
    name, arguments = rest[0], [*flags, *rest[1:]]
    if name == "help":
        name, arguments = rest[1], [*rest[2:], "--help"]
    if name.startswith("-"):
        raise UsageProblem(f"`{name}` stands before the command", "write the command first, then its flags")
    if name in GROUPS:
        name, arguments = _member(name, arguments)
    if name in GROUPS:
        from ztdsl.cli.help import of_group  # noqa: PLC0415

        return partial(_written, of_group(name))
    if name not in COMMANDS:
        raise _unknown(name)

    from ztdsl.cli.command import asks_for_help, bound, help_of  # noqa: PLC0415 - typer is not needed so far

    return partial(_written, help_of(name)) if asks_for_help(arguments) else bound(name, arguments)


def _member(group: str, words: Sequence[str]) -> tuple[str, list[str]]:
    """The command of `group` that `words` begin with and the words after it; `group` alone where help is meant.

    Raises:
        UsageProblem: a word follows that is none of its commands.
    """
    flags, rest = _leading_flags(words)
    if not rest or rest[0] in {"-h", "--help"}:
        return group, []
    if rest[0].startswith("-"):
        raise UsageProblem(f"`{rest[0]}` stands before the command", "write the command first, then its flags")
    return f"{group} {rest[0]}", [*flags, *rest[1:]]


def _unknown(name: str) -> UsageProblem:
    """No command has that name; the nearest one is suggested, if need be by its second word."""
    group, _, second = name.rpartition(" ")
    if group in GROUPS:
        advice = near_miss(second, members(group)) or (f"`ztc {group} --help` lists the commands",)
        return UsageProblem(f"`ztc {group}` has no command `{second}`", *advice)
    inside = [known for known in COMMANDS if known.endswith(f" {name}")]
    meant = [f"did you mean `{inside[0]}`?"] if inside else near_miss(name, first_words())
    return UsageProblem(f"ztc has no command `{name}`", *(meant or ("`ztc --help` lists the commands",)))


def _leading_flags(words: Sequence[str]) -> tuple[list[str], Sequence[str]]:
    """The flags of every command that stand before the command, and the rest."""
    end = 0
    while end < len(words):
        flag, _, value = words[end].partition("=")
        if flag not in _VALUES_OF_GLOBAL_FLAGS:
            break
        end += 1 if value else 1 + _VALUES_OF_GLOBAL_FLAGS[flag]
    return list(words[:end]), words[end:]


def _written(text: str) -> int:
    write_product(text)
    return exits.CLEAN
