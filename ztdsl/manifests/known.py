"""The workloads of an inventory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

ServedAs: TypeAlias = Literal["http", "tcp"]


@dataclass(frozen=True, slots=True)
class KnownPort:
    """A port: its numbers in the container and in the Service, its name, and what serves it (None if not known)."""

    number: int
    service: int | None = None
    name: str | None = None
    protocol: ServedAs | None = None


@dataclass(frozen=True, slots=True)
class KnownWorkload:
    """A workload that is there.

    Attributes:
        namespace: where it runs.
        name: what people call it: the Service's name, else the controller's or the pod's.
        labels: its pods' labels.
        ports: its ports; of a pod without a Service those that its containers declare.
        service_account: the account of its pods; None where it is not known.
        kind: whether it is a gateway.
    """

    namespace: str
    name: str
    labels: Mapping[str, str] = field(hash=False)
    ports: tuple[KnownPort, ...] = ()
    service_account: str | None = None
    kind: Literal["service", "gateway"] = "service"
