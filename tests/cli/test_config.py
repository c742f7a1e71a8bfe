"""`ztc config`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ztc

FILE = """\
default_mesh = "staging"
fail_on = "warning"

[meshes.staging]
trust_domain = "staging.example.org"

[meshes.production]
trust_domain = "example.org"
"""


@pytest.fixture
def configured(good: Path) -> Path:
    """A policy with a configuration beside it."""
    (good.parent / "ztc.toml").write_text(FILE)
    return good


def settings(text: str) -> dict[str, tuple[str, str]]:
    """Value and source of each setting in a JSON output."""
    return {each["name"]: (each["value"], each["source"]) for each in json.loads(text)["settings"]}


def test_each_setting_has_its_source(configured: Path, ztc: Ztc) -> None:
    """A flag beats the environment, which beats the file, which beats the default."""
    ended = ztc(
        "config",
        configured,
        "-o",
        "json",
        "--mesh",
        "production",
        env={"ZTC_MESH": "staging", "ZTC_TODAY": "2026-11-24"},
    )
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)["schema"] == "ztdsl/settings/v1"
    found = settings(ended.out)
    assert found["mesh"] == ("production", "flag --mesh")
    assert found["today"] == ("2026-11-24", "ZTC_TODAY")
    assert found["fail_on"] == ("warning", "ztc.toml:2")
    assert found["meshes.production.trust_domain"] == ("example.org", "ztc.toml:8")
    assert found["meshes.production.root_namespace"] == ("istio-system", "default")


def test_people_get_a_table(configured: Path, ztc: Ztc) -> None:
    """Three columns with a heading."""
    lines = ztc("config", configured).out.splitlines()
    assert lines[0].split() == ["SETTING", "VALUE", "SOURCE"]
    assert lines[1].split() == ["mesh", "staging", "ztc.toml:1"]


def test_the_threshold_of_the_file_counts(configured: Path, ztc: Ztc) -> None:
    """`fail_on` in the configuration decides where no flag says otherwise."""
    weak = 'HttpPort(8080, mtls=Permissive(because="a batch host has no sidecar", until=date(2020, 1, 31)))'
    configured.write_text(configured.read_text().replace("HttpPort(8080)", weak))
    assert ztc("check", configured).code == 1
    assert ztc("check", configured, "--fail-on", "error").code == 0


def test_the_mesh_decides_about_manifests(configured: Path, ztc: Ztc) -> None:
    """One policy renders for each mesh with that mesh's identities."""
    assert "staging.example.org/ns/web/sa/frontend" in ztc("build", configured).out
    assert "[example.org/ns/web/sa/frontend]" in ztc("build", configured, "--mesh", "production").out


def test_an_unknown_mesh_is_refused(configured: Path, ztc: Ztc) -> None:
    """The message has a code and the near miss; the exit code is 2."""
    ended = ztc("build", configured, "--mesh", "prodution")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error[ZT011]: ")
    assert "production" in ended.err


def test_an_unknown_key_is_refused(configured: Path, ztc: Ztc) -> None:
    """It is shown with its line; the exit code is 2, and `check` puts it into its report."""
    (configured.parent / "ztc.toml").write_text(FILE.replace("fail_on", "fail_onn"))
    for command in ("config", "build"):
        ended = ztc(command, configured)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith("error[ZT010]: ")
        assert "ztc.toml:2" in ended.err
    ended = ztc("check", configured, "-o", "concise")
    assert (ended.code, ended.err) == (2, "")
    assert "ZT010" in ended.out
