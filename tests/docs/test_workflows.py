"""The workflows that pages offer for CI: what they may do, and that the one of the tutorial writes its comment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "examples" / "quickstart" / "policies.py"
_WORKFLOW: Final = re.compile(r'^```yaml title="(\.github/workflows/[^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
WORKFLOWS: Final = {
    f"{page.relative_to(ROOT)} {title}": yaml.load(text, yaml.BaseLoader)  # noqa: S506 - it makes nothing but texts, and `on` is one
    for page in sorted((ROOT / "docs").rglob("*.md"))
    for title, text in _WORKFLOW.findall(page.read_text(encoding="utf-8"))
}
COMMENT: Final = WORKFLOWS["docs/tutorial.md .github/workflows/access.yml"]


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of all its jobs."""
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_is_safe_to_copy(name: str) -> None:
    """Policies of a fork run without secrets, its rights are named, and no text of a pull request becomes a command."""
    workflow = WORKFLOWS[name]

    assert workflow["on"] == ["pull_request"]
    assert workflow["permissions"]["contents"] == "read"
    assert all("${{" not in step.get("run", "") for step in steps(workflow))
    if workflow["permissions"].get("pull-requests") == "write":
        checkouts = [each for each in steps(workflow) if each.get("uses", "").startswith("actions/checkout@")]
        assert all(each["with"]["persist-credentials"] == "false" for each in checkouts)


def git(place: Path, *words: str) -> None:
    """Run git in a directory of its own settings."""
    settings = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *settings, *words], cwd=place, check=True, capture_output=True)


def test_the_comment_of_the_tutorial(tmp_path: Path) -> None:
    """Its first line is that by which it is found again, then the report, then the commit; the job's summary has it."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    git(origin, "init")
    (origin / "policies.py").write_text(EXAMPLE.read_text())
    git(origin, "add", ".")
    git(origin, "commit", "-m", "first")
    git(tmp_path, "clone", str(origin), str(clone))
    (clone / "policies.py").write_text(EXAMPLE.read_text().replace('"POST"', '"POST", "PUT"'))
    (job,) = COMMENT["jobs"].values()
    (command,) = [step["run"] for step in steps(COMMENT) if "ztc diff" in step.get("run", "")]
    environment = {
        **job["env"],
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_BASE_REF": "main",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "COMMIT": "9cf6d59fd",
    }

    subprocess.run(["bash", "-e", "-c", command], cwd=clone, env=environment, check=True)

    written = (clone / "access.md").read_text(encoding="utf-8")
    assert written.startswith(f"{job['env']['FIRST_LINE']}\n**ztc diff** of policy `quickstart` against `origin/main`")
    assert "| **opens** | applying | `shop/orders:8080` | `web/frontend` | PUT " in written
    assert written.endswith("</details>\n\nOf commit 9cf6d59fd.\n")
    assert (tmp_path / "summary.md").read_text(encoding="utf-8") == written
