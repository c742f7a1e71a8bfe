"""Why a cluster was not read: what `kubectl` or the server said, and the finding that is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic


class Cause(Enum):
    """What went wrong: the code of its finding, and what sets it apart where causes share a code."""

    NO_KUBECTL = ("ZT701",)
    NO_CONTEXT = ("ZT702",)
    UNREACHABLE = ("ZT703",)
    SLOW = ("ZT704",)
    NOT_LOGGED_IN = ("ZT705",)
    FORBIDDEN = ("ZT706",)
    NOT_INSTALLED = ("ZT707",)
    MALFORMED = ("ZT708",)
    CUT = ("ZT708", "ended too early, which a second try may mend")
    FAILING = ("ZT709",)
    CHANGING = ("ZT710",)
    UNREADABLE = ("ZT711",)
    UNTRUSTED = ("ZT712",)
    FLAG_MALFORMED = ("ZT713",)
    OTHER = ("ZT714",)
    NOT_SERVED = ("ZT707", "in this version; another one may be served")
    EXPIRED = ("ZT710", "once; the list is begun again")

    @property
    def code(self) -> str:
        """The code of the catalogue."""
        code: str = self.value[0]
        return code


_CONFIGURATION: Final = frozenset({Cause.NO_KUBECTL.code, Cause.NO_CONTEXT.code, Cause.FLAG_MALFORMED.code})


@dataclass
class Trouble(Exception):  # noqa: N818 - named for what happened
    """One request did not succeed.

    Attributes:
        cause: what went wrong.
        said: the words of `kubectl` or of the server, or our own where they said nothing.
    """

    cause: Cause
    said: str


class ClusterFailure(Exception):  # noqa: N818 - named for what happened
    """The cluster was not read, or not all of it.

    Attributes:
        finding: what went wrong and what to do.
        diagnostics: that finding, as every exception of ours has it.
    """

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding
        self.diagnostics = (finding,)

    @property
    def is_configuration(self) -> bool:
        """Whether nothing was asked of a cluster yet: `kubectl` or a context is missing, or a flag is wrong."""
        return self.finding.code in _CONFIGURATION
