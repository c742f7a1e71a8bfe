"""What commands read that must not be shown: files and stdin, never words of the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ztdsl.cli.usage import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_BYTES: Final = 1 << 22


def refuse_tokens(words: Iterable[str]) -> None:
    """Refuse words of the command line that hold a token; the message does not show them.

    Raises:
        UsageProblem: one does.
    """
    from ztdsl.token.secret import looks_like_token  # noqa: PLC0415 - as in every command

    if any(looks_like_token(word) for word in words):
        raise UsageProblem(
            "a token stands on the command line, where process lists and the shell's history show it",
            "write it to a file, or pass it on stdin and write `-`",
            "this token has been seen: let it expire, or have it revoked",
        )


def secret(file: str) -> bytes:
    """What a file holds, or stdin if it is `-`.

    Raises:
        UsageProblem: it is larger than any token or request.
        OSError: it cannot be read.
    """
    if file == "-":
        data = sys.stdin.buffer.read(_MOST_BYTES + 1)
    else:
        with Path(file).open("rb") as opened:
            data = opened.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise UsageProblem(f"`{file}` is larger than {_MOST_BYTES >> 20} MiB", "name the file with the token alone")
    return data
