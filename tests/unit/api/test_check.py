"""`check_policy` and `read_settings`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.unit.api.policies import bad, good
from ztdsl import check_policy, read_settings
from ztdsl.load import LoadFailure

TODAY = date(2026, 11, 24)


def test_findings_are_the_result(tmp_path: Path) -> None:
    """A check says what is wrong and how many rules it looked at."""
    check = check_policy(bad(tmp_path), today=TODAY)
    assert [each.code for each in check.report.findings] == ["ZT106"]
    assert (check.report.policy, check.report.rules) == ("shop-orders", 3)
    assert check_policy(good(tmp_path), today=TODAY).report.findings == ()


def test_settings_come_from_the_configuration_beside_the_policy(tmp_path: Path) -> None:
    """The file is found from the policy, not from the working directory."""
    (tmp_path / "ztc.toml").write_text('[meshes.prod]\ntrust_domain = "prod.example"\n', encoding="utf-8")
    check = check_policy(good(tmp_path), today=TODAY)
    assert check.configuration.mesh.trust_domain == "prod.example"
    assert read_settings(tmp_path / "policies.py").mesh == check.configuration.mesh
    assert check.configuration.today == TODAY


def test_a_severity_of_the_configuration_moves_a_warning_and_no_error(tmp_path: Path) -> None:
    """Errors stay errors; a warning can be switched off."""
    (tmp_path / "ztc.toml").write_text('[severity]\nZT401 = "off"\n', encoding="utf-8")
    assert check_policy(good(tmp_path), today=date(2030, 1, 1)).report.findings == ()
    (tmp_path / "ztc.toml").write_text('[severity]\nZT401 = "error"\n', encoding="utf-8")
    assert check_policy(good(tmp_path), today=date(2030, 1, 1)).report.has_errors


def test_a_finding_can_be_accepted_on_its_line(tmp_path: Path) -> None:
    """An accepted warning is counted and no longer a finding."""
    file = good(tmp_path)
    text = file.read_text(encoding="utf-8").replace(
        "until=date(2027, 1, 31)))", "until=date(2027, 1, 31)))  # zt: accept[ZT401] the host is gone soon"
    )
    file.write_text(text, encoding="utf-8")
    report = check_policy(file, today=date(2030, 1, 1)).report
    assert report.findings == ()
    assert [each.reason for each in report.accepted] == ["the host is gone soon"]


def test_a_file_that_does_not_load_is_a_failure(tmp_path: Path) -> None:
    """There is no report where there is no policy; the failure carries its finding."""
    file = tmp_path / "policies.py"
    file.write_text("policy = nothing\n", encoding="utf-8")
    with pytest.raises(LoadFailure) as caught:
        check_policy(file, today=TODAY)
    assert len(caught.value.diagnostics) == 1
