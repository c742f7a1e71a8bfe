"""Files in place of a cluster."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ztdsl.cluster import ManifestFailure, read_directory
from ztdsl.manifests import read_manifests

_ORDERS = """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: orders
  namespace: shop
spec: {}
"""


def test_objects_say_where_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each object has its file and line, and reads like one of a cluster."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "live").mkdir()
    (tmp_path / "live" / "a.yaml").write_text(f"---\n{_ORDERS}---\n{_ORDERS.replace('orders', 'carts')}")

    live = read_directory(["live"])

    assert [(each.key, each.place) for each in live.objects] == [
        (("AuthorizationPolicy", "shop", "orders"), "live/a.yaml:2"),
        (("AuthorizationPolicy", "shop", "carts"), "live/a.yaml:9"),
    ]
    assert live.objects[0].plain["metadata"] == {"name": "orders", "namespace": "shop"}
    assert live.described == "`live`"
    assert live.workloads is None


def test_assumed_namespace_is_part_of_the_object(tmp_path: Path) -> None:
    """An object without a namespace is where a cluster would put it, and a warning says so."""
    (tmp_path / "a.yaml").write_text(_ORDERS.replace("  namespace: shop\n", ""))

    live = read_directory([str(tmp_path / "a.yaml")])

    assert live.objects[0].plain["metadata"]["namespace"] == "default"
    assert [each.code for each in live.findings] == ["ZT027"]


def test_no_objects_are_an_empty_cluster_with_a_warning(tmp_path: Path) -> None:
    """A directory without any manifest is said to be one."""
    live = read_directory([str(tmp_path)])

    assert live.objects == ()
    assert [each.code for each in live.findings] == ["ZT026"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (_ORDERS + "---\n" + _ORDERS, "ZT028"),
        (_ORDERS.replace("spec: {}", "spec: {action: PERMIT}"), "ZT040"),
        ("a: [", "ZT021"),
    ],
)
def test_files_that_no_cluster_could_hold_are_refused(text: str, code: str, tmp_path: Path) -> None:
    """What a cluster would refuse is nothing to compare with."""
    (tmp_path / "a.yaml").write_text(text)

    with pytest.raises(ManifestFailure) as failed:
        read_directory([str(tmp_path / "a.yaml")])

    assert code in [each.code for each in failed.value.diagnostics]


def test_missing_file_is_a_failure(tmp_path: Path) -> None:
    """A name that leads nowhere is no empty cluster."""
    with pytest.raises(ManifestFailure):
        read_directory([str(tmp_path / "none")])


def test_objects_that_a_server_gave_out_are_not_checked_again(tmp_path: Path) -> None:
    """An older server may have admitted what a newer one refuses; what istiod cannot read is refused all the same."""
    exported = _ORDERS.replace("namespace: shop", "namespace: shop\n  uid: 0-1\n  resourceVersion: '7'")
    file = tmp_path / "a.yaml"
    for text, fails in ((_ORDERS, True), (exported, False)):
        file.write_text(text.replace("spec: {}", "spec: {rules: [{when: [{key: request.unheard, values: [a]}]}]}"))
        if fails:
            with pytest.raises(ManifestFailure):
                read_directory([str(file)])
        else:
            assert len(read_directory([str(file)]).objects) == 1
    file.write_text(exported.replace("spec: {}", "spec: {action: PERMIT}"))

    with pytest.raises(ManifestFailure) as failed:
        read_directory([str(file)])

    assert [each.code for each in failed.value.diagnostics] == ["ZT040"]


_GIVEN_OUT = {
    "apiVersion": "security.istio.io/v1",
    "kind": "AuthorizationPolicy",
    "metadata": {"name": "orders", "namespace": "shop", "uid": "u", "resourceVersion": "1"},
    "spec": {"rules": [{"to": [{"operation": {"methods": ["GET"]}}]}]},
}


def test_an_export_reads_as_its_objects_do_one_by_one(tmp_path: Path) -> None:
    """A list in JSON gives the same objects, at their lines, as the reader that holds all of it at once."""
    others = [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}, {"apiVersion": "v1", "kind": "List"}]
    inner = {"apiVersion": "v1", "kind": "List", "items": [{**_GIVEN_OUT, "spec": {}}]}
    named = {**_GIVEN_OUT, "metadata": {**_GIVEN_OUT["metadata"], "name": "carts"}}  # type: ignore[dict-item]
    file = tmp_path / "export.json"
    for number, items in enumerate([[], [_GIVEN_OUT], [named, *others, _GIVEN_OUT], [named, inner]]):
        file.write_text(json.dumps({"apiVersion": "v1", "items": items, "kind": "List"}, indent=1 + number))
        live = read_directory([str(file)]).objects
        plain = read_manifests([str(file)]).documents
        assert [each.plain for each in live] == [each.plain for each in plain]
        assert [each.manifest for each in live] == [each.manifest for each in plain]
        assert [each.place for each in live] == [f"{file}:{each.span('').line}" for each in plain]


_TEXT = json.dumps({"kind": "List", "apiVersion": "v1", "items": [_GIVEN_OUT, _GIVEN_OUT]})


@pytest.mark.parametrize(
    "broken",
    [
        _TEXT.replace('"kind": "List"', '"kind": "List", "kind": "List"'),
        _TEXT.replace('"methods": ["GET"]', '"methods": ["GET"], "methods": []', 1),
        _TEXT.replace('"apiVersion": "v1"', '"apiVersion": "v1", "items": []', 1),
        _TEXT.replace('["GET"]', "[" * 120 + "]" * 120, 1),
        _TEXT.replace('["GET"]', "[NaN]", 1),
        _TEXT.replace('"GET"', r'"\ud800"', 1),
        _TEXT.replace('"GET"', '"GET",', 1),
        _TEXT[:-20],
        _TEXT + "]",
        _TEXT.replace('"orders"', '"{{ .name }}"', 1),
        _TEXT,
    ],
)
def test_a_broken_export_is_told_as_any_other_file(broken: str, tmp_path: Path) -> None:
    """What is wrong with a list that is read an object at a time has the same words and the same place."""
    file = tmp_path / "export.json"
    file.write_text(broken)
    with pytest.raises(ManifestFailure) as failure:
        read_directory([str(file)])
    assert failure.value.diagnostics == read_manifests([str(file)]).findings
