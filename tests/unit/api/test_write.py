"""`write_manifests`: a directory that holds exactly what a policy says, and nobody else's files."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import yaml

from tests.unit.api.policies import bad, good
from ztdsl import build_manifests, write_manifests
from ztdsl.api import Build, OutputRefused
from ztdsl.api.write import INVENTORY
from ztdsl.istio.document import document

TODAY = date(2026, 11, 24)


def _built(directory: Path) -> Build:
    return build_manifests(good(directory), today=TODAY)


def _names(paths: tuple[Path, ...]) -> list[str]:
    return [path.name for path in paths]


def test_each_namespace_is_a_file(tmp_path: Path) -> None:
    """All files together hold every manifest once."""
    build = _built(tmp_path)
    written = write_manifests(build, tmp_path / "out")
    assert _names(written.written) == ["shop.yaml", "web.yaml"]
    assert build.manifests is not None
    found = [each for path in written.written for each in yaml.safe_load_all(path.read_text(encoding="utf-8"))]
    assert sorted(map(str, found)) == sorted(str(document(each)) for each in build.manifests)


def test_writing_again_touches_nothing(tmp_path: Path) -> None:
    """Unchanged files keep their time stamps."""
    write_manifests(_built(tmp_path), tmp_path / "out")
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    again = write_manifests(_built(tmp_path), tmp_path / "out")
    assert (again.written, again.removed, _names(again.unchanged)) == ((), (), ["shop.yaml", "web.yaml"])
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()} == before


def test_the_file_of_a_namespace_that_is_gone_is_removed(tmp_path: Path) -> None:
    """What a policy no longer owns does not stay behind."""
    write_manifests(_built(tmp_path), tmp_path / "out")
    file = good(tmp_path)
    text = (
        file.read_text(encoding="utf-8")
        .replace("owns=[web, shop]", "owns=[shop]")
        .replace("services=[frontend, ", "services=[")
    )
    file.write_text("\n".join(line for line in text.splitlines() if "allow(Anyone" not in line), encoding="utf-8")
    written = write_manifests(build_manifests(file, today=TODAY), tmp_path / "out")
    assert _names(written.removed) == ["web.yaml"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(["shop.yaml", INVENTORY])


def test_files_of_others_stay(tmp_path: Path) -> None:
    """A file that no namespace asks for is none of our business."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "kustomization.yaml").write_text("a: b\n", encoding="utf-8")
    write_manifests(_built(tmp_path), tmp_path / "out")
    assert (tmp_path / "out" / "kustomization.yaml").read_text(encoding="utf-8") == "a: b\n"


@pytest.mark.parametrize("what", ["foreign", "changed", "link", "directory", "inventory"])
def test_what_is_not_ours_is_never_overwritten(tmp_path: Path, what: str) -> None:
    """Nothing at all is written where one file is in the way."""
    out = tmp_path / "out"
    build = _built(tmp_path)
    if what == "changed":
        write_manifests(build, out)
        (out / "shop.yaml").write_text("edited: true\n", encoding="utf-8")
    else:
        out.mkdir()
    if what == "foreign":
        (out / "shop.yaml").write_text("a: b\n", encoding="utf-8")
    elif what == "link":
        (out / "shop.yaml").symlink_to(tmp_path / "policies.py")
    elif what == "directory":
        (out / "shop.yaml").mkdir()
    elif what == "inventory":
        (out / INVENTORY).write_text("[]", encoding="utf-8")
    before = sorted((path.name, path.read_bytes() if path.is_file() else b"") for path in out.iterdir())
    with pytest.raises(OutputRefused) as caught:
        write_manifests(build, out)
    assert {each.code for each in caught.value.diagnostics} == {"ZT014"}
    assert sorted((path.name, path.read_bytes() if path.is_file() else b"") for path in out.iterdir()) == before


def test_an_inventory_cannot_lead_out_of_the_directory(tmp_path: Path) -> None:
    """A name with a slash in an inventory is refused, so that no file elsewhere is removed."""
    out = tmp_path / "out"
    build = _built(tmp_path)
    write_manifests(build, out)
    inventory = json.loads((out / INVENTORY).read_text(encoding="utf-8"))
    inventory["files"]["../policies.py"] = ["0"]
    (out / INVENTORY).write_text(json.dumps(inventory), encoding="utf-8")
    with pytest.raises(OutputRefused):
        write_manifests(build, out)
    assert (tmp_path / "policies.py").exists()


def test_a_policy_with_errors_writes_nothing(tmp_path: Path) -> None:
    """There is not even a directory."""
    with pytest.raises(ValueError, match="has errors"):
        write_manifests(build_manifests(bad(tmp_path), today=TODAY), tmp_path / "out")
    assert not (tmp_path / "out").exists()
