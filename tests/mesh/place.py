"""One mesh's own places on this machine: a directory, network namespaces and addresses, all named after the mesh.

Nothing else is touched, and nothing leaves them: each mesh has its own network, so several use the same addresses.
"""

from __future__ import annotations

import ipaddress
import re
import shutil
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PREFIX: Final = "ztm-"
SERVICES: Final = "10.96.0.0/16"
PODS: Final = ipaddress.ip_network("10.77.0.0/16")
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")


@dataclass(frozen=True)
class Place:
    """Where the mesh of that name lives.

    Attributes:
        name: short, of small letters, digits and dashes.

    Raises:
        ValueError: the name has another form.
    """

    name: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            message = f"`{self.name}` is no name for a mesh: use small letters, digits and dashes"
            raise ValueError(message)

    @property
    def directory(self) -> Path:
        """Where its files are."""
        return Path(tempfile.gettempdir(), f"{PREFIX}{self.name}")

    @property
    def network(self) -> str:
        """The network namespace of the control plane, with the bridge that all others are plugged into."""
        return f"{PREFIX}{self.name}"

    @property
    def address(self) -> str:
        """The address of the bridge, and of the control plane."""
        return str(PODS[1])

    def program(self, file: Path) -> Path:
        """Where every user may run a program that was built for this one alone."""
        seen = self.directory / "bin" / file.name
        if not seen.exists():
            seen.parent.mkdir(exist_ok=True)
            fresh = seen.with_name(f"{seen.name}.{uuid.uuid4().hex}")
            shutil.copy(file, fresh)
            fresh.replace(seen)
        return seen

    def pod_network(self, number: int) -> str:
        """The network namespace of a pod."""
        return f"{self.network}.{number}"

    def pod_address(self, number: int) -> str:
        """The address of a pod; numbers count from 1."""
        return str(PODS[256 + number])
