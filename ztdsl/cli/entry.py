"""The first thing that runs; `--version` and completion scripts are answered before any import that costs."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as in `typing`, whose import alone takes a third of the start of `ztc --version`
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Run `ztc` with the words of the command line and end the process with its exit code."""
    words = sys.argv[1:]
    if words in (["--version"], ["-V"]):
        from ztdsl import __version__  # noqa: PLC0415 - only what is asked for

        _print(f"ztc {__version__}\n".encode())
    if len(words) == 2 and words[0] == "completion" and words[1] in ("bash", "zsh", "fish"):  # noqa: PLR2004
        from ztdsl.cli.completion_script import script  # noqa: PLC0415

        _print(script(words[1]))

    import gc  # noqa: PLC0415

    gc.disable()  # a compiler builds one graph and ends; the library leaves its caller's collector alone
    from ztdsl.cli.guard import run  # noqa: PLC0415
    from ztdsl.cli.streams import leave  # noqa: PLC0415

    leave(run(words))


def _print(product: bytes) -> NoReturn:
    try:
        os.write(1, product)
    except BrokenPipeError:
        pass
    except OSError as error:
        os.write(2, f"error[ZT015]: stdout could not be written: {error.strerror}\n".encode())
        os._exit(74)
    os._exit(0)
