"""`build_manifests`: everything that `ztc build` makes of a policy."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import yaml

from tests.unit.api.policies import bad, good
from ztdsl import Namespace, Policy, build_manifests, log_denied
from ztdsl.istio.document import document
from ztdsl.traffic.mesh import Mesh

TODAY = date(2026, 11, 24)


def test_a_good_policy_has_manifests_in_every_form(tmp_path: Path) -> None:
    """Values, YAML, JSON and the source map say the same."""
    build = build_manifests(good(tmp_path), today=TODAY)
    assert build.report.findings == ()
    assert (build.policy, build.owner) == ("shop-orders", "team-shop")
    assert build.manifests is not None
    expected = [document(each) for each in build.manifests]
    assert list(yaml.safe_load_all(build.text)) == expected
    assert json.loads(build.json)["items"] == expected


def test_the_source_map_leads_to_the_line_of_a_rule(tmp_path: Path) -> None:
    """A rule, a weakened port and a namespace lead to the calls that declared them."""
    file = good(tmp_path)
    mapped = build_manifests(file, today=TODAY).source_map
    assert mapped is not None
    lines = file.read_text(encoding="utf-8").splitlines()
    places = [
        ("AuthorizationPolicy", "shop", "orders-allow", "/spec/rules/0", "rule", "allow"),
        ("PeerAuthentication", "shop", "orders-mtls", "/spec/portLevelMtls/7001", "port 7001", "intake ="),
        ("PeerAuthentication", "web", "default", "", "namespace `web`", "web, shop ="),
        ("AuthorizationPolicy", "shop", "orders-allow", "/spec/selector", "service `orders`", "orders ="),
    ]
    for kind, namespace, name, pointer, words, text in places:
        (entry,) = mapped.lookup(kind, namespace, name, pointer)
        assert entry.declaration == words
        assert lines[entry.origin.position.line - 1].lstrip().startswith(text)


def test_a_policy_with_errors_has_no_manifests(tmp_path: Path) -> None:
    """Nothing of a broken policy can be written by mistake."""
    build = build_manifests(bad(tmp_path), today=TODAY)
    assert build.report.has_errors
    assert build.manifests is None
    assert build.source_map is None
    for form in ("text", "json"):
        with pytest.raises(ValueError, match="has errors"):
            getattr(build, form)


def test_a_policy_can_be_given_as_a_value() -> None:
    """No file is needed; a mesh can be given as a value, too."""
    policy = Policy("edge", owns=[Namespace("edge")])
    build = build_manifests(policy, mesh=Mesh(root_namespace="root"), today=TODAY)
    assert build.configuration.mesh.root_namespace == "root"
    assert build.manifests is not None
    assert {each.meta.namespace for each in build.manifests} == {"edge"}


def test_a_variable_can_be_chosen(tmp_path: Path) -> None:
    """`file.py:variable` builds another policy of the file."""
    file = good(tmp_path)
    file.write_text(file.read_text(encoding="utf-8") + '\nother = Policy("other", owns=[])\n', encoding="utf-8")
    assert build_manifests(f"{file}:other", today=TODAY).policy == "other"
    assert build_manifests(file, today=TODAY).policy == "shop-orders"


def test_building_twice_gives_the_same_text(tmp_path: Path) -> None:
    """A file is loaded afresh each time and nothing is left behind."""
    file = good(tmp_path)
    assert build_manifests(file, today=TODAY).text == build_manifests(file, today=TODAY).text
    file.write_text(file.read_text(encoding="utf-8").replace("7001", "7002"), encoding="utf-8")
    assert "7002" in build_manifests(file, today=TODAY).text


def test_the_day_moves_no_manifest(tmp_path: Path) -> None:
    """Past its end a weakening is a warning, and the manifests are as they were."""
    before = build_manifests(good(tmp_path), today=TODAY)
    after = build_manifests(good(tmp_path), today=date(2027, 2, 1))
    assert [each.code for each in after.report.findings] == ["ZT401"]
    assert after.text == before.text


def test_access_logs_stand_beside_the_manifests(tmp_path: Path) -> None:
    """They are printed first and decide about nothing; what they need of the mesh is at hand."""
    shop = Namespace("shop")
    built = build_manifests(Policy("shop", owns=[shop], logs=[log_denied(shop, because="who was denied")]))
    without = build_manifests(Policy("shop", owns=[shop]))
    assert built.manifests == without.manifests
    assert [each.meta.name for each in built.telemetries] == ["logging"]
    assert [each.manifest for each in built.printed] == [*built.telemetries, *(built.manifests or ())]
    assert built.text.index("kind: Telemetry") < built.text.index("kind: AuthorizationPolicy")
    assert "extensionProviders" in built.mesh_config
    assert built.source_map is not None
    assert built.source_map.lookup("Telemetry", "shop", "logging", "/spec/accessLogging/0")
    with pytest.raises(ValueError, match="has errors"):
        _ = build_manifests(bad(tmp_path)).mesh_config


def test_a_mesh_that_a_program_gives_has_no_file_of_its_configuration(tmp_path: Path) -> None:
    """The file belongs to a mesh of the configuration."""
    (tmp_path / "ztc.toml").write_text('[meshes.production]\nmesh_config = "none.yaml"\n', encoding="utf-8")
    shop = Namespace("shop")
    policy = Policy("shop", owns=[shop], logs=[log_denied(shop, because="who was denied")])
    file = tmp_path / "ztc.toml"
    assert build_manifests(policy, config=file).report.has_errors
    assert not build_manifests(policy, config=file, mesh=Mesh("other")).report.has_errors
