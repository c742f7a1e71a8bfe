from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ztdsl.load import load

if TYPE_CHECKING:
    from tests.unit.load.conftest import Placed, Refused, Underlined, Write

HEAD = "from ztdsl import Namespace, Policy\n"


@pytest.mark.parametrize(
    ("body", "target", "name"),
    [
        ("policy = Policy('a')\nother = Policy('b')", "policies.py", "a"),
        ("other = Policy('b')", "policies.py", "b"),
        ("one = same = Policy('b')", "policies.py", "b"),
        ("policy = [Policy('a')]\nother = Policy('b')", "policies.py", "b"),
        ("policy = Policy('a')\nother = Policy('b')", "policies.py:other", "b"),
    ],
)
def test_which_policy_is_taken(write: Write, tmp_path: Path, body: str, target: str, name: str) -> None:
    """The chosen variable, else `policy`, else the only policy."""
    write("policies.py", f"{HEAD}{body}\n")
    assert load(target, cwd=tmp_path).policy.name == name


@pytest.mark.parametrize(
    ("body", "message", "help_"),
    [
        ("", "`policies.py` is empty", "declare one: `policy = Policy("),
        ("\n  \n", "`policies.py` is empty", "declare one"),
        (f"{HEAD}x = 1", "`policies.py` holds no policy", "declare one"),
        (
            f"{HEAD}polcy = None",
            "`policies.py` holds no policy",
            "`polcy` is not a policy: write `policy = Policy(...)`",
        ),
        (
            f"{HEAD}policy = Policy",
            "`policies.py` holds no policy",
            "`policy` is the class itself: write `policy = Policy(...)`",
        ),
        (f"{HEAD}def policy(): ...", "`policies.py` holds no policy", "`policy` is a function: call it"),
        (
            f"{HEAD}all_of = [Policy('a')]",
            "`policies.py` holds no policy",
            'compose them, `policy = Policy("...", parts=all_of)`',
        ),
        (f"{HEAD}by = {{1: Policy('a')}}", "`policies.py` holds no policy", "parts=list(by.values()))`"),
    ],
)
def test_a_file_without_policy_says_what_is_missing(
    *, placed: Placed, write: Write, refused: Refused, body: str, message: str, help_: str
) -> None:
    """ZT005 for an empty file and for one without a policy, with a hint where one was nearly declared."""
    write("policies.py", body)
    found = refused()
    assert (found.code, found.message) == ("ZT005", message)
    assert help_ in found.help[0]
    assert placed(found).line is None


def test_two_policies_are_both_shown(write: Write, refused: Refused, underlined: Underlined) -> None:
    """ZT006 points at every policy and says how to choose one."""
    write("policies.py", f"{HEAD}a = Policy('a')\nb = Policy('b')\n")
    found = refused()
    assert (found.code, found.message) == ("ZT006", "`policies.py` holds 2 policies: `a`, `b`")
    assert underlined(found.primary) == "policies.py:2: Policy('a')"
    assert [underlined(label) for label in found.related] == ["policies.py:3: Policy('b')"]
    assert found.help[0] == "choose one: `policies.py:b`"


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("shap", "`policies.py` has no variable `shap`"),
        ("", "no variable stands after the colon of `policies.py:`"),
        ("x", "`x` in `policies.py` is not a policy"),
    ],
)
def test_a_wrong_variable_is_answered_with_a_near_one(
    write: Write, refused: Refused, variable: str | None, message: str
) -> None:
    """ZT005 for a variable that is missing, empty or of another kind, with the policy that was meant."""
    write("policies.py", f"{HEAD}shop = Policy('a')\nx = 1\n")
    found = refused(f"policies.py:{variable}")
    assert (found.code, found.message) == ("ZT005", message)
    assert found.help == ("did you mean `policies.py:shop`?",)


def test_a_variable_with_another_declaration_is_shown(write: Write, refused: Refused, underlined: Underlined) -> None:
    """ZT005 points at the declaration that is not a policy."""
    write("policies.py", f"{HEAD}shop = Namespace('shop')\n")
    found = refused("policies.py:shop")
    assert underlined(found.primary) == "policies.py:2: Namespace('shop')"
