"""`ztc check -f`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ztdsl.api import check_manifests

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ztc

FORMATS = ("text", "concise", "json", "sarif", "junit", "github", "markdown")
POLICY = """apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: orders, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  action: ALLOW
  rules:
  - from:
    - source:
        principals: [cluster.local/ns/web/sa/frontend]
    to:
    - operation:
        methods: [METHOD]
"""
GOOD = POLICY.replace("METHOD", "GET")
BAD = POLICY.replace("METHOD", "get")
CONFIG_MAP = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n"

LOGGING = """apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: logging, namespace: shop}
spec:
  accessLogging:
  - providers: [{name: ztc}]
    match: {mode: SERVER}
"""


@pytest.fixture
def manifests(tmp_path: Path) -> Path:
    """A directory with a file that is clean and one that has a warning (ZT338)."""
    place = tmp_path / "manifests"
    place.mkdir()
    (place / "bad.yaml").write_text(BAD)
    (place / "good.yml").write_text(GOOD.replace("name: orders", "name: other") + CONFIG_MAP)
    return place


def test_clean_manifests_are_ok(tmp_path: Path, ztc: Ztc) -> None:
    """The report is one line; -q says nothing."""
    (tmp_path / "m.yaml").write_text(GOOD)

    ended = ztc("check", "-f", "m.yaml")

    assert (ended.code, ended.out, ended.err) == (0, "ok: no findings\n", "")
    assert ztc("check", "-f", "m.yaml", "-q").out == ""


@pytest.mark.parametrize("output", FORMATS)
def test_every_format_has_the_finding(output: str, manifests: Path, ztc: Ztc) -> None:
    """Findings of manifests are written as those of policies are, in their files and lines."""
    ended = ztc("check", "-f", manifests, "-o", output, "-q")

    assert (ended.code, ended.err) == (0, "")
    assert "ZT338" in ended.out
    assert "bad.yaml" in ended.out


def test_other_kinds_are_counted(manifests: Path, ztc: Ztc) -> None:
    """What is passed over is said on stderr, and not with -q."""
    assert ztc("check", "-f", manifests).err == "skipped: 1 ConfigMap\n"


def test_access_logs_are_held_against_their_schema(tmp_path: Path, ztc: Ztc) -> None:
    """A Telemetry decides nothing, and a mistake in one costs the record of decisions."""
    (tmp_path / "logs.yaml").write_text(LOGGING)
    (tmp_path / "bad.yaml").write_text(LOGGING.replace("SERVER", "SRVR"))
    (tmp_path / "twice.yaml").write_text(f"{LOGGING}---\n{LOGGING}")

    good = ztc("check", "-f", tmp_path / "logs.yaml")
    assert (good.code, good.out, good.err) == (0, "ok: no findings\n", "")
    assert "ZT040" in ztc("check", "-f", tmp_path / "bad.yaml").out
    assert "ZT028" in ztc("check", "-f", tmp_path / "twice.yaml").out
    assert check_manifests([str(tmp_path / "logs.yaml")]).objects == 1


def test_stdin_and_several_paths(manifests: Path, ztc: Ztc) -> None:
    """`-` is stdin, and -f may be given several times."""
    piped = ztc("check", "-f", "-", stdin=BAD)
    several = ztc("check", "-f", manifests / "good.yml", "-f", manifests / "bad.yaml", "-o", "json")

    assert "<stdin>" in piped.out
    assert "ZT338" in piped.out
    assert [finding["code"] for finding in json.loads(several.out)["findings"]] == ["ZT338"]


@pytest.mark.parametrize(("flags", "code"), [((), 0), (("--strict",), 1), (("--fail-on", "never"), 0)])
def test_thresholds(flags: tuple[str, ...], code: int, manifests: Path, ztc: Ztc) -> None:
    """A warning fails with --strict."""
    assert ztc("check", "-f", manifests, *flags).code == code


def test_what_a_cluster_refuses_is_a_finding(tmp_path: Path, ztc: Ztc) -> None:
    """The exit code is 1; what the objects mean together is not looked at, and stderr says so unless -q."""
    refused = BAD.replace("action: ALLOW", "action: allow").replace("name: orders", "name: refused")
    (tmp_path / "m.yaml").write_text(f"{refused}---\n{BAD}")

    ended = ztc("check", "-f", "m.yaml", "-o", "json")

    assert ended.code == 1
    assert [finding["code"] for finding in json.loads(ended.out)["findings"]] == ["ZT040", "ZT338"]
    assert ended.err == "note: checks of what the objects mean together wait until these errors are put right\n"
    assert ztc("check", "-f", "m.yaml", "-q").err == ""


def test_nothing_to_check_is_a_warning(tmp_path: Path, ztc: Ztc) -> None:
    """Files without Istio's kinds are said to be such, and --require-match fails."""
    (tmp_path / "m.yaml").write_text(CONFIG_MAP)

    assert "ZT026" in ztc("check", "-f", "m.yaml").out
    assert [ztc("check", "-f", "m.yaml", *flags).code for flags in ((), ("--require-match",))] == [0, 1]


def test_a_comment_accepts_a_finding(manifests: Path, ztc: Ztc) -> None:
    """On the line or above it, with a reason; accepted findings are counted."""
    file = manifests / "bad.yaml"
    file.write_text(BAD.replace("[get]", "[get] # zt: accept[ZT338] a proxy of our own sends it"))

    ended = ztc("check", "-f", file, "--strict")

    assert (ended.code, ended.out) == (0, "ok: no findings, 1 accepted\n")


def test_a_comment_without_a_finding_is_one(manifests: Path, ztc: Ztc) -> None:
    """As in policies, an acceptance that accepts nothing is reported."""
    file = manifests / "good.yml"
    file.write_text("# zt: accept[ZT338] there was one\n" + GOOD)

    assert "ZT016" in ztc("check", "-f", file).out


def test_severities_of_the_configuration_count(manifests: Path, tmp_path: Path, ztc: Ztc) -> None:
    """A warning that is turned off is gone."""
    (tmp_path / "ztc.toml").write_text('[severity]\nZT338 = "off"\n')

    assert ztc("check", "-f", manifests, "--strict").out == "ok: no findings\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "-f"),
        (("policies.py", "-f", "m.yaml"), "leave one out"),
        (("policies.py", "--workloads", "w.yaml"), "--workloads is for manifests"),
        (("-f", ""), "is empty"),
    ],
)
def test_contradictions_are_usage(words: tuple[str, ...], said: str, ztc: Ztc) -> None:
    """A policy and manifests exclude each other, and one of them is needed."""
    ended = ztc("check", *words)

    assert ended.code == 2
    assert said in ended.err


def test_the_library_says_the_same(manifests: Path, ztc: Ztc) -> None:
    """The function of the library returns what the command reports."""
    checked = check_manifests([str(manifests)])
    shown = json.loads(ztc("check", "-f", manifests, "-o", "json").out)

    assert [each.code for each in checked.report.findings] == [each["code"] for each in shown["findings"]]
    assert (checked.objects, dict(checked.skipped), checked.is_read) == (2, {"ConfigMap": 1}, True)
