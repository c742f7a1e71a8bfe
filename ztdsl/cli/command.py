"""From the words after a command's name to the call that does the work.

typer reads the flags from the command function's signature. Three of its habits are left out: its help
(ours is plain and begins with examples), its messages (ours suggest what was meant), and its conversion of
values, which would import pydantic in every run, for text that stays text.
"""

from __future__ import annotations

from functools import partial, wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, ParamSpec

import typer
from typer.core import TyperArgument, TyperCommand, TyperOption
from typer.exceptions import TyperException
from typer.main import get_command

from ztdsl.cli import help as help_text
from ztdsl.cli.commands import COMMANDS
from ztdsl.cli.usage import UsageProblem, near_miss

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

P = ParamSpec("P")

_HELP = ("-h", "--help")


class TextOption(TyperOption):
    """A flag whose value stays text; a metavar with bars lists the values that it takes."""

    def process_value(self, ctx: Any, value: Any) -> Any:  # noqa: ANN401 - as in typer
        """`value` as it stands if it is one of the listed ones."""
        del ctx
        choices = choices_of(self)
        if value is not None and choices and value not in choices:
            raise UsageProblem(
                f"`{self.opts[-1]}` takes {', '.join(choices)}; not `{value}`", *near_miss(value, choices)
            )
        return value


class TextArgument(TyperArgument):
    """An argument whose value stays text; a metavar with bars lists the values that it takes."""

    def process_value(self, ctx: Any, value: Any) -> Any:  # noqa: ANN401 - as in typer
        """`value` as it stands if it is given where it must be, and one of the listed ones."""
        if value is None and self.required:
            example = COMMANDS[str(ctx.command.name)].examples[0]
            raise UsageProblem(f"{self.metavar} is missing: {self.help}", f"for example `{example}`")
        choices = choices_of(self)
        if choices and value not in choices:
            raise UsageProblem(f"expected one of {', '.join(choices)}; not `{value}`", *near_miss(value, choices))
        return value


class Command(TyperCommand):
    """A command whose parameters are text."""

    def __init__(self, name: str | None, **settings: Any) -> None:  # noqa: ANN401 - as typer calls it
        super().__init__(name, **settings)
        for parameter in self.params:
            parameter.__class__ = TextOption if isinstance(parameter, TyperOption) else TextArgument

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - its class is private to typer
        """The words that no parameter takes, of which there must be none."""
        rest = super().parse_args(ctx, args)
        if rest:
            raise UsageProblem(f"unexpected argument `{rest[0]}`", f"`ztc {self.name} --help` lists what it takes")
        return rest


def command(name: str) -> Command:
    """The command of that name, with its flags; it returns the work to do instead of doing it."""
    spelled = name.replace(" ", "_")
    function = getattr(import_module(f"ztdsl.cli.{spelled}"), spelled)
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    settings = {"allow_extra_args": True}  # `Command.parse_args` refuses them in our words
    app.command(name, cls=Command, add_help_option=False, context_settings=settings)(_remembered(function))
    made = get_command(app)
    if not isinstance(made, Command):
        msg = f"typer made a {type(made).__name__} of {name}"
        raise TypeError(msg)
    return made


def bound(name: str, words: Sequence[str]) -> partial[int]:
    """The call of the command `name` that `words` ask for.

    Raises:
        UsageProblem: `words` do not fit the command.
    """
    made = command(name)
    try:
        work = made.main(list(words), prog_name=f"ztc {name}", standalone_mode=False)
    except TyperException as error:
        raise _in_our_words(error, made) from error
    if not isinstance(work, partial):
        msg = f"typer made a {type(work).__name__} of {name}"
        raise TypeError(msg)
    return work


def asks_for_help(words: Sequence[str]) -> bool:
    """Whether one of `words` is the help flag."""
    flags = words[: words.index("--")] if "--" in words else words
    return any(word in _HELP for word in flags)


def help_of(name: str) -> str:
    """The help text of the command `name`."""
    made = command(name)
    arguments = [p for p in made.params if isinstance(p, TyperArgument)]
    flags = [p for p in made.params if isinstance(p, TyperOption)]
    usage = " ".join(
        [f"ztc {name}", *(str(a.metavar) if a.required else f"[{a.metavar}]" for a in arguments), "[FLAGS]"]
    )
    return help_text.of_command(
        name, [(str(a.metavar), a.help or "") for a in arguments], [(_spelled(f), f.help or "") for f in flags], usage
    )


def choices_of(parameter: TyperOption | TyperArgument) -> tuple[str, ...]:
    """The only values that `parameter` takes; empty where it takes any."""
    metavar = parameter.metavar or ""
    return tuple(metavar.split("|")) if "|" in metavar else ()


def _spelled(flag: TyperOption) -> str:
    names = ", ".join(flag.opts)
    return names if flag.is_flag else f"{names} {flag.metavar}"


def _remembered(function: Callable[P, int]) -> Callable[P, partial[int]]:
    @wraps(function)
    def remember(*args: P.args, **kwargs: P.kwargs) -> partial[int]:
        return partial(function, *args, **kwargs)

    return remember


def _in_our_words(error: TyperException, made: Command) -> UsageProblem:
    """Typer's complaint as ours; which one it is, shows in what it carries."""
    see = f"`ztc {made.name} --help` lists the flags"
    flag = getattr(error, "option_name", None)
    known = [*_HELP, *(name for parameter in made.params for name in parameter.opts)]
    if flag in known:
        takes = any(flag in p.opts and isinstance(p, TyperOption) and not p.is_flag for p in made.params)
        return UsageProblem(f"`{flag}` needs a value" if takes else f"`{flag}` takes no value", see)
    if flag in {"-f", "--filename"}:
        return UsageProblem(
            f"`{flag}` is for manifests, which `ztc {made.name}` does not read",
            f"a policy file is given without a flag: `ztc {made.name} policies.py`",
        )
    if flag is not None:
        meant = near_miss(flag, (name for name in known if name.startswith("--")))
        return UsageProblem(f"`ztc {made.name}` has no flag `{flag}`", *(meant or (see,)))
    return UsageProblem(error.format_message(), see)
