"""`ztc version`."""

from __future__ import annotations

import json
import platform
from typing import TYPE_CHECKING

from ztdsl import __version__

if TYPE_CHECKING:
    from tests.conftest import Ztc


def test_version_as_json_names_its_schema(ztc: Ztc) -> None:
    """Programs read the version of ztc and Python and the range of Istio's."""
    assert json.loads(ztc("version", "-o", "json").out) == {
        "schema": "ztdsl/version/v1",
        "ztc": __version__,
        "python": platform.python_version(),
        "istio": {"oldest": "1.26", "newest": "1.32"},
    }


def test_version_for_people_has_a_line_for_each(ztc: Ztc) -> None:
    """The same facts, a line each."""
    assert ztc("version").out == f"ztc {__version__}\npython {platform.python_version()}\nistio 1.26 to 1.32\n"
