from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ztdsl.dsl.policy import Policy
from ztdsl.load import Loaded, LoadFailure, load, load_policy_object, target_file

if TYPE_CHECKING:
    from tests.unit.load.conftest import Write

CATALOGUE = "from ztdsl import HttpPort, Namespace\napi = HttpPort({port})\nshop = Namespace('shop')\n"
POLICIES = "from ztdsl import Policy\nfrom catalogue import api, shop\npolicy = Policy('shop', owns=[shop])\n"


def test_policy_files_variables_and_modules_are_returned(write: Write, tmp_path: Path) -> None:
    """A load names the policy, every file under the root (its own first), and each declaration's variable."""
    write("policies.py", POLICIES.replace("api,", "api as endpoint,"))
    write("catalogue.py", CATALOGUE.format(port=8080))
    loaded = load("policies.py", cwd=tmp_path)
    assert loaded.policy.name == "shop"
    assert loaded.file == tmp_path / "policies.py"
    assert loaded.root == tmp_path
    assert loaded.files == (tmp_path / "policies.py", tmp_path / "catalogue.py")
    assert set(loaded.modules) == {"policies", "catalogue"}
    catalogue = loaded.modules["catalogue"]
    assert loaded.variables[id(catalogue.api)] == "api"
    assert loaded.variables[id(loaded.policy)] == "policy"


def test_two_revisions_share_nothing(write: Write, tmp_path: Path) -> None:
    """Two loads of a catalogue with the same path, size and time see each its own text."""
    write("policies.py", POLICIES)
    file = write("catalogue.py", CATALOGUE.format(port=8080))
    os.utime(file, (1_700_000_000, 1_700_000_000))
    old = load("policies.py", cwd=tmp_path)
    write("catalogue.py", CATALOGUE.format(port=9090))
    os.utime(file, (1_700_000_000, 1_700_000_000))
    new = load("policies.py", cwd=tmp_path)
    assert old.modules["catalogue"].api.container == 8080
    assert new.modules["catalogue"].api.container == 9090
    assert old.policy is not new.policy
    assert not list(tmp_path.rglob("__pycache__"))


def test_stale_bytecode_is_not_used(write: Write, tmp_path: Path) -> None:
    """Bytecode that another Python run left beside the catalogue has no say, though its time and size fit."""
    write("policies.py", POLICIES)
    file = write("catalogue.py", CATALOGUE.format(port=8080))
    os.utime(file, (1_700_000_000, 1_700_000_000))
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{tmp_path}"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([sys.executable, "-c", "import catalogue"], env=environment, cwd="/", check=True)
    assert list(tmp_path.rglob("catalogue*.pyc"))
    write("catalogue.py", CATALOGUE.format(port=9090))
    os.utime(file, (1_700_000_000, 1_700_000_000))
    assert load("policies.py", cwd=tmp_path).modules["catalogue"].api.container == 9090


def test_a_policy_file_may_load_another(write: Write, tmp_path: Path) -> None:
    """A load inside a load has a module table of its own, also for modules of the same names."""
    write(
        "a/policies.py", "from ztdsl.load import load\nimport shared\nother = load('b/policies.py', cwd=BASE).policy\n"
    )
    inner = write("b/policies.py", "from ztdsl import Policy\nimport shared\npolicy = Policy(shared.NAME)\n")
    write("a/shared.py", "NAME = 'outer'\n")
    write("b/shared.py", "NAME = 'inner'\n")
    outer = tmp_path / "a/policies.py"
    outer.write_text(outer.read_text().replace("BASE", repr(str(tmp_path))) + "assert shared.NAME == 'outer'\n")
    assert load(outer).policy.name == "inner"
    assert load(inner).policy.name == "inner"


def test_a_policy_object_needs_no_load() -> None:
    """A program that holds a policy gets its file from where it was made, and no files that were loaded."""
    loaded = load_policy_object(Policy("shop"))
    assert loaded.file == Path(__file__)
    assert loaded.files == ()


def test_target_file_is_absolute_without_the_variable(tmp_path: Path) -> None:
    """The file of a target is known without loading it."""
    assert target_file("policies.py:other", cwd=tmp_path) == tmp_path / "policies.py"


def test_text_of_a_failure_names_its_code(write: Write, tmp_path: Path) -> None:
    """A traceback in a program that uses the library shows code and message."""
    write("policies.py", "")
    with pytest.raises(LoadFailure, match=r"ZT005: `.*policies\.py` is empty"):
        load("policies.py", cwd=tmp_path)


def test_the_exception_of_the_policy_file_is_the_cause(write: Write, tmp_path: Path) -> None:
    """A failure keeps what was raised, so that a debugging caller can print all of it."""
    write("policies.py", "1 / 0\n")
    with pytest.raises(LoadFailure) as caught:
        load("policies.py", cwd=tmp_path)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_failed_load_leaves_sys_as_it_was(write: Write, tmp_path: Path) -> None:
    """After a failure path, finders and modules are those from before."""
    write("policies.py", "import catalogue, sys\nsys.path.append('/nowhere')\n1 / 0\n")
    write("catalogue.py", "")
    before = (list(sys.path), list(sys.meta_path), set(sys.modules))
    with pytest.raises(LoadFailure):
        load("policies.py", cwd=tmp_path)
    after = (list(sys.path), list(sys.meta_path), {n for n in sys.modules if not n.startswith("ztdsl.")})
    assert after[:2] == before[:2]
    assert after[2] <= before[2]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_arbitrary_bytes_load_or_give_one_diagnostic(tmp_path: Path, data: bytes) -> None:
    """No content of a policy file gives anything but a policy or exactly one diagnostic."""
    file = tmp_path / "policies.py"
    file.write_bytes(data)
    try:
        assert isinstance(load(file), Loaded)
    except LoadFailure as failure:
        assert len(failure.diagnostics) == 1  # noqa: PT017 - both outcomes are right


LOOP = """
import pathlib, time
def wait():
    while True: pathlib.Path({flag!r}).touch(); time.sleep(0.01)
wait()
"""
PROGRAM = """
import sys
from ztdsl.load import load
try:
    load("policies.py")
except KeyboardInterrupt as interrupt:
    print(interrupt.__notes__)
"""


def test_ctrl_c_passes_through_with_the_line(write: Write, tmp_path: Path) -> None:
    """Ctrl-C in an endless loop stays a KeyboardInterrupt that notes the user's innermost line."""
    flag = tmp_path / "started"
    write("policies.py", LOOP.format(flag=str(flag)))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 30
    while not flag.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert output == "['while loading policies.py:4']\n"
