"""What a real Envoy makes of requests with tokens: its status, its own words, and the headers that it would pass on."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.conformance.lab.authority import Authority
from tests.conformance.lab.control_plane import ADDRESS, listeners
from tests.conformance.lab.http import NotHttp, exchange
from tests.conformance.lab.listeners import DETAILS_HEADER, Adaptation, Changes
from tests.conformance.lab.pipe import Closed, Pipe, Route
from tests.conformance.lab.server import Envoy
from tests.conformance.topics.shape import Topic

_PORT: Final = 8080
_SEEN: Final = "x-lab-seen-"

Plain = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One request; `lines` are its header lines as they are sent."""

    name: str
    lines: Sequence[tuple[str, str]] = ()
    path: str = "/"
    method: str = "GET"


@dataclass(frozen=True)
class Seen:
    """What came of a request.

    Attributes:
        status: what the client sees; 0 where the connection was closed.
        details: Envoy's own words.
        forwarded: the headers that the workload would see, of those that were asked for.
    """

    status: int
    details: str
    forwarded: Mapping[str, str]


@dataclass(frozen=True)
class Setting:
    """Manifests, what is asked of the workload that they apply to, and the headers of interest."""

    name: str
    documents: Sequence[Plain]
    asked: Sequence[Asked]
    watched: Sequence[str] = ()


class RefusedListener(Exception):  # noqa: N818 - named for what happened
    """Envoy refuses listeners; their names are the places of the settings and ports."""


def ask(settings: Sequence[Setting]) -> list[list[Seen]]:
    """What a real Envoy, configured by istiod's own code, does with every request of every setting.

    Raises:
        NoOracle: istiod's code cannot be asked here.
        NoEnvoy: there is no Envoy here.
        RefusedListener: Envoy does not take what istiod pushes.
    """
    pushed = listeners([Topic(each.name, each.documents, []) for each in settings])
    with tempfile.TemporaryDirectory(prefix="tokens-") as scratch:
        certificates, directory = Path(scratch, "certificates"), Path(scratch, "envoy")
        certificates.mkdir()
        directory.mkdir()
        authority = Authority(certificates)
        adaptation, changes = Adaptation(authority), Changes()
        made = [
            _watching(adaptation.listener(listener, f"{index}/{_port(listener)}", changes), setting.watched)
            for index, (setting, found) in enumerate(zip(settings, pushed, strict=True))
            for listener in found
        ]
        with Envoy(directory, made, changes.clusters) as envoy:
            if envoy.refused:
                raise RefusedListener(envoy.refused)
            return [
                [_ask(_listener_of(envoy.ports, index), authority, each) for each in setting.asked]
                for index, setting in enumerate(settings)
            ]


def _port(listener: Plain) -> int:
    return int(listener["address"]["socketAddress"]["portValue"])


def _listener_of(ports: Mapping[str, int], index: int) -> int:
    own = {name.partition("/")[2]: port for name, port in ports.items() if name.startswith(f"{index}/")}
    return own.get(str(_PORT)) or next(iter(own.values()))


def _watching(listener: Plain, watched: Sequence[str]) -> Plain:
    """The listener, whose answers say which of the watched headers the workload would see."""
    added = [
        {"header": {"key": _SEEN + name.replace(":", ""), "value": f"%REQ({name})%"}, "keepEmptyValue": True}
        for name in (*watched, ":path")
    ]
    for chain in [*listener.get("filterChains", ()), *filter(None, (listener.get("defaultFilterChain"),))]:
        for item in chain.get("filters", ()):
            config = item.get("typedConfig", {})
            if "routeConfig" in config:
                config["routeConfig"] = config["routeConfig"] | {"responseHeadersToAdd": added}
    return listener


def _ask(listener: int, authority: Authority, asked: Asked) -> Seen:
    route = Route(listener, "127.0.0.9", "127.0.0.9", ADDRESS, _PORT, "none", None, None, ())
    try:
        pipe = Pipe(route, authority)
        try:
            answer = exchange(pipe, asked.method, asked.path, "httpbin.foo.svc.cluster.local", asked.lines)
        finally:
            pipe.close()
    except (Closed, NotHttp):
        return Seen(0, "closed", {})
    forwarded = {name.removeprefix(_SEEN): value for name, value in answer.headers.items() if name.startswith(_SEEN)}
    return Seen(answer.status, answer.headers.get(DETAILS_HEADER, ""), forwarded)
