"""What runs in a pod: an echo server on the workload's ports, and a client that sends what it is told to.

Started as `python -m tests.mesh.application SOCKET PORT/PROTOCOL…`; jobs come through the socket file, one JSON
object a line, and each is answered by one line.
"""

from __future__ import annotations

import json
import socket
import socketserver
import sys
import threading
from concurrent import futures
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from tests.mesh.calls import call

_STARTED: Final[list[Any]] = []
"""What serves; a server that nobody holds is ended."""


class _Echo(BaseHTTPRequestHandler):
    """Answers every method with what arrived."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else head and body, sent apart, wait for each other 40 ms

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        seen = {"method": self.command, "path": self.path, "headers": [list(each) for each in self.headers.items()]}
        body = b"" if self.command == "HEAD" else json.dumps(seen).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Say nothing: the sidecar logs."""


class _Http(ThreadingHTTPServer):
    request_queue_size = 256

    def server_bind(self) -> None:
        """Take the port, without asking what this machine is called."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "echo", self.server_address[1]


class _Bytes(socketserver.BaseRequestHandler):
    """Sends back the bytes that come."""

    def handle(self) -> None:
        while data := self.request.recv(4096):
            self.request.sendall(data)


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256


class _Any(_Bytes):
    """Answers HTTP as HTTP and sends back everything else."""

    def handle(self) -> None:
        first: bytes = self.request.recv(1, socket.MSG_PEEK)
        if first.isupper():
            _Echo(self.request, self.client_address, self.server)
        else:
            super().handle()


def _start_grpc(port: int) -> None:
    """Answer every method of every service with the bytes that came, from now on."""
    import grpc  # noqa: PLC0415 - most pods have no such port

    class AnyMethod(grpc.GenericRpcHandler):
        def service(self, handler_call_details: Any) -> Any:  # noqa: ARG002 - the name of the base class
            return grpc.unary_unary_rpc_method_handler(lambda request, _: request)

    server = grpc.server(futures.ThreadPoolExecutor(8), handlers=[AnyMethod()])
    server.add_insecure_port(f"0.0.0.0:{port}")
    server.start()
    _STARTED.append(server)


def _start(port: int, protocol: str) -> None:
    """Serve a port from now on."""
    if protocol == "grpc":
        _start_grpc(port)
        return
    address = ("0.0.0.0", port)  # noqa: S104 - in a network of its own
    server = _Http(address, _Echo) if protocol == "http" else _Tcp(address, _Any if protocol == "any" else _Bytes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _STARTED.append(server)


class _Jobs(socketserver.StreamRequestHandler):
    """Does the jobs of one connection in order."""

    def handle(self) -> None:
        for line in self.rfile:
            self.wfile.write(json.dumps(call(json.loads(line))).encode() + b"\n")


class _Control(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64


def main(path: str, ports: list[str]) -> None:
    """Serve until the process is ended."""
    for each in ports:
        number, _, protocol = each.partition("/")
        _start(int(number), protocol)
    with _Control(path, _Jobs) as control:
        control.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
