"""One running Envoy with the listeners of many cases."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests.conformance.lab.package import envoy_binary

_RUNTIME: Final = {
    "re2.max_program_size.error_level": "32768",
    "envoy.reloadable_features.http_reject_path_with_fragment": False,
    "envoy.reloadable_features.fixed_heap_use_allocated": True,
    "envoy.reloadable_features.coalesce_lb_rebuilds_on_batch_update": False,
}
"""The runtime flags of Istio's bootstrap (`pkg/bootstrap/config.go`)."""
_LISTENER: Final = "type.googleapis.com/envoy.config.listener.v3.Listener"
_PATIENCE: Final = 120.0
_PAUSE: Final = 0.02


class EnvoyStopped(Exception):  # noqa: N818 - named for what happened
    """Envoy ended, or did not come up; the message ends with its log."""


class Envoy:
    """A process that serves `listeners`; a listener that Envoy refuses does not disturb the others.

    Attributes:
        ports: the port of each listener by its name; one that was refused is missing.
        refused: the names of the listeners that Envoy refused.
    """

    def __init__(self, directory: Path, listeners: Sequence[dict[str, Any]], clusters: Iterable[str] = ()) -> None:
        self._directory = directory
        self._log = directory / "envoy.log"
        self._write(listeners, clusters)
        self._names = [each["name"] for each in listeners]
        self.ports: dict[str, int] = {}
        self.refused: list[str] = []

    def _write(self, listeners: Sequence[dict[str, Any]], clusters: Iterable[str]) -> None:
        resources = [{"@type": _LISTENER} | each for each in listeners]
        found = self._directory / "listeners.json"
        found.write_text(json.dumps({"resources": resources}))
        bootstrap = {
            "node": {"id": "lab", "cluster": "lab"},
            "layeredRuntime": {"layers": [{"name": "istio", "staticLayer": _RUNTIME}]},
            "admin": {"address": {"socketAddress": {"address": "127.0.0.1", "portValue": 0}}},
            "dynamicResources": {
                "ldsConfig": {"resourceApiVersion": "V3", "pathConfigSource": {"path": str(found)}},
            },
            "staticResources": {
                "clusters": [
                    {"name": each, "type": "STATIC", "connectTimeout": "1s", "loadAssignment": {"clusterName": each}}
                    for each in sorted(clusters)
                ]
            },
        }
        (self._directory / "bootstrap.json").write_text(json.dumps(bootstrap))

    def __enter__(self) -> Self:
        address = self._directory / "admin"
        self._process = subprocess.Popen(
            [
                str(envoy_binary()),
                *("--config-path", str(self._directory / "bootstrap.json")),
                *("--admin-address-path", str(address)),
                *("--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"),
                *("--log-path", str(self._log)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._wait(address)
        except BaseException:
            self._stop()
            raise
        return self

    def _wait(self, address: Path) -> None:
        until = time.monotonic() + _PATIENCE
        while not (address.exists() and self._ready(address.read_text())):
            if self._process.poll() is not None or time.monotonic() > until:
                raise EnvoyStopped(self._log.read_text()[-2000:] if self._log.exists() else "no log")
            time.sleep(_PAUSE)
        said = json.loads(self._ask(address.read_text(), "/listeners?format=json"))
        for status in said.get("listener_statuses", ()):
            self.ports[status["name"]] = status["local_address"]["socket_address"]["port_value"]
        self.refused = [name for name in self._names if name not in self.ports]

    def _ready(self, address: str) -> bool:
        try:
            return bool(address) and self._ask(address, "/ready").strip() == "LIVE"
        except (urllib.error.URLError, ConnectionError):
            return False

    @staticmethod
    def _ask(address: str, path: str) -> str:
        with urllib.request.urlopen(f"http://{address}{path}", timeout=10) as answer:
            text: bytes = answer.read()
        return text.decode()

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
