from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ztdsl.config import settings_table
from ztdsl.traffic.mesh import Mesh

if TYPE_CHECKING:
    from tests.unit.config.conftest import Read, Write

EXPECTED = [
    ("mesh", "prod", "the only mesh"),
    ("meshes.prod.trust_domain", "cluster.local", "default"),
    ("meshes.prod.trust_domain_aliases", "a, b", "ztc.toml:6"),
    ("meshes.prod.federated_trust_domains", "none", "default"),
    ("meshes.prod.root_namespace", "istio-system", "default"),
    ("meshes.prod.istio_version", "1.30", "flag --istio-version"),
    ("meshes.prod.data_plane", "sidecar", "default"),
    ("meshes.prod.path_normalization", "base", "default"),
    ("meshes.prod.trusted_proxies", "0", "default"),
    ("meshes.prod.apply", "client-side", "default"),
    ("meshes.prod.kube_context", "none", "default"),
    ("fail_on", "never", "ZTC_FAIL_ON"),
    ("strict", "false", "default"),
    ("templates", "none", "default"),
    ("severity.ZT301", "info", "ztc.toml:3"),
    ("severity.ZT401", "off", "ztc.toml:2"),
    ("today", "2027-01-01", "ZTC_TODAY"),
]


def test_the_table_lists_every_setting_with_its_source(write: Write, read: Read) -> None:
    """Every setting in force has its value in words and the place that decided."""
    write("ztc.toml", "[severity]\nZT401 = 'off'\nZT301 = 'info'\n\n[meshes.prod]\ntrust_domain_aliases = ['a', 'b']\n")
    configuration = read(environ={"ZTC_FAIL_ON": "never", "ZTC_TODAY": "2027-01-01"}, istio_version="1.30")
    assert settings_table(configuration) == EXPECTED


def test_a_mesh_of_the_caller_has_its_own_source(read: Read) -> None:
    """A mesh that a program puts in is said to come from it."""
    configuration = replace(read(), mesh=Mesh("mine"))
    assert ("meshes.mine.trust_domain", "cluster.local", "the caller") in settings_table(configuration)


def test_the_file_of_a_mesh_is_relative_to_the_configuration(write: Write, read: Read) -> None:
    """`mesh_config` is a setting of one mesh; without it there is no row, and it is no fact of the mesh."""
    write("ztc.toml", "[meshes.prod]\nmesh_config = 'istio/mesh.yaml'\n[meshes.test]\n")
    configuration = read(mesh="prod")
    assert configuration.file is not None
    assert configuration.mesh_config == configuration.file.parent / "istio" / "mesh.yaml"
    row = ("meshes.prod.mesh_config", str(configuration.mesh_config), "ztc.toml:2")
    assert row in settings_table(configuration)
    assert configuration.mesh == Mesh("prod")
    assert read(mesh="test").mesh_config is None
    assert all("mesh_config" not in name for name, _, _ in settings_table(read(mesh="test")))
