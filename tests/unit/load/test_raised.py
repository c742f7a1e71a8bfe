from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.load.conftest import Placed, Refused, Underlined, Write

SYNTAX = [
    ("x = (1\ny = 2\n", "policies.py:1: (", "'(' was never closed"),
    ("def f():\nreturn 1\n", "policies.py:2: return", "expected an indented block after function definition on line 1"),
    ("if 1:\n\tx = 1\n        y = 2\n", None, "inconsistent use of tabs and spaces in indentation"),
    ("x = 1\n  y = 2\n", None, "unexpected indent"),
    ("é = 1; f(a b)\n", "policies.py:1: a b", "invalid syntax. Perhaps you forgot a comma?"),
    ("return 1\n", "policies.py:1: return 1", "'return' outside function"),
]


@pytest.mark.parametrize(("text", "place", "message"), SYNTAX)
def test_a_syntax_error_has_its_own_caret(
    *,
    placed: Placed,
    write: Write,
    refused: Refused,
    underlined: Underlined,
    text: str,
    place: str | None,
    message: str,
) -> None:
    """ZT002 is Python's complaint with Python's range."""
    write("policies.py", text)
    found = refused()
    assert (found.code, found.message) == ("ZT002", message)
    assert place is None or underlined(found.primary) == place
    assert placed(found).line is not None


def test_a_syntax_error_of_a_module_stands_in_the_module(
    write: Write, refused: Refused, underlined: Underlined
) -> None:
    """ZT002 in an imported file points there and says who imports it."""
    write("policies.py", "import teams.shop\n")
    write("teams/shop.py", "def (: pass\n")
    found = refused()
    assert (found.code, underlined(found.primary)) == ("ZT002", "shop.py:1: (")
    assert found.notes == ("imported from policies.py:1",)


def test_a_syntax_error_in_text_that_the_policy_compiles_is_an_exception(
    write: Write, refused: Refused, underlined: Underlined
) -> None:
    """ZT003 where the policy file itself evaluates broken text."""
    write("policies.py", "x = eval('1 +')\n")
    found = refused()
    assert (found.code, underlined(found.primary)) == ("ZT003", "policies.py:1: eval('1 +')")


def test_an_exception_shows_the_users_frames_only(write: Write, refused: Refused, underlined: Underlined) -> None:
    """ZT003 points at the innermost user frame; notes name the calls and imports that led there, once each."""
    write("policies.py", "import json\nimport catalogue\n")
    write(
        "catalogue.py", "def each(xs):\n    return [one(x) for x in xs]\ndef one(x):\n    return 1 / x\neach([1, 0])\n"
    )
    found = refused()
    assert found.code == "ZT003"
    assert found.message == "`catalogue.py` raised `ZeroDivisionError`: division by zero"
    assert underlined(found.primary) == "catalogue.py:4: 1 / x"
    assert found.notes == ("called from catalogue.py:2", "called from catalogue.py:5", "imported from policies.py:2")


def test_an_exception_of_a_library_is_blamed_on_the_call(
    write: Write, refused: Refused, underlined: Underlined
) -> None:
    """ZT003 for an error inside Python's own library points at the user's call."""
    write("policies.py", "import json\né = json.loads('{')\n")
    found = refused()
    assert found.message.startswith("policy file raised `JSONDecodeError`: Expecting property name")
    assert underlined(found.primary) == "policies.py:2: json.loads('{')"
    assert found.notes == ()


@pytest.mark.parametrize("change", ["shop.name = 'x'", "shop.colour = 'x'", "del shop.name"])
def test_a_changed_declaration_is_refused_in_words(
    write: Write, refused: Refused, underlined: Underlined, change: str
) -> None:
    """ZT003 for an assignment to a declaration says what to do instead."""
    write("policies.py", f"from ztdsl import Namespace\nshop = Namespace('shop')\n{change}\n")
    found = refused()
    assert (found.code, found.message) == ("ZT003", "a declaration cannot be changed after it was made")
    assert found.help == ("give the value when it is declared, or make a new one",)
    assert underlined(found.primary).startswith("policies.py:3: ")


def test_another_frozen_value_is_not_called_a_declaration(write: Write, refused: Refused) -> None:
    """ZT003 for the user's own frozen class is an exception like any other."""
    head = "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass A:\n    x: int\n"
    write("policies.py", f"{head}A(1).x = 2\n")
    assert refused().message == "policy file raised `FrozenInstanceError`: cannot assign to field 'x'"


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        ("shop = 1\nshp\n", ("did you mean `shop`?",)),
        ("def f():\n    local = 1\n    return locl\nf()\n", ("did you mean `local`?",)),
        ("prnt(1)\n", ("did you mean `print`?",)),
        ("HttpPort(1)\n", ("import it: `from ztdsl import HttpPort`",)),
        ("date(2027, 3, 31)\n", ("import it: `from datetime import date`",)),
        ("import ztdsl\nztdsl.Polcy\n", ("did you mean `Policy`?",)),
        ("import json\njson.load_s\n", ("did you mean `loads`?",)),
        (
            "from ztdsl import Policy\nPolicy('a', owns=[]).owns.append(1)\n",
            ("the lists of a declaration are fixed once it is made: complete the list first, then give it",),
        ),
        ("raise NameError('x')\n", ()),
        ("raise AttributeError('x')\n", ()),
        ("class A:\n    def __dir__(self): 1 / 0\nA().x\n", ()),
        ("zzzzqqq\n", ()),
    ],
)
def test_near_misses_of_names_are_suggested(write: Write, refused: Refused, text: str, help_: tuple[str, ...]) -> None:
    """ZT003 for an unknown name or attribute suggests the one that was meant."""
    write("policies.py", text)
    found = refused()
    assert (found.code, found.help) == ("ZT003", help_)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("import sys\nsys.exit(3)\n", "with exit code 3"),
        ("exit()\n", "with exit code 0"),
        ("raise SystemExit(True)\n", "with exit code 1"),
        ("raise SystemExit('no\\nway')\n", "saying: no"),
        ("raise SystemExit([1])\n", "saying: [1]"),
    ],
)
def test_an_exit_is_refused_with_its_code(write: Write, refused: Refused, text: str, wish: str) -> None:
    """ZT008 for a policy file that ends the process, with what it asked for."""
    write("policies.py", text)
    found = refused()
    assert (found.code, found.message) == ("ZT008", f"policy file ended the process {wish}")


def test_an_endless_recursion_is_told_briefly(write: Write, refused: Refused, underlined: Underlined) -> None:
    """ZT003 for a recursion shows each place once."""
    write("policies.py", "def f(n):\n    return f(n + 1)\nf(0)\n")
    found = refused()
    assert "`RecursionError`" in found.message
    assert underlined(found.primary) == "policies.py:2: f(n + 1)"
    assert found.notes == ("called from policies.py:2", "called from policies.py:3")


def test_a_long_way_is_cut(write: Write, refused: Refused) -> None:
    """ZT003 names the nearest calls and counts the rest."""
    body = "".join(f"def f{n}():\n    f{n + 1}()\n" for n in range(9))
    write("policies.py", f"def f9():\n    1 / 0\n{body}f0()\n")
    assert refused().notes[-1] == "and 6 calls before that"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("class Mine(BaseException): pass\nraise Mine('mine')\n", "policy file raised `Mine`: mine"),
        ("raise GeneratorExit\n", "policy file raised `GeneratorExit`"),
        ("raise MemoryError\n", "policy file raised `MemoryError`"),
        ("raise ValueError('a\\x1b[31m\\x07b')\n", r"policy file raised `ValueError`: a\x1b[31m\x07b"),
        ("raise ValueError('\\ud800')\n", r"policy file raised `ValueError`: \ud800"),
        ("raise ValueError('x' * 1000)\n", f"policy file raised `ValueError`: {'x' * 300}..."),
        (
            "class Bad(Exception):\n    def __str__(self): raise SystemExit\nraise Bad\n",
            "policy file raised `Bad`: (its own text cannot be had: `__str__` raised `SystemExit`)",
        ),
    ],
)
def test_whatever_is_raised_is_told(write: Write, refused: Refused, text: str, message: str) -> None:
    """ZT003 for every kind of exception and every kind of text."""
    write("policies.py", text)
    found = refused()
    assert (found.code, found.message) == ("ZT003", message)


def test_further_facts_of_an_exception_become_notes(write: Write, refused: Refused) -> None:
    """ZT003 carries the further lines, the notes and the cause of an exception."""
    body = (
        "try:\n"
        "    {}['k']\n"
        "except KeyError as e:\n"
        "    error = ValueError('one\\ntwo')\n"
        "    error.add_note('three')\n"
        "    raise error from e\n"
    )
    write("policies.py", body)
    assert refused().notes == ("two", "three", "because of `KeyError`: 'k'")


def test_a_group_shows_its_first_exceptions(write: Write, refused: Refused) -> None:
    """ZT003 for a group lists three exceptions with their places and counts the rest."""
    body = (
        "errors = []\n"
        "for n in range(5):\n"
        "    try:\n"
        "        raise ValueError(n)\n"
        "    except ValueError as e:\n"
        "        errors.append(e)\n"
    )
    write("policies.py", f"{body}raise ExceptionGroup('many', errors)\n")
    found = refused()
    assert found.message == "policy file raised `ExceptionGroup`: many (5 sub-exceptions)"
    assert found.notes == (*(f"`ValueError`: {n} at policies.py:4" for n in range(3)), "and 2 more")
