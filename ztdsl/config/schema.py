"""The shape of the configuration's table. Importing this imports pydantic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ztdsl.traffic.mesh import ApplyMode, DataPlane, PathNormalization  # noqa: TC001 - pydantic reads annotations

if TYPE_CHECKING:
    from collections.abc import Mapping

# SPIFFE ID standard, section 2.1: the characters and the length of a trust domain's name.
TrustDomain = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{1,255}\z")]
# Kubernetes: a namespace's name is an RFC 1123 label.
NamespaceName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}\.[0-9]{1,4}\z")]
Text = Annotated[str, StringConstraints(pattern=r"\S")]
Level = Literal["error", "warning", "info", "off"]
Threshold = Literal["error", "warning", "info", "never"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class MeshTable(_Table):
    """One mesh; what is not given is as in `ztdsl.traffic.mesh.Mesh`."""

    trust_domain: TrustDomain | None = None
    trust_domain_aliases: list[TrustDomain] | None = None
    federated_trust_domains: list[TrustDomain] | None = None
    root_namespace: NamespaceName | None = None
    istio_version: Version | None = None
    data_plane: Annotated[DataPlane, Field(strict=False)] | None = None
    path_normalization: Annotated[PathNormalization, Field(strict=False)] | None = None
    trusted_proxies: Annotated[int, Field(ge=0, le=32)] | None = None
    apply: Annotated[ApplyMode, Field(strict=False)] | None = None
    kube_context: Text | None = None
    mesh_config: Text | None = None


class SettingsTable(_Table):
    """Everything that a configuration file may say."""

    default_mesh: Text | None = None
    fail_on: Threshold | None = None
    strict: bool | None = None
    templates: Text | None = None
    severity: dict[str, Level] = Field(default_factory=dict)
    meshes: dict[str, MeshTable] = Field(default_factory=dict)


SETTINGS: Final = tuple(SettingsTable.model_fields)
MESH_SETTINGS: Final = tuple(MeshTable.model_fields)


def validated(table: Mapping[str, object]) -> SettingsTable | list[tuple[tuple[str | int, ...], bool]]:
    """The table's content, or each part that does not fit: its path, and whether its key is unknown."""
    try:
        return SettingsTable.model_validate(table)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return [(each["loc"], each["type"] == "extra_forbidden") for each in found]
