from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.load.conftest import Refused, Underlined, Write


@pytest.mark.parametrize(
    ("text", "message", "help_"),
    [
        ("import catalog\n", "module `catalog` cannot be found", ("did you mean `catalogue`?",)),
        ("import teams.shp\n", "module `teams.shp` cannot be found", ("did you mean `teams.shop`?",)),
        ("import teams.zzz\n", "module `teams.zzz` cannot be found", ()),
        (
            "import gone_zz.x\n",
            "module `gone_zz` cannot be found",
            ("a module of your own, `gone_zz.py`, must stand beside the policy file; others: `pip install gone_zz`",),
        ),
        ("from catalogue import shp\n", "module `catalogue` has no name `shp`", ("did you mean `shop`?",)),
        ("from ztdsl import Polcy\n", "module `ztdsl` has no name `Polcy`", ("did you mean `Policy`?",)),
        (
            "from calendar import shop_ports\n",
            "module `calendar` has no name `shop_ports`",
            ("`calendar` is a module of Python itself: give your file `calendar.py` another name",),
        ),
        (
            "from .catalogue import shop\n",
            "import does not work: attempted relative import with no known parent package",
            ("a file that is no part of a package imports its neighbours by name: `from catalogue import ...`",),
        ),
        ("raise ImportError\n", "import does not work: no reason given", ()),
        ("raise ModuleNotFoundError('gone')\n", "import does not work: gone", ()),
    ],
)
def test_a_failed_import_is_answered(
    *, write: Write, refused: Refused, underlined: Underlined, text: str, message: str, help_: tuple[str, ...]
) -> None:
    """ZT004 says what is missing and what to do."""
    write("policies.py", text)
    write("catalogue.py", "shop = 1\n")
    write("calendar.py", "shop_ports = 1\n")
    write("teams/shop.py", "")
    found = refused()
    assert (found.code, found.message, found.help) == ("ZT004", message, help_)
    assert underlined(found.primary) == f"policies.py:1: {text.strip()}"


def test_a_missing_import_of_a_module_stands_in_the_module(
    write: Write, refused: Refused, underlined: Underlined
) -> None:
    """ZT004 points into the file with the import and says who imports that."""
    write("policies.py", "\nimport catalogue\n")
    write("catalogue.py", "import gone_zz\n")
    found = refused()
    assert underlined(found.primary) == "catalogue.py:1: import gone_zz"
    assert found.notes == ("imported from policies.py:2",)


@pytest.mark.parametrize("back", ["from policies import shop", "import policies\npolicies.shop"])
def test_a_circle_shows_both_places(write: Write, refused: Refused, underlined: Underlined, back: str) -> None:
    """ZT009 points at the import that comes too early and at the one that waits for it."""
    write("policies.py", "from catalogue import api\nshop = 1\n")
    write("catalogue.py", f"{back}\napi = 1\n")
    found = refused()
    assert (found.code, found.message) == ("ZT009", "`policies` is imported while it is still being loaded itself")
    assert underlined(found.primary).partition(": ")[2] == back.rpartition("\n")[2]
    assert [underlined(label) for label in found.related] == ["policies.py:1: from catalogue import api"]


def test_a_file_that_imports_itself_has_one_place(write: Write, refused: Refused) -> None:
    """ZT009 for a file that imports itself shows its import once."""
    write("policies.py", "from policies import shop\n")
    found = refused()
    assert (found.code, found.related) == ("ZT009", ())
