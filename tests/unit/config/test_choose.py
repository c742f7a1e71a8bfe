from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.config.conftest import Problems, Read, Underlined, Write


def test_the_only_mesh_needs_no_choice(write: Write, read: Read) -> None:
    """One configured mesh is taken, and the default mesh is not added to it."""
    write("ztc.toml", "[meshes.prod]\n")
    configuration = read()
    assert list(configuration.meshes) == ["prod"]
    assert (configuration.mesh.name, configuration.sources["mesh"]) == ("prod", "the only mesh")


def test_the_default_mesh_may_be_named(read: Read) -> None:
    """Without configuration `--mesh default` is the mesh that there is."""
    assert read(mesh="default").mesh.name == "default"


def test_several_meshes_need_a_choice(write: Write, problems: Problems, underlined: Underlined) -> None:
    """ZT011 lists the meshes, shows them, and says how to choose."""
    write("ztc.toml", "[meshes.prod]\n[meshes.staging]\n[meshes.'x y']\n")
    (found,) = problems()
    assert found.code == "ZT011"
    assert found.message == "the configuration has 3 meshes and none was chosen: `prod`, `staging`, `x y`"
    assert underlined(found.primary) == "ztc.toml:1: prod"
    assert [underlined(label) for label in found.related] == ["ztc.toml:2: staging", "ztc.toml:3: 'x y'"]
    assert found.help == ("choose one: `--mesh prod`", 'or write `default_mesh = "prod"` in ztc.toml')


@pytest.mark.parametrize(
    ("text", "choice", "help_"),
    [
        ("[meshes.prod]\n[meshes.staging]\n", "stagin", "did you mean `staging`?"),
        ("[meshes.prod]\n[meshes.staging]\n", "zz", "it has `prod`, `staging`"),
        ("strict = true\n", "prod", "declare it under `[meshes.prod]`"),
    ],
)
def test_an_unknown_mesh_is_answered(write: Write, problems: Problems, text: str, choice: str, help_: str) -> None:
    """ZT011 for a flag that names no configured mesh suggests a near one, or lists them."""
    write("ztc.toml", text)
    (found,) = problems(mesh=choice)
    assert (found.code, found.message) == ("ZT011", f"the configuration has no mesh `{choice}`")
    assert (found.help, found.notes) == ((help_,), ("chosen by flag --mesh",))


def test_a_mesh_without_configuration_is_answered(problems: Problems) -> None:
    """ZT011 without any file says where to declare the mesh."""
    (found,) = problems(environ={"ZTC_MESH": "prod"})
    assert found.help == ("no configuration was found: declare the mesh in a `ztc.toml` under `[meshes.prod]`",)


def test_a_wrong_default_is_shown_in_the_file(write: Write, problems: Problems, underlined: Underlined) -> None:
    """ZT011 for a `default_mesh` that is not declared underlines it."""
    write("ztc.toml", "default_mesh = 'prd'\n[meshes.prod]\n")
    (found,) = problems()
    assert (found.code, underlined(found.primary)) == ("ZT011", "ztc.toml:1: 'prd'")
    assert found.help == ("did you mean `prod`?",)
