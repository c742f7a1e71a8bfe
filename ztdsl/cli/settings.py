"""The flags that choose a mesh and its facts, as the arguments that every verb of the library takes."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from ztdsl.cli.streams import say
from ztdsl.cli.usage import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ztdsl.config import Configuration


class Settings(TypedDict):
    """Keyword arguments of `build_manifests`, `check_policy`, `explain_service` and `read_settings`."""

    mesh: str | None
    config: Path | None
    istio_version: str | None
    today: date | None
    templates: Path | None


def settings(
    mesh: str | None, config: str | None, istio_version: str | None, today: str | None, templates: str | None
) -> Settings:
    """What the flags say; None leaves a setting to the environment and the configuration.

    Raises:
        UsageProblem: `today` is no date.
    """
    refuse_empty({"--config": config, "--templates": templates, "--mesh": mesh})
    return Settings(
        mesh=mesh,
        config=None if config is None else Path(config),
        istio_version=istio_version,
        today=None if today is None else _date(today),
        templates=None if templates is None else Path(templates),
    )


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageProblem(f"`--today` takes a date such as 2027-03-31; not `{text}`") from None


def moment(now: str | None) -> datetime | None:
    """The instant of `--now`, else of `ZTC_NOW` or `SOURCE_DATE_EPOCH`; None leaves it to the clock.

    Raises:
        UsageProblem: `now` is no instant.
        ConfigurationFailure: a variable is malformed.
    """
    from ztdsl.config.moment import EXPECTED, given_instant, instant  # noqa: PLC0415 - for few commands

    if now is None:
        return given_instant()
    given = instant(now)
    if given is None:
        raise UsageProblem(f"`--now` takes {EXPECTED}; not `{now}`")
    return given


def settings_at(
    now: str | None, mesh: str | None, config: str | None, istio_version: str | None
) -> tuple[datetime | None, Settings]:
    """The instant that counts, None for the clock's, and the settings on its day, unless `ZTC_TODAY` names another.

    Raises:
        UsageProblem: `now` is no instant.
        ConfigurationFailure: a variable is malformed.
    """
    when = moment(now)
    chosen = settings(mesh, config, istio_version, None, None)
    if when is not None and (now is not None or not os.environ.get("ZTC_TODAY")):
        chosen["today"] = when.date()
    return when, chosen


def announce(configuration: Configuration) -> None:
    """Say on stderr which configuration and which mesh is used."""
    say(f"mesh {configuration.mesh.name}, {configuration.file or 'no configuration file'}\n")


def refuse_stdin(policy: str) -> None:
    """Refuse `-` as a policy: it imports what stands beside it, and every finding names its file.

    Raises:
        UsageProblem: the policy is `-`.
    """
    if policy == "-":
        raise UsageProblem("a policy is a file, and `-` is stdin", "write it to a file")


def refuse_empty(given: Mapping[str, str | None]) -> None:
    """Refuse values that are empty, as an unset variable of a shell leaves them: `.` would be meant by nobody.

    Raises:
        UsageProblem: one of them is empty.
    """
    for name, value in given.items():
        if value == "":
            raise UsageProblem(f"`{name}` is empty", "give a value, or leave it out")
