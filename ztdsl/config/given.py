"""Single settings: which of flag, environment, file and default decides, and what its text means."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Severity
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ztdsl.diagnostics.model import Diagnostic, Label

_VERSION: Final = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})")
_TRUTH: Final = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}
THRESHOLDS: Final[dict[str, Severity | None]] = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "info": Severity.INFO,
    "never": None,
}


@dataclass(frozen=True, slots=True)
class Setting:
    """The text of a setting and what gave it.

    Attributes:
        text: as it was written.
        source: what gave it, in words.
        rank: 3 for a flag, 2 for the environment, 1 for the file; the highest decides.
        place: where it stands in a file; None for flags and the environment.
    """

    text: str
    source: str
    rank: int
    place: Label | None = None


class Given:
    """The flags and the environment, and what is wrong with them."""

    def __init__(self, flags: Mapping[str, str | bool | None], environ: Mapping[str, str]) -> None:
        self._flags = flags
        self._environ = environ
        self.problems: Final[list[Diagnostic]] = []

    def setting(self, name: str, from_file: Setting | None = None) -> Setting | None:
        """What decides about `name`: the flag, else the environment, else the file.

        A flag that is None or False was not given, and an empty variable of the environment is not set.
        """
        value = self._flags.get(name)
        if value is not None and value is not False:
            text = "true" if value is True else value
            return Setting(text, f"flag --{name.replace('_', '-')}", 3)
        variable = f"ZTC_{name.upper()}"
        if self._environ.get(variable):
            return Setting(self._environ[variable], variable, 2)
        return from_file

    def strict(self, setting: Setting | None) -> bool:
        """Whether warnings fail."""
        if setting is None:
            return False
        if setting.text.lower() not in _TRUTH:
            self._refuse(setting, "`true` or `false`")
        return _TRUTH.get(setting.text.lower(), False)

    def threshold(self, setting: Setting | None) -> Severity | None:
        """The severity from which findings fail."""
        if setting is None:
            return Severity.ERROR
        if setting.text not in THRESHOLDS:
            self._refuse(setting, "one of " + ", ".join(f"`{word}`" for word in THRESHOLDS))
        return THRESHOLDS.get(setting.text, Severity.ERROR)

    def version(self, setting: Setting) -> tuple[int, int] | None:
        """An Istio version; None where it is malformed."""
        match = _VERSION.fullmatch(setting.text)
        if match is None:
            self._refuse(setting, "a version such as `1.30`")
            return None
        return (int(match[1]), int(match[2]))

    def today(self) -> tuple[date, str]:
        """Today's date and its source.

        The flag, else `ZTC_TODAY`, else `SOURCE_DATE_EPOCH` (seconds, see reproducible-builds.org), else the
        clock; all dates are UTC's, so that machines of one team agree.
        """
        setting = self.setting("today")
        if setting is not None:
            return self._date(setting), setting.source
        if self._environ.get("SOURCE_DATE_EPOCH"):
            epoch = Setting(self._environ["SOURCE_DATE_EPOCH"], "SOURCE_DATE_EPOCH", 2)
            return self._of_epoch(epoch), epoch.source
        return datetime.now(tz=UTC).date(), "the clock"

    def _date(self, setting: Setting) -> date:
        try:
            day = date.fromisoformat(setting.text)
        except ValueError:
            day = None
        if day is None or day.isoformat() != setting.text:  # Python takes week dates as well
            self._refuse(setting, "a date such as `2027-03-31`")
            return date.min
        return day

    def _of_epoch(self, setting: Setting) -> date:
        try:
            return datetime.fromtimestamp(int(setting.text), tz=UTC).date()
        except (ValueError, OverflowError, OSError):
            self._refuse(setting, "a number of seconds since 1970")
            return date.min

    def _refuse(self, setting: Setting, expected: str) -> None:
        message = f"{setting.source} must be {expected}; not `{setting.text}`"
        self.problems.append(diagnostic("ZT010", message, setting.place))
