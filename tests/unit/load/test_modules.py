from __future__ import annotations

import os
import subprocess
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ztdsl.load import load

if TYPE_CHECKING:
    from tests.unit.load.conftest import Write


def test_the_policy_file_is_the_same_module_for_those_who_import_it(write: Write, tmp_path: Path) -> None:
    """A module that imports the policy file meets the same objects, not a second execution."""
    write(
        "policies.py",
        "from ztdsl import Namespace, Policy\nshop = Namespace('shop')\nimport rest\npolicy = rest.policy\n",
    )
    write("rest.py", "from ztdsl import Policy\nfrom policies import shop\npolicy = Policy('p', owns=[shop])\n")
    loaded = load("policies.py", cwd=tmp_path)
    assert loaded.policy.owns[0] is loaded.modules["policies"].shop


def test_modules_of_the_process_are_set_aside_and_restored(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that the process had under the same name is neither seen by the load nor lost."""
    mine = types.ModuleType("catalogue")
    child = types.ModuleType("catalogue.child")
    monkeypatch.setitem(sys.modules, "catalogue", mine)
    monkeypatch.setitem(sys.modules, "catalogue.child", child)
    write("policies.py", "import catalogue\nfrom ztdsl import Policy\npolicy = Policy(catalogue.NAME)\n")
    write("catalogue.py", "NAME = 'fresh'\n")
    assert load("policies.py", cwd=tmp_path).policy.name == "fresh"
    assert sys.modules["catalogue"] is mine
    assert sys.modules["catalogue.child"] is child


def test_the_root_of_a_policy_in_a_package_is_above_it(write: Write, tmp_path: Path) -> None:
    """A policy file in a package imports its siblings relatively and the package by its full name."""
    write("teams/__init__.py", "")
    write("teams/shop/__init__.py", "OWNER = 'shop team'\n")
    write("teams/shop/names.py", "NAME = 'shop'\n")
    imports = "from ztdsl import Policy\nfrom .names import NAME\nfrom teams.shop import OWNER\n"
    file = write("teams/shop/policies.py", f"{imports}policy = Policy(NAME, owner=OWNER)\n")
    loaded = load(file)
    assert (loaded.root, loaded.policy.owner) == (tmp_path, "shop team")
    assert loaded.files[0] == file
    assert {f.name for f in loaded.files} == {"policies.py", "names.py", "__init__.py"}


def test_a_package_itself_can_be_the_policy_file(write: Write) -> None:
    """The `__init__.py` of a package is loaded as the package."""
    file = write("shop/__init__.py", "from ztdsl import Policy\nfrom .names import NAME\npolicy = Policy(NAME)\n")
    write("shop/names.py", "NAME = 'shop'\n")
    assert load(file).policy.name == "shop"
    assert "shop" not in sys.modules


def test_directories_without_init_are_namespace_packages(write: Write, tmp_path: Path) -> None:
    """A directory without `__init__.py` is imported, and forgotten after the load."""
    write("policies.py", "from teams.shop.names import NAME\nfrom ztdsl import Policy\npolicy = Policy(NAME)\n")
    write("teams/shop/names.py", "NAME = 'one'\n")
    assert load("policies.py", cwd=tmp_path).policy.name == "one"
    assert not [name for name in sys.modules if name.partition(".")[0] == "teams"]
    write("teams/shop/names.py", "NAME = 'two'\n")
    loaded = load("policies.py", cwd=tmp_path)
    assert loaded.policy.name == "two"
    assert tmp_path / "teams/shop/names.py" in loaded.files


def test_a_directory_of_data_does_not_hide_an_installed_module(write: Write, tmp_path: Path) -> None:
    """A directory `yaml` full of YAML files beside the policy leaves `import yaml` alone."""
    write("yaml/values.yaml", "a: 1\n")
    write("policies.py", "import yaml\nfrom ztdsl import Policy\npolicy = Policy(yaml.safe_load('shop'))\n")
    assert load("policies.py", cwd=tmp_path).policy.name == "shop"


@pytest.mark.parametrize("name", ["types.py", "calendar.py", "ztdsl.py", "platform/policies.py", "yaml.py", "re.py"])
def test_a_policy_named_like_another_module_breaks_nobody(write: Write, name: str) -> None:
    """A policy file or its package may have the name of a module of Python, of ztdsl or of an installed one."""
    if "/" in name:
        write(f"{name.partition('/')[0]}/__init__.py", "")
    text = "import email.utils, http.cookiejar, inspect, platform\nfrom ztdsl import Policy\nplatform.system()\n"
    file = write(name, f"{text}policy = Policy('shop')\n")
    before = {module: sys.modules.get(module) for module in ("types", "calendar", "ztdsl", "platform", "yaml", "re")}
    assert load(file).policy.name == "shop"
    assert all(sys.modules.get(module) is known for module, known in before.items() if known is not None)


def test_a_helper_named_like_a_module_of_python_hides_nothing(write: Write, tmp_path: Path) -> None:
    """With a `calendar.py` in the root, Python's own `calendar` is what a fresh process imports."""
    write("calendar.py", "raise SystemExit('the wrong one')\n")
    write("policies.py", "import calendar\nfrom ztdsl import Policy\npolicy = Policy(calendar.month_name[1].lower())\n")
    program = (
        "from ztdsl.load import load; import sys; assert 'calendar' not in sys.modules\n"
        "print(load(sys.argv[1]).policy.name)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", program, str(tmp_path / "policies.py")]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (result.stdout, result.stderr) == ("january\n", "")


def test_what_the_policy_puts_on_the_path_is_loaded_afresh(write: Write, tmp_path: Path) -> None:
    """A directory below the root that the policy file adds to `sys.path` belongs to the load as well."""
    policies = (
        "import sys, os\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))\nfrom names import NAME\n"
    )
    write("policies.py", f"{policies}from ztdsl import Policy\npolicy = Policy(NAME)\n")
    write("lib/names.py", "NAME = 'one'\n")
    assert load("policies.py", cwd=tmp_path).policy.name == "one"
    write("lib/names.py", "NAME = 'two'\n")
    loaded = load("policies.py", cwd=tmp_path)
    assert loaded.policy.name == "two"
    assert tmp_path / "lib/names.py" in loaded.files
    assert str(tmp_path / "lib") not in sys.path


def test_packages_installed_below_the_root_are_not_the_users(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A virtual environment below the root keeps its modules in the process, as installed code does."""
    write(".venv/lib/site-packages/tool_for_test/__init__.py", "from tool_for_test import part\n")
    write(".venv/lib/site-packages/tool_for_test/part.py", "")
    monkeypatch.syspath_prepend(str(tmp_path / ".venv/lib/site-packages"))
    write("policies.py", "import tool_for_test\nfrom ztdsl import Policy\npolicy = Policy('shop')\n")
    loaded = load("policies.py", cwd=tmp_path)
    assert set(loaded.modules) == {"policies"}
    assert {"tool_for_test", "tool_for_test.part"} <= set(sys.modules)
    monkeypatch.delitem(sys.modules, "tool_for_test")
    monkeypatch.delitem(sys.modules, "tool_for_test.part")


@pytest.mark.parametrize("name", ["my-policies.py", "policies.v2.py", "policies", "2027.py"])
def test_any_file_name_will_do(write: Write, name: str) -> None:
    """A policy file whose name no import statement can spell is loaded all the same."""
    text = "from __future__ import annotations\nfrom dataclasses import dataclass\nfrom ztdsl import Policy\n"
    file = write(name, text + "@dataclass\nclass Row:\n    name: str\npolicy = Policy(Row('shop').name)\n")
    assert load(file).policy.name == "shop"
