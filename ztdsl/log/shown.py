"""What a log says, made safe to show: what strangers sent must neither act on a terminal nor tell a secret."""

from __future__ import annotations

import re
from typing import Final

from ztdsl.diagnostics.formats.escape import visible

_SECRET: Final = re.compile(
    r"(?P<name>[?&;](?:[^=&;#]*(?:token|secret|passw|pwd|credential|api_?-?key|signature|assertion|session)[^=&;#]*"
    r"|jwt|auth|code|sig|key|sid)=)[^&;#\s]+",
    re.IGNORECASE,
)
_JWT: Final = re.compile(r"eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)*")
MASK: Final = "***"
_MOST: Final = 300


def shown(text: str) -> str:
    """The text on one line, without control characters, without secrets, and no longer than a person reads."""
    masked = _JWT.sub(MASK, _SECRET.sub(rf"\g<name>{MASK}", text))
    cut = masked if len(masked) <= _MOST else f"{masked[:_MOST]}…"
    return visible(cut)
