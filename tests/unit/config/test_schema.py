from __future__ import annotations

from ztdsl.config.schema import MESH_SETTINGS
from ztdsl.config.settings import MESH_FIELDS


def test_every_fact_of_a_mesh_can_be_configured() -> None:
    """The table of a mesh takes exactly the fields that a mesh has, apart from its name."""
    assert (*MESH_FIELDS, "mesh_config") == MESH_SETTINGS
