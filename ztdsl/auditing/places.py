"""Which declared workload a line is about: the one that its proxy, or else the caller's, names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from ztdsl.auditing.undecided import Lack, Undecided
from ztdsl.log import Direction, Form
from ztdsl.traffic.request import Chain, Destination, Proxy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ztdsl.log import LogLine


class Door(Protocol):
    """A port of a workload."""

    @property
    def number(self) -> int:
        """The number in the container."""

    @property
    def chain(self) -> Chain | None:
        """What serves it; None where that is not known."""


class Workload(Protocol):
    """A workload that a log may be of."""

    @property
    def namespace(self) -> str:
        """Where it runs."""

    @property
    def name(self) -> str:
        """What it is called there."""

    @property
    def labels(self) -> Mapping[str, str]:
        """Those of its pods."""

    @property
    def service_account(self) -> str | None:
        """Its own; None where it is not known."""

    @property
    def doors(self) -> Sequence[Door]:
        """Its ports."""

    @property
    def proxy(self) -> Proxy:
        """What enforces policies there."""

    @property
    def trusted_proxies(self) -> int | None:
        """How many proxies before a gateway are trusted."""


_MOST_KEPT: Final = 1 << 14


class Places:
    """Finds the workload of a line.

    Args:
        workloads: everyone who is declared.
        only: the workload that the whole log is of; None where lines have to say it.
        keeps_addresses: whether policies test the address that was called.
    """

    def __init__(self, workloads: Iterable[Workload], only: Workload | None, *, keeps_addresses: bool) -> None:
        self._workloads = tuple(workloads)
        self._only, self._keeps_addresses = only, keeps_addresses
        self._known: dict[tuple[int, Proxy, int, Chain, str | None], Destination] = {}

    def find(self, line: LogLine) -> tuple[Workload, Destination]:
        """The workload and the port that were called.

        Raises:
            Undecided: the line does not say so, or nobody declares them.
        """
        workload = self._only or self._named(line)
        if line.direction is Direction.OUTBOUND and workload.proxy is not Proxy.GATEWAY:
            raise Undecided(Lack.OUTBOUND)
        port = line.called.port
        if port is None:
            raise Undecided(Lack.PORT)
        if line.form is Form.ZTUNNEL:
            return workload, self._destination(workload, Proxy.ZTUNNEL, port, Chain.TCP, line.called.address)
        # What a proxy logs as a request came through the filters of requests, declared or not.
        chain = Chain.TCP if line.is_connection else Chain.HTTP
        declared = next((door.chain for door in workload.doors if door.number == port), None)
        return workload, self._destination(workload, workload.proxy, port, declared or chain, line.called.address)

    def _named(self, line: LogLine) -> Workload:
        called = line.called
        if line.direction is Direction.OUTBOUND and called.service_account is None:
            raise Undecided(Lack.OUTBOUND)
        if called.namespace is None or (called.service_account is None and called.service is None):
            raise Undecided(Lack.WORKLOAD)
        there = [each for each in self._workloads if each.namespace == called.namespace]
        if called.service_account is not None:
            found = [each for each in there if each.service_account == called.service_account]
        else:
            found = [each for each in there if each.name == called.service]
        if len(found) > 1:
            found = [each for each in found if each.name in {called.service, called.workload}]
        if len(found) != 1:
            unknown = Lack.UNDECLARED if self._workloads else Lack.UNLISTED
            raise Undecided(Lack.SEVERAL if found else unknown)
        return found[0]

    def _destination(
        self, workload: Workload, proxy: Proxy, port: int, chain: Chain, address: str | None
    ) -> Destination:
        """The destination; equal ones are one object, by which evaluators know them again."""
        key = (id(workload), proxy, port, chain, address if self._keeps_addresses else None)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            known = self._known[key] = Destination(
                workload.namespace,
                workload.labels,
                port,
                chain,
                proxy,
                key[-1],
                trusted_proxies=workload.trusted_proxies,
            )
        return known
