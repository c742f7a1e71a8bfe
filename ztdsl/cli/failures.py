"""What is printed, and with which exit code, when a command cannot do its work."""

from __future__ import annotations

from os import fsdecode
from traceback import format_exception

from ztdsl.cli import exits
from ztdsl.cli.findings import say_finding
from ztdsl.cli.streams import NotWritten, say
from ztdsl.diagnostics.catalogue import diagnostic


def reported(error: Exception, *, color: str, debug: bool) -> int:
    """Say what `error` means for the user; the exit code.

    An exception of ours that carries `diagnostics` means that the input does not fit; any other one is
    a mistake in `ztc`.
    """
    if debug:
        say("".join(format_exception(error)))
    if isinstance(error, NotWritten):
        findings = (diagnostic("ZT015", f"{error.target} could not be written: {error.reason}", None),)
        code = exits.NOT_WRITTEN
    elif isinstance(found := getattr(error, "diagnostics", None), tuple):
        findings, code = found, exits.USAGE
    elif isinstance(error, OSError):
        name = f"`{fsdecode(error.filename)}`" if error.filename else "a file or directory"
        reason = (error.strerror or "unknown error").lower()
        findings, code = (diagnostic("ZT007", f"{name} cannot be used: {reason}", None),), exits.USAGE
    else:
        message = f"ztc reached a state that should be impossible: {type(error).__name__}: {error}"
        advice = ["please report it with what the same command prints with --debug"]
        findings = (diagnostic("ZT001", message, None, help=[] if debug else advice),)
        code = exits.INTERNAL
    for finding in findings:
        say_finding(finding, color=color)
    return code
