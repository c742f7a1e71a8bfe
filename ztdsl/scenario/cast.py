"""Who can call and be called, by name: the workloads of a policy, or of an inventory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from ztdsl.ir.model import WorkloadKind
from ztdsl.traffic.names import UnknownWorkload, pick
from ztdsl.traffic.request import Chain, Destination, Proxy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ztdsl.ir.model import Model, Workload
    from ztdsl.manifests import KnownWorkload
    from ztdsl.traffic.request import Request

SPIFFE: Final = "spiffe://"
_FORWARDED_FOR: Final = "x-forwarded-for"


@dataclass(frozen=True, slots=True)
class Door:
    """A port of an actor: its number in the container, the names that people use for it, and what serves it.

    `chain` is None where the protocol is not known.
    """

    number: int
    names: tuple[str, ...]
    chain: Chain | None


@dataclass(frozen=True, slots=True)
class Actor:
    """A workload that can call and be called.

    Attributes:
        namespace: where it runs.
        name: what it is called there.
        labels: those of its pods.
        service_account: its own; None where it is not known.
        doors: its ports.
        proxy: what enforces policies there.
        trusted_proxies: how many proxies before a gateway are trusted; None for as many as the mesh says.
    """

    namespace: str
    name: str
    labels: Mapping[str, str] = field(hash=False)
    service_account: str | None
    doors: tuple[Door, ...]
    proxy: Proxy
    trusted_proxies: int | None = None

    @property
    def full_name(self) -> str:
        """The name with its namespace."""
        return f"{self.namespace}/{self.name}"


class Cast:
    """The actors of one policy or inventory.

    Args:
        actors: everyone who has a name.
        trust_domain: the mesh's, of which every actor's identity is.
        whose: how messages begin that say who is missing, such as `the policy declares`.
        identities: SPIFFE identities of callers that are no actors, by name.
    """

    def __init__(
        self, actors: Iterable[Actor], trust_domain: str, whose: str, identities: Mapping[str, str] | None = None
    ) -> None:
        self.actors = tuple(actors)
        self._names = [(actor.namespace, actor.name) for actor in self.actors]
        self._picked: dict[str, Actor] = {}
        self._trust_domain = trust_domain
        self._whose = whose
        self._identities = identities or {}

    def actor(self, name: str) -> Actor:
        """The workload `[namespace/]service`.

        Raises:
            UnknownWorkload: none or several go by that name.
        """
        if name not in self._picked:
            self._picked[name] = self.actors[pick(self._names, name, self._whose)]
        return self._picked[name]

    def identity(self, name: str) -> str:
        """The SPIFFE identity of a workload by its name, or `name` itself where it is one.

        Raises:
            UnknownWorkload: none or several go by that name, or its service account is not known.
        """
        if name.startswith(SPIFFE):
            domain, _, path = name.removeprefix(SPIFFE).partition("/")
            if not domain or not path:
                message = f"`{name}` is no SPIFFE identity: write spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT"
                raise UnknownWorkload(message, ())
            return name
        if name in self._identities and not any(actor.name == name for actor in self.actors):
            return self._identities[name]
        actor = self.actor(name)
        if actor.service_account is None:
            message = f"the service account of `{actor.full_name}` is not known"
            raise UnknownWorkload(message, ())
        return f"{SPIFFE}{self._trust_domain}/ns/{actor.namespace}/sa/{actor.service_account}"

    def destination(self, name: str, sent: Chain) -> Destination:
        """The callee `[namespace/]service[:port]`; without a port the workload must have exactly one.

        Where nobody knows what serves the port, it is what fits what is `sent` there.

        Raises:
            UnknownWorkload: no such workload or port, or several of them.
        """
        place, _, port = name.partition(":")
        actor = self.actor(place)
        door = _door(actor, port)
        return Destination(
            actor.namespace,
            actor.labels,
            door.number,
            door.chain or sent,
            actor.proxy,
            trusted_proxies=actor.trusted_proxies,
        )

    def with_proxies(self, request: Request) -> Request:
        """The request with what is known of the proxies before the gateway that it calls, where they matter.

        They do where the client's address is read from what they have written.
        """
        to, http = request.to, request.http
        if to.proxy is not Proxy.GATEWAY or to.trusted_proxies is not None or to.labels is None:
            return request
        if request.remote_ip is not None or http is None or _FORWARDED_FOR not in http.headers:
            return request
        known = {actor.trusted_proxies for actor in self.actors if _is_of(to, actor)}
        return replace(request, to=replace(to, trusted_proxies=known.pop())) if len(known) == 1 else request


@dataclass(frozen=True, slots=True)
class Names:
    """What the variables of a policy's files are called.

    Attributes:
        ports: names of ports by the `id` of the port's origin.
        identities: SPIFFE identities of callers that the policy does not own, by name.
    """

    ports: Mapping[int, str] = field(default_factory=dict)
    identities: Mapping[str, str] = field(default_factory=dict)


def cast_of_model(model: Model, names: Names) -> Cast:
    """Everyone whom a policy declares."""
    actors = [_of_workload(workload, names.ports) for workload in model.workloads]
    return Cast(actors, model.mesh.trust_domain, "the policy declares", names.identities)


def cast_of_inventory(known: Iterable[KnownWorkload], trust_domain: str) -> Cast:
    """Everyone in an inventory of workloads."""
    actors = [
        Actor(
            each.namespace,
            each.name,
            each.labels,
            each.service_account,
            tuple(
                Door(port.number, (port.name,) if port.name else (), Chain(port.protocol) if port.protocol else None)
                for port in each.ports
            ),
            Proxy.GATEWAY if each.kind == "gateway" else Proxy.SIDECAR,
        )
        for each in known
    ]
    return Cast(actors, trust_domain, "the inventory has")


def _of_workload(workload: Workload, port_names: Mapping[int, str]) -> Actor:
    doors = tuple(
        Door(
            port.container,
            (name,) if (name := port_names.get(id(port.origin))) else (),
            Chain.HTTP if port.protocol.is_http else Chain.TCP,
        )
        for port in workload.ports
    )
    proxy = Proxy.GATEWAY if workload.kind is WorkloadKind.GATEWAY else Proxy.SIDECAR
    return Actor(
        workload.namespace,
        workload.name,
        dict(workload.labels),
        workload.service_account,
        doors,
        proxy,
        workload.trusted_proxies,
    )


def _is_of(to: Destination, actor: Actor) -> bool:
    """Whether a pod with these labels is the actor's."""
    labels = to.labels or {}
    is_there = actor.namespace == to.namespace and actor.proxy is to.proxy
    return is_there and all(labels.get(key) == value for key, value in actor.labels.items())


def _door(actor: Actor, port: str) -> Door:
    if not port and len(actor.doors) == 1:
        return actor.doors[0]
    for door in actor.doors:
        if port and (port == str(door.number) or port in door.names):
            return door
    candidates = tuple(f"{actor.full_name}:{name}" for door in actor.doors for name in (str(door.number), *door.names))
    if not port:
        message = f"`{actor.full_name}` has {len(actor.doors)} ports: name one"
    else:
        message = f"`{actor.full_name}` has no port `{port}`"
    raise UnknownWorkload(message, candidates)
