from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ztdsl.diagnostics.model import Severity
from ztdsl.traffic.mesh import ApplyMode, DataPlane, Mesh, PathNormalization

if TYPE_CHECKING:
    from tests.unit.config.conftest import Problems, Read, Underlined, Write

WHOLE = """
default_mesh = "production"
fail_on = "warning"
templates = "layouts"

[severity]
ZT401 = "error"
ZT501 = "off"
ZT301 = "info"
ZT112 = "error"

[meshes.production]
trust_domain = "prod.example.com"
trust_domain_aliases = ["cluster.local"]
federated_trust_domains = ["partner.example.org"]
root_namespace = "istio-config"
istio_version = "1.30"
data_plane = "ambient"
path_normalization = "merge-slashes"
apply = "server-side"
kube_context = "prod-eu"

[meshes.staging]
"""


def test_without_configuration_there_is_one_default_mesh(write: Write, read: Read) -> None:
    """With no file, no flag and no variable, everything is a default and says so."""
    del write
    configuration = read(environ={"ZTC_TODAY": "2027-01-01"})
    assert configuration.meshes == {"default": Mesh()}
    assert configuration.mesh == Mesh()
    assert (configuration.fail_on, configuration.strict, configuration.templates) == (Severity.ERROR, False, None)
    assert (configuration.severity, configuration.file) == ({}, None)
    assert {source for name, source in configuration.sources.items() if name != "today"} == {"default"}


def test_everything_that_a_file_may_say_is_read(write: Write, read: Read, tmp_path: Path) -> None:
    """Every key arrives, with its line as its source; what is not given is as in a plain mesh."""
    write("layouts/x.j2", "")
    file = write("ztc.toml", WHOLE)
    configuration = read()
    assert configuration.mesh == Mesh(
        "production",
        trust_domain="prod.example.com",
        trust_domain_aliases=("cluster.local",),
        federated_trust_domains=("partner.example.org",),
        root_namespace="istio-config",
        istio_version=(1, 30),
        data_plane=DataPlane.AMBIENT,
        path_normalization=PathNormalization.MERGE_SLASHES,
        apply=ApplyMode.SERVER_SIDE,
        kube_context="prod-eu",
    )
    assert configuration.meshes["staging"] == Mesh("staging")
    assert list(configuration.meshes) == ["production", "staging"]
    assert configuration.severity == {
        "ZT401": Severity.ERROR,
        "ZT501": None,
        "ZT301": Severity.INFO,
        "ZT112": Severity.ERROR,
    }
    assert configuration.templates == tmp_path / "layouts"
    assert configuration.fail_on is Severity.WARNING
    assert configuration.file == file
    assert configuration.sources["mesh"] == "ztc.toml:2"
    assert configuration.sources["meshes.production.trust_domain"] == "ztc.toml:13"
    assert configuration.sources["severity.ZT501"] == "ztc.toml:8"


def test_a_flag_beats_the_environment_which_beats_the_file(write: Write, read: Read) -> None:
    """The order of precedence holds for each setting, and the source tells which it was."""
    write("layouts/x.j2", "")
    write("ztc.toml", WHOLE)
    variables = {"ZTC_MESH": "staging", "ZTC_ISTIO_VERSION": "1.28", "ZTC_FAIL_ON": "info"}
    configuration = read(environ=variables)
    assert (configuration.mesh.name, configuration.mesh.istio_version) == ("staging", (1, 28))
    assert configuration.fail_on is Severity.INFO
    assert configuration.sources["mesh"] == "ZTC_MESH"
    assert configuration.sources["meshes.staging.istio_version"] == "ZTC_ISTIO_VERSION"
    configuration = read(environ=variables, mesh="production", istio_version="1.29", fail_on="never")
    assert (configuration.mesh.name, configuration.mesh.istio_version) == ("production", (1, 29))
    assert configuration.fail_on is None
    assert configuration.sources["mesh"] == "flag --mesh"
    assert configuration.sources["meshes.production.istio_version"] == "flag --istio-version"
    assert configuration.meshes["production"].istio_version == (1, 30)


def test_an_empty_variable_is_not_set(read: Read) -> None:
    """`ZTC_MESH=` in a CI file leaves the choice to the file."""
    assert read(environ={"ZTC_MESH": "", "ZTC_STRICT": "", "ZTC_CONFIG": "", "ZTC_TODAY": ""}).mesh.name == "default"


@pytest.mark.parametrize(
    ("file", "variables", "flags", "limit"),
    [
        ("strict = true", {}, {}, Severity.WARNING),
        ("strict = true\nfail_on = 'never'", {}, {}, Severity.WARNING),
        ("strict = true\nfail_on = 'info'", {}, {}, Severity.INFO),
        ("strict = true", {"ZTC_FAIL_ON": "error"}, {}, Severity.ERROR),
        ("fail_on = 'never'", {"ZTC_STRICT": "1"}, {}, Severity.WARNING),
        ("strict = true", {"ZTC_STRICT": "off"}, {}, Severity.ERROR),
        ("strict = true", {}, {"strict": False}, Severity.WARNING),
        ("", {"ZTC_FAIL_ON": "never"}, {"strict": True}, Severity.WARNING),
    ],
)
def test_strict_is_worked_into_the_threshold(
    *, write: Write, read: Read, file: str, variables: dict[str, str], flags: dict[str, bool], limit: Severity
) -> None:
    """`strict` makes warnings fail unless something of higher rank names another severity."""
    write("ztc.toml", file)
    assert read(environ=variables, strict=flags.get("strict")).fail_on is limit


@pytest.mark.parametrize(
    ("variables", "flags", "today", "source"),
    [
        ({"SOURCE_DATE_EPOCH": "1798761600"}, {}, date(2027, 1, 1), "SOURCE_DATE_EPOCH"),
        ({"SOURCE_DATE_EPOCH": "0", "ZTC_TODAY": "2027-02-03"}, {}, date(2027, 2, 3), "ZTC_TODAY"),
        ({"ZTC_TODAY": "2027-02-03"}, {"today": "2028-02-29"}, date(2028, 2, 29), "flag --today"),
    ],
)
def test_today_is_an_input(
    read: Read, variables: dict[str, str], flags: dict[str, str], today: date, source: str
) -> None:
    """The flag, then `ZTC_TODAY`, then `SOURCE_DATE_EPOCH` give the date."""
    configuration = read(environ=variables, today=flags.get("today"))
    assert (configuration.today, configuration.sources["today"]) == (today, source)


def test_without_an_input_today_is_the_clocks(read: Read) -> None:
    """The clock is the last resort, and named as the source."""
    assert read().sources["today"] == "the clock"


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"ZTC_TODAY": "2027-02-30"}, "ZTC_TODAY must be a date such as `2027-03-31`; not `2027-02-30`"),
        ({"ZTC_TODAY": "20270203"}, "ZTC_TODAY must be a date such as `2027-03-31`; not `20270203`"),
        ({"SOURCE_DATE_EPOCH": "now"}, "SOURCE_DATE_EPOCH must be a number of seconds since 1970; not `now`"),
        (
            {"SOURCE_DATE_EPOCH": "9" * 30},
            f"SOURCE_DATE_EPOCH must be a number of seconds since 1970; not `{'9' * 30}`",
        ),
        ({"ZTC_STRICT": "maybe"}, "ZTC_STRICT must be `true` or `false`; not `maybe`"),
        ({"ZTC_FAIL_ON": "x"}, "ZTC_FAIL_ON must be one of `error`, `warning`, `info`, `never`; not `x`"),
        ({"ZTC_ISTIO_VERSION": "v1.30"}, "ZTC_ISTIO_VERSION must be a version such as `1.30`; not `v1.30`"),
        ({"ZTC_TEMPLATES": "gone"}, "no directory of templates is at `gone`"),
        ({"ZTC_TEMPLATES": "a\0b"}, "no directory of templates is at `a\0b`"),
    ],
)
def test_a_variable_that_does_not_fit_is_named(problems: Problems, variables: dict[str, str], message: str) -> None:
    """ZT010 names the variable, what it takes and what it holds."""
    (found,) = problems(environ=variables)
    assert (found.code, found.message, found.primary) == ("ZT010", message, None)


def test_templates_of_a_file_are_relative_to_it(
    write: Write, problems: Problems, underlined: Underlined, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A directory of templates stands beside the file that names it, wherever `ztc` runs; a missing one is shown."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    write("elsewhere/x/a.j2", "")
    write("ztc.toml", "templates = 'x'\n")
    (found,) = problems()
    assert found.message == "no directory of templates is at `x`"
    assert underlined(found.primary) == "ztc.toml:1: 'x'"


PROGRAM = """
import sys
from pathlib import Path
from ztdsl.config import read_configuration
read_configuration(Path("policies.py"), flags={}, environ={})
print(sorted({"pydantic", "tomllib"} & set(sys.modules)))
"""


@pytest.mark.parametrize(
    ("file", "text", "loaded"),
    [
        ("pyproject.toml", "[project]\n", "[]"),
        ("pyproject.toml", "[project]\ndependencies = ['ztc']\n", "['tomllib']"),
        ("ztc.toml", "# nothing yet\n", "['tomllib']"),
        ("ztc.toml", "strict = true\n", "['pydantic', 'tomllib']"),
    ],
)
def test_a_build_without_settings_does_not_pay_for_them(
    write: Write, tmp_path: Path, file: str, text: str, loaded: str
) -> None:
    """A file without settings loads no pydantic, and no parser where it cannot have any."""
    write(file, text)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"{loaded}\n"
