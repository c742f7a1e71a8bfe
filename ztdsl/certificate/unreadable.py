"""Why there is nothing to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic


class NoCertificate(Exception):  # noqa: N818 - named for what happened
    """The input holds no certificate that can be read; `diagnostics` say why."""

    def __init__(self, name: str, reason: str, *, help: tuple[str, ...] = (), is_file: bool = True) -> None:  # noqa: A002 - the word that reports print
        super().__init__(reason)
        place = Label(Span(name)) if is_file else None
        message = f"`{name}` holds no certificate that can be read: {reason}"
        self.diagnostics: tuple[Diagnostic, ...] = (diagnostic("ZT740", message, place, help=help),)


class NoAnswer(Exception):  # noqa: N818 - named for what happened
    """A TLS server shows no certificate; `diagnostics` say why."""

    def __init__(self, server: str, reason: str, *, help: tuple[str, ...] = ()) -> None:  # noqa: A002 - as above
        super().__init__(reason)
        message = f"`{server}` shows no certificate: {reason}"
        self.diagnostics: tuple[Diagnostic, ...] = (diagnostic("ZT743", message, None, help=help),)
