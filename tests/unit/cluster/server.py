"""An HTTP server of the tests' own that speaks LIST as a Kubernetes API server does, and can be told to fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

GROUP: Final = "/apis/security.istio.io"
LOGGING_GROUP: Final = "/apis/telemetry.istio.io"
RESOURCES: Final = {
    "authorizationpolicies": "AuthorizationPolicy",
    "peerauthentications": "PeerAuthentication",
    "requestauthentications": "RequestAuthentication",
    "telemetries": "Telemetry",
    "pods": "Pod",
    "services": "Service",
}
_REASONS: Final = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    410: "Expired",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
}


@dataclass(frozen=True)
class Asked:
    """One request.

    Attributes:
        method: of HTTP.
        resource: the last word of its path.
        path: without the query.
        query: its parameters.
        headers: with names in small letters.
        count: how many requests for that resource came before it.
    """

    method: str
    resource: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    count: int


@dataclass(frozen=True)
class Answer:
    """What the server sends.

    Attributes:
        code: of HTTP.
        body: as bytes.
        kind: of the body.
        announced: the length that its header promises; None for the body's own, -1 for no such header.
        headers: further ones.
        wait: held back until this is set; the request is dropped then.
    """

    code: int = 200
    body: bytes = b""
    kind: str = "application/json"
    announced: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: threading.Event | None = None


Decide = Callable[[Asked], Answer | None]
"""What is answered in place of the list; None for the list."""


def as_json(plain: object, code: int = 200) -> Answer:
    """An answer of an object."""
    return Answer(code, json.dumps(plain).encode())


def status(code: int, message: str, **more: Any) -> Answer:
    """The object with which an API server says what went wrong."""
    plain = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": _REASONS[code],
        "code": code,
        **more,
    }
    return as_json(plain, code)


def forbidden(asked: Asked, user: str = "reader") -> Answer:
    """What RBAC says to a request that no role allows."""
    words = asked.path.split("/")
    group = words[2] if words[1] == "apis" else ""
    scope = f'in the namespace "{words[-2]}"' if "namespaces" in words else "at the cluster scope"
    resource = f"{asked.resource}.{group}" if group else asked.resource
    message = (
        f'{resource} is forbidden: User "{user}" cannot list resource "{asked.resource}" in API group "{group}" {scope}'
    )
    return status(403, message, details={"group": group, "kind": asked.resource})


class ApiServer:
    """A running server.

    Attributes:
        objects: what it holds, by resource.
        versions: of Istio's security group that it serves.
        logging_versions: of Istio's group for Telemetry.
        decide: what it answers instead of lists.
        asked: the requests so far.
        revision: of what it holds.
        url: where it is.
    """

    def __init__(self) -> None:
        self.objects: dict[str, list[dict[str, Any]]] = {resource: [] for resource in RESOURCES}
        self.versions: tuple[str, ...] = ("v1", "v1beta1")
        self.logging_versions: tuple[str, ...] = ("v1", "v1alpha1")
        self.decide: Decide = lambda _: None
        self.asked: list[Asked] = []
        self.revision = 1000
        self._lock = threading.Lock()
        self.http = _Http(("127.0.0.1", 0), _Handler, self)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"

    def take(self, method: str, target: str, headers: Mapping[str, str]) -> Answer:
        """Answer one request."""
        split = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        resource = split.path.rsplit("/", 1)[-1]
        with self._lock:
            count = sum(each.resource == resource for each in self.asked)
            asked = Asked(method, resource, split.path, query, headers, count)
            self.asked.append(asked)
        return self.decide(asked) or self._listed(asked)

    def _listed(self, asked: Asked) -> Answer:
        words = asked.path.strip("/").split("/")
        if asked.path.startswith((GROUP, LOGGING_GROUP)):
            version = words[2] if len(words) > 2 else None
            served = self.versions if asked.path.startswith(GROUP) else self.logging_versions
            if version not in served or asked.resource not in RESOURCES:
                return Answer(404, b"404 page not found\n", "text/plain; charset=utf-8")
        elif words[:2] != ["api", "v1"]:
            return Answer(404, b"404 page not found\n", "text/plain; charset=utf-8")
        held = self.objects[asked.resource]
        if "namespaces" in words:
            space = words[words.index("namespaces") + 1]
            held = [each for each in held if each["metadata"]["namespace"] == space]
        return as_json(page(asked, held, self.revision))


def page(asked: Asked, held: list[dict[str, Any]], revision: int) -> dict[str, Any]:
    """The part of a list that a request asks for; keys in the order in which an API server writes them."""
    start = int(asked.query.get("continue", "0"))
    end = start + int(asked.query.get("limit", "0") or len(held))
    metadata: dict[str, Any] = {"continue": "", "resourceVersion": str(revision)}
    if end < len(held):
        metadata.update({"continue": str(end), "remainingItemCount": len(held) - end})
    group = asked.path.split("/")
    version = "v1" if group[1] == "api" else f"{group[2]}/{group[3]}"
    items = [{"apiVersion": version, **each} for each in held[start:end]]
    return {"apiVersion": version, "items": items, "kind": f"{RESOURCES[asked.resource]}List", "metadata": metadata}


@contextmanager
def serving() -> Iterator[ApiServer]:
    """A server for the block."""
    server = ApiServer()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        server.http.server_close()
        thread.join()


def write_kubeconfig(file: Path, url: str, user: Mapping[str, Any] | None = None, context: str = "kind-prod") -> Path:
    """A kubeconfig that leads to `url`."""
    plain = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": f"cluster-of-{context}", "cluster": {"server": url}}],
        "users": [{"name": "reader", "user": dict(user or {})}],
        "contexts": [{"name": context, "context": {"cluster": f"cluster-of-{context}", "user": "reader"}}],
        "current-context": context,
    }
    file.write_text(json.dumps(plain), encoding="utf-8")
    return file


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], api: ApiServer) -> None:
        super().__init__(address, handler)
        self.api = api


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def do_GET(self) -> None:
        """Answer a request that reads."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a request that writes; the tests look for it."""
        self._answer()

    do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815 - the names that the class looks for

    def _answer(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.api.take(self.command, self.path, headers)
        self.close_connection = True
        if answer.wait is not None:
            answer.wait.wait()
            return
        self.send_response(answer.code)
        self.send_header("Content-Type", answer.kind)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        length = len(answer.body) if answer.announced is None else answer.announced
        if length >= 0:
            self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):  # the client went away, as some tests want it
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the class gives
        """Say nothing: the tests read `asked`."""
