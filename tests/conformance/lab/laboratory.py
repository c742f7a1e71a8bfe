"""Many cases at once: listeners of istiod in one Envoy, every request sent, every outcome noted."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.conformance.lab.authority import Authority
from tests.conformance.lab.client import Client, Outcome
from tests.conformance.lab.listeners import Adaptation, Changes
from tests.conformance.lab.server import Envoy

_TOGETHER: Final = 120
"""Cases in one Envoy: more start no faster, and what one of them breaks is found again sooner."""

Plain = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """One set of manifests as istiod sees it, and what is asked.

    Attributes:
        name: for messages.
        listeners: what istiod pushes to the workload; those that requests reach from outside.
        requests: as documented, complete; `over` may say `h2`.
        prefixes: what stands before a token in each header that carries one.
        accepted: issuer and audiences of tokens that are invalid for another reason.
    """

    name: str
    listeners: Sequence[dict[str, Any]]
    requests: Sequence[Plain]
    prefixes: Mapping[str, str] = field(default_factory=dict)
    accepted: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Results:
    """What came of a run.

    Attributes:
        outcomes: by the place of the case, one outcome for each of its requests; None for a case that Envoy refuses.
        changes: the names of the changes to istiod's listeners.
        refused: the cases of which Envoy refused a listener.
    """

    outcomes: list[list[Outcome] | None] = field(default_factory=list)
    changes: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)


def run(cases: Sequence[Case]) -> Results:
    """The outcome of every request of every case.

    Raises:
        EnvoyStopped: Envoy does not come up.
        NoEnvoy: there is no Envoy here.
    """
    results = Results()
    with tempfile.TemporaryDirectory(prefix="lab-") as scratch:
        certificates = Path(scratch, "certificates")
        certificates.mkdir()
        authority = Authority(certificates)
        adaptation = Adaptation(authority)
        for number, start in enumerate(range(0, len(cases), _TOGETHER)):
            directory = Path(scratch, str(number))
            directory.mkdir()
            results.outcomes += _together(cases[start : start + _TOGETHER], directory, authority, adaptation, results)
    return results


def _together(
    cases: Sequence[Case], directory: Path, authority: Authority, adaptation: Adaptation, results: Results
) -> Iterator[list[Outcome] | None]:
    changes = Changes()
    made = [
        adaptation.listener(listener, f"{index}/{_own_port(listener)}", changes)
        for index, case in enumerate(cases)
        for listener in case.listeners
    ]
    with Envoy(directory, made, changes.clusters) as envoy:
        results.changes |= changes.names
        results.refused += [cases[int(name.partition("/")[0])].name for name in envoy.refused]
        client = Client(authority)
        for index, case in enumerate(cases):
            yield _ask(client, case, index, envoy.ports)
            client.close()


def _own_port(listener: Plain) -> int:
    address: Plain = listener["address"]["socketAddress"]
    return int(address["portValue"])


def _ask(client: Client, case: Case, index: int, ports: Mapping[str, int]) -> list[Outcome] | None:
    here = {int(name.partition("/")[2]): port for name, port in ports.items() if name.startswith(f"{index}/")}
    if not here:
        return None
    first = next(iter(here.values()))
    return [
        client.ask(
            here.get(request["to"]["port"], first),
            {**request, "accepted": case.accepted},
            case.prefixes,
            h2=request.get("over") == "h2",
        )
        for request in case.requests
    ]
