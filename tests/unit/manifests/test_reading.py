"""Manifests from files, directories and lists."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ztdsl.istio.kinds import AuthorizationPolicy
from ztdsl.manifests import read_manifests
from ztdsl.manifests.unreadable import MOST_OBJECTS, MOST_REFUSED

POLICY = """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: a, namespace: shop}
spec:
  rules:
  - from:
    - source: {namespaces: [web]}
"""
OTHER = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"


def _codes(read: object) -> list[str]:
    return [finding.code for finding in read.findings]  # type: ignore[attr-defined]


def test_objects_of_other_kinds_are_counted_and_skipped(tmp_path: Path) -> None:
    """What `helm template` prints holds our kinds and others, with comments between."""
    (tmp_path / "a.yaml").write_text(f"# Source: chart/a.yaml\n{POLICY}---\n{OTHER}---\n# nothing\n---\n{OTHER}")
    read = read_manifests([str(tmp_path / "a.yaml")])
    assert (len(read.documents), read.skipped, _codes(read)) == (1, {"ConfigMap": 2}, [])
    assert isinstance(read.documents[0].manifest, AuthorizationPolicy)


def test_telemetry_is_read_where_it_is_asked_for(tmp_path: Path) -> None:
    """Beside the kinds that decide; elsewhere it is one of the others."""
    logging = "apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: t, namespace: shop}\n"
    (tmp_path / "a.yaml").write_text(f"{POLICY}---\n{logging}spec: {{accessLogging: [{{disabled: true}}]}}\n")
    paths = [str(tmp_path / "a.yaml")]
    read = read_manifests(paths)
    assert (len(read.documents), read.telemetries, read.skipped) == (1, (), {"Telemetry": 1})
    read = read_manifests(paths, with_logging=True)
    (found,) = read.telemetries
    assert (len(read.documents), read.skipped, _codes(read)) == (1, {}, [])
    assert (found.namespace, found.name, found.created) == ("shop", "t", None)
    assert found.plain["spec"] == {"accessLogging": [{"disabled": True}]}
    assert found.span("/spec/accessLogging/0/disabled").line == 12


def test_directories_are_read_in_order(tmp_path: Path) -> None:
    """YAML and JSON files at any depth, other files not; a link in a circle is not followed."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.yml").write_text(POLICY.replace("name: a", "name: x"))
    (tmp_path / "a.yaml").write_text(POLICY)
    (tmp_path / "notes.txt").write_text("no manifest")
    (tmp_path / "b" / "up").symlink_to(tmp_path)
    read = read_manifests([str(tmp_path)])
    assert [each.manifest.meta.name for each in read.documents] == ["a", "x"]


def test_lists_are_unfolded_with_places(tmp_path: Path) -> None:
    """Each item of a List is an object, and its parts are where they stand in the file."""
    indented = "".join(f"  {line}\n" for line in POLICY.splitlines())
    text = f"apiVersion: v1\nkind: List\nitems:\n- {indented[2:]}"
    (tmp_path / "l.yaml").write_text(text)
    read = read_manifests([str(tmp_path / "l.yaml")])
    span = read.documents[0].span("/spec/rules/0/from/0/source/namespaces/0")
    assert (span.line, span.column) == (10, 31)


@pytest.mark.parametrize("ending", ["", "\n- {kind: AuthorizationPolicy, metadata: {name: c, namespace: shop}}"])
def test_items_of_a_list_of_one_kind_are_what_the_list_says(ending: str, tmp_path: Path) -> None:
    """What `kubectl get --raw` prints leaves the kind and the version out of every item, or has them."""
    head = "kind: AuthorizationPolicyList\napiVersion: security.istio.io/v1\nmetadata: {resourceVersion: '7'}\nitems:"
    items = "\n- metadata: {name: a, namespace: shop}\n  spec: {}\n- metadata: {name: b, namespace: shop}"
    (tmp_path / "a.yaml").write_text(f"{head}{items}{ending}\n")
    read = read_manifests([str(tmp_path / "a.yaml")])
    assert [each.manifest.meta.name for each in read.documents] == ["a", "b", "c"][: 3 if ending else 2]
    assert all(isinstance(each.manifest, AuthorizationPolicy) for each in read.documents)
    assert read.documents[1].span("/metadata/name").line == 7
    assert _codes(read) == []


@pytest.mark.parametrize(
    "head",
    ["apiVersion: v1\nkind: List", "kind: AuthorizationPolicyList", "kind: AuthorizationPolicyList\napiVersion: 1"],
)
def test_items_of_which_the_list_does_not_say_what_they_are_are_no_objects(head: str, tmp_path: Path) -> None:
    """A list of any kind says nothing of its items, and one without a version not enough."""
    (tmp_path / "a.yaml").write_text(f"{head}\nitems:\n- metadata: {{name: a, namespace: shop}}\n")
    assert _codes(read_manifests([str(tmp_path / "a.yaml")])) == ["ZT021"]


@pytest.mark.parametrize(
    "text",
    [
        "---\n" * (MOST_OBJECTS + 2),
        "kind: List\napiVersion: v1\nitems:\n" + "- {kind: a, apiVersion: b}\n" * (MOST_OBJECTS + 1),
    ],
)
def test_more_objects_than_a_cluster_has_end_in_one_finding(text: str, tmp_path: Path) -> None:
    """Memory is bounded by the number of objects as well as by the size of a file."""
    (tmp_path / "a.yaml").write_text(text)
    assert _codes(read_manifests([str(tmp_path / "a.yaml")])) == ["ZT022"]


def test_a_file_of_mistakes_is_not_read_to_the_end(tmp_path: Path) -> None:
    """Nobody reads a finding for each line of a file that is none of manifests."""
    (tmp_path / "a.yaml").write_text("--- a\n" * (MOST_REFUSED + 1000))
    codes = _codes(read_manifests([str(tmp_path / "a.yaml")]))
    assert (len(codes), codes[-1]) == (MOST_REFUSED + 2, "ZT022")


def test_objects_that_are_given_twice_are_told_up_to_a_number(tmp_path: Path) -> None:
    """As many as of those that are refused."""
    head = "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicyList\nitems:\n"
    text = head + "- metadata: {name: a, namespace: shop}\n" * (MOST_REFUSED + 1000)
    (tmp_path / "a.yaml").write_text(text)
    assert _codes(read_manifests([str(tmp_path / "a.yaml")])) == ["ZT028"] * MOST_REFUSED


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    """By its own name, by that of its directory, and by a link."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.yaml").write_text(POLICY)
    (tmp_path / "b.yaml").symlink_to(tmp_path / "d" / "a.yaml")
    paths = [tmp_path / "d", tmp_path / "d" / "a.yaml", tmp_path / "d" / ".." / "d" / "a.yaml", tmp_path / "b.yaml"]
    read = read_manifests([str(each) for each in paths])
    assert (len(read.documents), _codes(read)) == (1, [])


def test_a_refused_object_is_no_document(tmp_path: Path) -> None:
    """What a cluster refuses is a finding at its place, and is not evaluated."""
    (tmp_path / "a.yaml").write_text(POLICY.replace("namespaces: [web]", "namespaces: [8]"))
    read = read_manifests([str(tmp_path / "a.yaml")])
    assert (read.documents, _codes(read)) == ((), ["ZT025"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [", "ZT021"),
        ("{{ .Values.x }}", "ZT021"),
        ("just: text\n", "ZT021"),
        ("[" * 1000, "ZT022"),
        (POLICY + "spec: {}\n", "ZT023"),
        (POLICY.replace("rules", "rulez"), "ZT024"),
        (OTHER, "ZT026"),
        ("", "ZT026"),
        (POLICY.replace(", namespace: shop", ""), "ZT027"),
        (POLICY + "---\n" + POLICY, "ZT028"),
        (POLICY + "  action: Allow\n", "ZT040"),
        (POLICY + "  selector: {}\n", "ZT041"),
    ],
)
def test_each_fault_has_its_code(text: str, code: str, tmp_path: Path) -> None:
    """One finding, at a place in the file where there is one."""
    (tmp_path / "a.yaml").write_text(text)
    assert _codes(read_manifests([str(tmp_path / "a.yaml")])) == [code]


def test_a_namespace_may_be_given(tmp_path: Path) -> None:
    """Who knows where objects go says so, and nothing is assumed."""
    (tmp_path / "a.yaml").write_text(POLICY.replace(", namespace: shop", ""))
    read = read_manifests([str(tmp_path / "a.yaml")], "shop")
    assert (read.documents[0].manifest.meta.namespace, _codes(read)) == ("shop", [])


def test_what_cannot_be_opened_is_one_finding_each(tmp_path: Path) -> None:
    """A missing file, bytes, and text in another encoding are told apart from YAML that is wrong."""
    (tmp_path / "bytes.yaml").write_bytes(b"\x00\x01\x02")
    (tmp_path / "latin.yaml").write_bytes("name: Zürich\n".encode("latin-1"))
    paths = [str(tmp_path / name) for name in ("missing.yaml", "bytes.yaml", "latin.yaml")]
    assert _codes(read_manifests(paths)) == ["ZT007"] * 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_a_finding(tmp_path: Path) -> None:
    """It is named, and the others are read."""
    (tmp_path / "a.yaml").write_text(POLICY)
    (tmp_path / "b.yaml").write_text(POLICY)
    (tmp_path / "b.yaml").chmod(0)
    read = read_manifests([str(tmp_path)])
    assert (len(read.documents), _codes(read)) == (1, ["ZT007"])


@pytest.mark.parametrize("name", ["batch-and-partners", "bookinfo", "httpbin", "quickstart", "shop"])
def test_what_the_examples_build_is_read_without_findings(name: str, root: Path) -> None:
    """Our own manifests pass both gates."""
    read = read_manifests([str(root / "examples" / name / "expected" / "manifests.yaml")])
    assert (read.findings, bool(read.documents)) == ((), True)


@pytest.mark.parametrize("kind", ["[a]", "{a: b}", "", "5", "true"])
@pytest.mark.parametrize("key", ["kind", "apiVersion"])
def test_a_kind_that_is_no_text_is_no_object(key: str, kind: str, tmp_path: Path) -> None:
    """It is one finding, whatever stands there."""
    words = {"kind": "AuthorizationPolicy", "apiVersion": "security.istio.io/v1", key: kind}
    (tmp_path / "a.yaml").write_text("".join(f"{name}: {word}\n" for name, word in words.items()))
    assert _codes(read_manifests([str(tmp_path / "a.yaml")])) == ["ZT021"]


def test_a_pipe_in_a_directory_is_not_waited_for(tmp_path: Path) -> None:
    """It would block for ever; one that is named itself is read."""
    (tmp_path / "a.yaml").write_text(POLICY)
    os.mkfifo(tmp_path / "b.yaml")
    read = read_manifests([str(tmp_path)])
    assert (len(read.documents), _codes(read)) == (1, ["ZT007"])


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        ("forwardOriginalToken: 'true'", "without quotes"),
        ("issuer: 8", "put it in quotes"),
        ("issuer: on", "YAML reads a bare"),
        ("issuer:", "give it a value"),
    ],
)
def test_advice_follows_what_is_wanted(value: str, advice: str, tmp_path: Path) -> None:
    """A text where a boolean is wanted loses its quotes, a number where a text is wanted gets them."""
    head = "apiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: {name: a, namespace: shop}\n"
    rules = f"spec:\n  jwtRules:\n  - jwksUri: https://auth.example.com/keys\n    {value}\n"
    (tmp_path / "a.yaml").write_text(head + rules)
    found = read_manifests([str(tmp_path / "a.yaml")]).findings
    assert advice in next(each for each in found if each.code == "ZT025").help[0]
