"""Calls that a pod's client makes, and what it meets, as plain data that passes through a socket."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from typing import Any, Final

_PATIENCE: Final = 10.0
_PING: Final = b"ping\n"

Plain = dict[str, Any]


def call(job: Mapping[str, Any]) -> Plain:
    """Make the call that `job` says.

    Returns:
        `status` and, for HTTP, `headers` and `body`; `grpc_status` for gRPC, or `reset` with the code of HTTP/2 for a
        stream that was ended; `echo` for a connection that passed bytes through; or `refused` with the system's word,
        if the connection ended before an answer.
    """
    ways = {"http": _http, "tcp": _tcp, "grpc": _grpc}
    try:
        return ways[job["kind"]](job)
    except (OSError, http.client.HTTPException) as error:
        return {"refused": type(error).__name__}


def _http(job: Mapping[str, Any]) -> Plain:
    connection = http.client.HTTPConnection(job["address"], job["port"], timeout=_PATIENCE, source_address=_source(job))
    try:
        if "tls" in job:
            connection.connect()
            connection.sock = _tls(job["tls"]).wrap_socket(connection.sock, server_hostname=job["tls"].get("sni"))
        connection.putrequest(job["method"], job["path"], skip_host=True, skip_accept_encoding=True)
        for name, value in (("host", job["host"]), *job.get("headers", ())):
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read().decode("latin-1")
        return {"status": answer.status, "headers": [list(each) for each in answer.getheaders()], "body": body}
    finally:
        connection.close()


def _tcp(job: Mapping[str, Any]) -> Plain:
    with socket.create_connection((job["address"], job["port"]), _PATIENCE, _source(job)) as plain:
        connection: socket.socket = plain
        sent = _PING
        if "certificate" in job.get("tls", {}):
            connection = _tls(job["tls"]).wrap_socket(plain, server_hostname=job["tls"].get("sni"))
        elif "tls" in job:
            sent = _hello(job["tls"])
        connection.sendall(sent)
        said = connection.recv(len(_PING))
    return {"echo": True} if sent.startswith(said) and said else {"refused": "closed"}


def _hello(how: Mapping[str, Any]) -> bytes:
    """The first message of TLS of the application's own, which a proxy that lets it through passes on unread."""
    outgoing = ssl.MemoryBIO()
    tls = _tls(how).wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=how.get("sni"))
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


def _source(job: Mapping[str, Any]) -> tuple[str, int] | None:
    """The address that the client is to have, with any port."""
    return (job["source"], 0) if job.get("source") else None


def _grpc(job: Mapping[str, Any]) -> Plain:
    if "tls" in job or job["method"] != "POST":
        return _grpc_by_hand(job)
    import grpc  # noqa: PLC0415 - most pods never call so

    options = [("grpc.default_authority", job["host"]), ("grpc.enable_retries", 0)]
    with grpc.insecure_channel(f"{job['address']}:{job['port']}", options) as channel:
        method: Any = channel.unary_unary(job["path"])
        try:
            method(b"ping", timeout=_PATIENCE, metadata=[tuple(each) for each in job.get("headers", ())])
        except grpc.RpcError as error:
            return {"grpc_status": error.code().value[0], "details": error.details()}
    return {"grpc_status": 0}


def _grpc_by_hand(job: Mapping[str, Any]) -> Plain:
    """What the library does not do: a certificate of the client's own without a name to verify, other methods."""
    from tests.mesh.http2 import Reset, exchange  # noqa: PLC0415 - as above

    fields = [(":method", job["method"]), (":authority", job["host"]), (":path", job["path"])]
    with socket.create_connection((job["address"], job["port"]), _PATIENCE, _source(job)) as plain:
        connection: socket.socket = plain
        if "tls" in job:
            connection = _tls(job["tls"]).wrap_socket(plain, server_hostname=job["tls"].get("sni"))
        try:
            answer = exchange(connection, [*fields, *map(tuple, job.get("headers", ()))], _PING)
        except Reset as reset:
            return {"reset": reset.code}
    if "grpc-status" not in answer:
        return {"status": int(answer[":status"]), "headers": [list(each) for each in answer.items()], "body": ""}
    return {"grpc_status": int(answer["grpc-status"]), "details": answer.get("grpc-message", "")}


def _tls(how: Mapping[str, Any]) -> ssl.SSLContext:
    """TLS of the client's own, as a stranger to the mesh may open it; `certificate` is a file with chain and key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if how.get("protocols"):
        context.set_alpn_protocols(how["protocols"])
    if how.get("certificate"):
        context.load_cert_chain(how["certificate"])
    return context


def encoded(job: Mapping[str, Any]) -> bytes:
    """A job as one line."""
    return json.dumps(job).encode() + b"\n"
