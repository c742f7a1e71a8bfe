"""What `kubectl` says when it fails, sorted: it has one exit code for everything, and says the rest in words.

Sources: kubectl `pkg/cmd/util/helpers.go` (StandardErrorMessage, checkErr): `Error from server (REASON): ...` has the
reason of the server's own Status; client-go `tools/clientcmd`, `plugin/pkg/client/auth/exec`; Go `crypto/tls`, `net`.
"""

from __future__ import annotations

import re
from typing import Final

from ztdsl.cluster.failure import Cause, Trouble

_MOST: Final = 600
"""Characters of what was said that are kept: a server may send a whole page."""
_REASON: Final = re.compile(r"^Error from server \((\w+)\)", re.MULTILINE)
_REASONS: Final = {
    "Forbidden": Cause.FORBIDDEN,
    "Unauthorized": Cause.NOT_LOGGED_IN,
    "NotFound": Cause.NOT_SERVED,
    "Expired": Cause.EXPIRED,
    "Gone": Cause.EXPIRED,
    "TooManyRequests": Cause.FAILING,
    "InternalError": Cause.FAILING,
    "ServiceUnavailable": Cause.FAILING,
    "Timeout": Cause.FAILING,
    "ServerTimeout": Cause.FAILING,
}
_WORDS: Final = (
    (Cause.NOT_LOGGED_IN, r"You must be logged in to the server|getting credentials:|Please enter Username"),
    (Cause.NOT_LOGGED_IN, r"(?i:auth[ -]?(plugin|provider))"),
    (Cause.NOT_LOGGED_IN, r"unable to read client-(cert|key)|tls: (bad|expired|unknown) certificate|open .*token"),
    (Cause.NO_CONTEXT, r"context \".*\" does not exist|context was not found|current-context is not set"),
    (Cause.NO_CONTEXT, r"error loading config file|^error: stat |invalid configuration|no configuration has been"),
    (Cause.NO_CONTEXT, r"unable to read certificate-authority|invalid character .* in host name|unsupported protocol"),
    (Cause.SLOW, r"context deadline exceeded|Client\.Timeout|i/o timeout|handshake timeout"),
    (Cause.CUT, r"tls: bad record MAC|transport connection broken: malformed MIME header"),  # harmed on the way
    (Cause.UNTRUSTED, r"x509:|tls: |HTTP response to HTTPS client"),
    (Cause.CUT, r"unexpected EOF|connection reset|: EOF$|connection lost"),
    (Cause.UNREACHABLE, r"^Unable to connect to the server|The connection to the server .* was refused|dial tcp"),
)
_PATTERNS: Final = tuple((cause, re.compile(pattern, re.MULTILINE)) for cause, pattern in _WORDS)
_SECRETS: Final = (
    (re.compile(r"eyJ[\w-]*\.[\w-]+(\.[\w-]*)?"), "(token)"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.+/=~-]+"), r"\1 (token)"),
    (re.compile(r"(?<=://)[^/\s@]+@"), "(password)@"),
)
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def refusal(stderr: str, stdout: str = "") -> Trouble:
    """What a failed `kubectl` means, by what it printed."""
    said = f"{stderr}\n{stdout[:_MOST]}"
    reason = _REASON.search(stderr)
    if reason is not None:
        return Trouble(_REASONS.get(reason[1], Cause.OTHER), f"kubectl says: {printable(stderr)}")
    cause = next((cause for cause, pattern in _PATTERNS if pattern.search(said)), Cause.OTHER)
    return Trouble(cause, f"kubectl says: {printable(stderr)}")


def printable(said: str) -> str:
    """The beginning of what a program said, in one line, without what a terminal obeys and without secrets."""
    text = _UNPRINTABLE.sub(" ", said[: 4 * _MOST]).strip()
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text if len(text) <= _MOST else text[: _MOST - 3] + "..."
