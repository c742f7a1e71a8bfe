"""Dry-run writes through `kubectl proxy`: one login and one process for any number of objects.

`kubectl apply` for each object takes sixty to seventy thousandths of a second on two processors, beside a real server
with istiod's webhook. A request through the proxy takes seven, and its answer is the server's own Status, with no words
of `kubectl` around it.
"""

from __future__ import annotations

import http.client
import re
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

from ztdsl.cluster.failure import Cause, Trouble
from ztdsl.cluster.refusal import printable, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.cluster.kubectl import Kubectl

_PATHS: Final = r"^/apis/(security|telemetry)\.istio\.io/"
_OTHER_METHODS: Final = "^(GET|HEAD|POST|PUT|DELETE|OPTIONS|CONNECT|TRACE)$"
_TO_START: Final = 60.0
_READY: Final = b"Starting to serve"
_APPLY: Final = "application/apply-patch+yaml"
_WARNING: Final = re.compile(r'^\d{3} \S+ "((?:[^"\\]|\\.)*)"')
_ESCAPED: Final = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        code: of HTTP.
        kind: of the body, such as `application/json`.
        body: as bytes.
        warnings: what the server says beside it (RFC 7234, section 5.5: code 299).
    """

    code: int
    kind: str
    body: bytes
    warnings: tuple[str, ...] = ()


class Proxy:
    """A running `kubectl proxy`; `apply` may be called from several threads."""

    def __init__(self, path: Path, limit: float | None) -> None:
        self._path = path
        self._limit = limit

    def apply(self, target: str, body: bytes) -> Answer:
        """The answer to a server-side apply that stays without effect.

        Args:
            target: path and query.
            body: the object as JSON, which is YAML as well.

        Raises:
            Trouble: there is none.
            ValueError: the target does not ask for a dry run.
        """
        if parse_qs(urlsplit(target).query).get("dryRun") != ["All"]:
            msg = "nothing is written but as a dry run"
            raise ValueError(msg)
        connection = _Local(self._path, self._limit)
        try:
            connection.request("PATCH", target, body, {"Content-Type": _APPLY, "Accept": "application/json"})
            answer = connection.getresponse()
            found = answer.headers.get_all("Warning") or []
            return Answer(answer.status, answer.headers.get_content_type(), answer.read(), tuple(_warnings(found)))
        except TimeoutError:
            waited = f"no answer within {self._limit or 0:.0f} s"
            raise Trouble(Cause.SLOW, waited) from None
        except (OSError, http.client.HTTPException) as error:
            raise Trouble(Cause.CUT, f"the answer ended too early: {printable(str(error) or repr(error))}") from None
        finally:
            connection.close()


@contextmanager
def proxied(kubectl: Kubectl) -> Iterator[Proxy]:
    """A proxy for the block, behind a socket in a directory that only the user can enter.

    It passes nothing on but patches of Istio's security kinds and of Telemetry.

    Raises:
        Trouble: it does not start.
    """
    with TemporaryDirectory(prefix="ztc-") as directory:
        path, log = Path(directory, "socket"), Path(directory, "log")
        words = ["proxy", f"--unix-socket={path}", f"--accept-paths={_PATHS}", f"--reject-methods={_OTHER_METHODS}"]
        with log.open("wb") as said, kubectl.running(words, said) as process:
            timer = threading.Timer(_TO_START, process.kill)
            timer.start()
            try:
                line = process.stdout.readline() if process.stdout else b""
            finally:
                timer.cancel()
            if not line.startswith(_READY):
                process.kill()
                process.wait()
                raise refusal(log.read_text(errors="replace") or "`kubectl proxy` did not start")
            yield Proxy(path, kubectl.limit)


class _Local(http.client.HTTPConnection):
    """HTTP through a socket file."""

    def __init__(self, path: Path, limit: float | None) -> None:
        super().__init__("localhost", timeout=limit)
        self._path = path

    def connect(self) -> None:
        """Open the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def _warnings(values: list[str]) -> Iterator[str]:
    """The texts of `Warning` headers, each once."""
    for value in dict.fromkeys(values):
        found = _WARNING.match(value)
        yield printable(_ESCAPED.sub(r"\1", found[1]) if found else value)
