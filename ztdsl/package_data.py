"""Where the files that are no Python stand: in the installed package, or in a checkout beside it.

A wheel carries `templates/` as `ztdsl/_templates/` and `docs/checks/` as `ztdsl/_docs/checks/`; in a
checkout they stand at its top, where people look for them.
"""

from __future__ import annotations

import os.path

TYPE_CHECKING = False  # as in `typing`, whose import and pathlib's would triple the start of `ztc completion`
if TYPE_CHECKING:
    from pathlib import Path

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_CHECKOUT = os.path.dirname(_PACKAGE)


def resource(*parts: str) -> Path:
    """The file or directory `parts`, as in `resource("templates", "manifest")`.

    Raises:
        FileNotFoundError: the installation is damaged.
    """
    from pathlib import Path  # noqa: PLC0415 - see above

    return Path(located(*parts))


def located(*parts: str) -> str:
    """The path of the file or directory `parts`.

    The package is looked at first and the checkout second, so that an installed `ztc` never reads a
    directory that happens to stand beside `site-packages`.

    Raises:
        FileNotFoundError: the installation is damaged.
    """
    packaged = os.path.join(_PACKAGE, f"_{parts[0]}", *parts[1:])
    if os.path.exists(packaged):
        return packaged
    beside = os.path.join(_CHECKOUT, *parts)
    if os.path.isfile(os.path.join(_CHECKOUT, "pyproject.toml")) and os.path.exists(beside):
        return beside
    msg = f"the installation lacks {'/'.join(parts)}"
    raise FileNotFoundError(msg)
