"""From a request of the schema to a call that a pod makes, and back from what the client meets to a verdict.

A caller that is a workload of the mesh calls through its own sidecar, by the name of the service. Every other client,
of any identity or none, connects to the pod directly from outside the mesh.
"""

from __future__ import annotations

import ipaddress
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from tests.conformance.lab import tokens
from tests.mesh.meeting import verdict_of
from tests.mesh.mesh import Mesh
from tests.mesh.pod import Pod, PodConnection, PodSpec
from tests.mesh.world import OUTSIDE, UNDECLARED
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import AnyToken, Http, InvalidToken, Place, Proxy, Request, Tls

_ALPN: Final = {
    "http": ["istio-http/1.1", "istio", "http/1.1"],
    "grpc": ["istio-h2", "istio", "h2"],
    "tcp": ["istio-peer-exchange", "istio"],
}
FAULTS: Final = (
    "expired",
    "not valid yet",
    "signed by an unknown key",
    "changed after signing",
    "alg none",
    "HS256 with the public key",
    "not a token",
)
"""What can be wrong with a token, in the words of `tokens.invalid`."""
_OTHER_WORDS: Final = {"it has expired": "expired", "it is not valid yet": "not valid yet"}
"""The same in the words of `ztc test`."""
"""Why a stream of HTTP/2 is ended whose request is malformed (RFC 9113, section 8.1.1)."""


_WAYS: Final = {
    Tls.MTLS: "with a certificate, without a sidecar",
    Tls.OTHER: "in TLS without a certificate",
    Tls.NONE: "in plaintext",
}


class CannotSend(Exception):  # noqa: N818 - named for what is the case
    """The lab cannot send such a request; the message says why, in words that are counted."""


@dataclass(frozen=True)
class Sending:
    """A call that is ready to be made.

    Attributes:
        pod: who makes it.
        job: what `tests.mesh.calls.call` is told.
        request: the request with the facts that it has in this mesh, such as addresses; this is what to predict.
    """

    pod: Pod
    job: Mapping[str, Any]
    request: Request

    @property
    def way(self) -> str:
        """How the client connects, in words that are counted."""
        if self.pod.spec.proxy == "sidecar":
            return "through a sidecar"
        return _WAYS[self.request.tls]

    def verdict(self, connection: PodConnection | None = None) -> tuple[Verdict, dict[str, Any]]:
        """What the client meets, and the answer itself; a connection to the pod lets it call beside others."""
        answer = (connection or self.pod).call(self.job)
        return verdict_of(answer, through_sidecar=self.pod.spec.proxy == "sidecar"), answer


class Sender:
    """Makes calls of requests in one mesh."""

    def __init__(self, mesh: Mesh, trust_domain: str, accepted: Sequence[Mapping[str, Any]] = ()) -> None:
        """Know the mesh.

        Args:
            mesh: with its pods.
            trust_domain: of its workloads.
            accepted: issuer and audience of tokens that would be accepted, were they valid.
        """
        self._mesh, self._accepted = mesh, accepted
        self._callers = {
            f"spiffe://{trust_domain}/ns/{pod.spec.namespace}/sa/{pod.spec.account}": pod
            for pod in mesh.pods.values()
            if pod.spec.proxy == "sidecar"
        }
        self._outside = mesh.pods[OUTSIDE.namespace, OUTSIDE.name]
        self._addresses: set[str] = {self._outside.address}
        self._certificates: dict[str, Path] = {}

    def prepare(self, request: Request) -> Sending:
        """How to send `request`.

        Raises:
            CannotSend: it has a part that no client here can have.
        """
        target = self._target(request)
        labels = request.to.labels and dict(target.spec.labels)
        request = replace(request, to=replace(request.to, labels=labels))
        kind = _kind(request, target.spec)
        if kind == "grpc" and request.http is not None:
            request = replace(request, http=_as_grpc(request.http))
        caller = self._callers.get(request.peer or "")
        if caller is not None and request.tls is Tls.MTLS and self._fits_sidecar(request, target):
            return self._through_sidecar(request, caller, target, kind)
        return self._direct(request, target, kind)

    def _target(self, request: Request) -> Pod:
        wanted = (request.to.labels or {}).items()
        found = [
            pod
            for pod in self._mesh.pods.values()
            if pod.spec.proxy and pod.spec.namespace == request.to.namespace and wanted == pod.spec.labels.items()
        ]
        stranger = self._mesh.pods.get((request.to.namespace, UNDECLARED))
        if not found and stranger is not None and request.to.proxy is Proxy.SIDECAR:
            return stranger  # any workload that nobody declares stands for all of them
        if len(found) != 1:
            message = "no such workload runs"
            raise CannotSend(message)
        return found[0]

    @staticmethod
    def _fits_sidecar(request: Request, target: Pod) -> bool:
        """Whether a client's sidecar passes it on: it knows the ports of services and routes by the host.

        What does not look like HTTP to it, such as a path without a slash, it passes on as bytes to nowhere.
        """
        http = request.http
        is_known = http is None or (
            http.host in {None, _host(target, request.to.port or 0)} and http.path.startswith("/")
        )
        is_declared = target.spec.proxy == "sidecar" and request.to.port in target.spec.ports
        return is_known and request.sni is None and is_declared

    def _through_sidecar(self, request: Request, caller: Pod, target: Pod, kind: str) -> Sending:
        spec = target.spec
        service = self._mesh.services[spec.namespace, spec.name]
        number = next(each.number for each in service.ports if each.container == request.to.port)
        host = f"{spec.name}.{spec.namespace}.svc.cluster.local:{number}"
        actual = replace(request, source_ip=caller.address, remote_ip=None)
        if request.http is not None:
            actual = replace(actual, http=replace(request.http, host=host))
        job = {"address": self._mesh.address_of(spec.namespace, spec.name), "port": number}
        return Sending(caller, job | self._what(actual, kind), actual)

    def _direct(self, request: Request, target: Pod, kind: str) -> Sending:
        actual = self._from_address(request)
        if request.http is not None and request.http.host is None:
            actual = replace(actual, http=replace(request.http, host=_host(target, request.to.port or 0)))
        job: dict[str, Any] = {"address": target.address, "port": request.to.port, "source": actual.source_ip}
        if target.spec.proxy == "router":
            _require_its_tls(request, kind)
        if request.tls is not Tls.NONE:
            job["tls"] = self._tls(request, kind)
        return Sending(self._outside, job | self._what(actual, kind), actual)

    def _from_address(self, request: Request) -> Request:
        """The request with the address that the client will have, which it takes if it is one of IPv4."""
        wanted = request.source_ip
        if wanted is None or wanted == self._outside.address:
            return replace(request, source_ip=self._outside.address)
        if ipaddress.ip_address(wanted).version != 4:
            if request.remote_ip is not None and _trusted(request):
                return replace(request, source_ip=self._outside.address)
            message = "an address of IPv6"
            raise CannotSend(message)
        if wanted not in self._addresses:
            self._mesh.give_address(self._outside, wanted)
            self._addresses.add(wanted)
        return request

    def _tls(self, request: Request, kind: str) -> dict[str, Any]:
        if request.tls is Tls.OTHER:
            return {"sni": request.sni}
        assert request.peer is not None
        if request.peer not in self._certificates:
            file = self._mesh.place.directory / "certificates" / f"identity-{len(self._certificates)}.pem"
            file.write_text("".join(self._mesh.authority.certificate(request.peer)), encoding="ascii")
            self._certificates[request.peer] = file
        return {"sni": request.sni, "certificate": str(self._certificates[request.peer]), "protocols": _ALPN[kind]}

    def _what(self, request: Request, kind: str) -> dict[str, Any]:
        if request.http is None:
            return {"kind": "tcp"}
        http = request.http
        own = {"host", "content-type"} if kind == "grpc" else {"host"}
        lines = [(name, value) for name, values in http.headers.items() for value in values if name not in own]
        path, cookies = http.path, []
        for token in request.tokens:
            text = self._text(token)
            if token.place is None:
                lines.append(("authorization", f"Bearer {text}"))
            elif token.place.place is Place.HEADER:
                lines.append((token.place.name, text))
            elif token.place.place is Place.PARAM:
                path += ("&" if "?" in path else "?") + urllib.parse.urlencode({token.place.name: text})
            else:
                cookies.append(f"{token.place.name}={text}")
        if cookies:
            lines.append(("cookie", "; ".join(cookies)))
        if request.remote_ip is not None:
            lines += self._forwarded(request)
        _require_sendable(http, lines)
        return {"kind": kind, "method": http.method, "path": path, "host": http.host, "headers": lines}

    @staticmethod
    def _forwarded(request: Request) -> list[tuple[str, str]]:
        """How the proxies before this one say who the client is; a sidecar believes the last of them."""
        trusted = _trusted(request)
        if request.remote_ip == request.source_ip and not trusted:
            return []
        if request.to.proxy is Proxy.GATEWAY and not trusted:
            message = "another client behind the peer, where no proxy is trusted"
            raise CannotSend(message)
        assert request.http is not None
        if "x-forwarded-for" in request.http.headers:
            message = "two words about the client's address"
            raise CannotSend(message)
        entries = [str(request.remote_ip), *["192.0.2.1"] * (trusted - 1)]
        return [("x-forwarded-for", ", ".join(entries))]

    def _text(self, token: AnyToken) -> str:
        if isinstance(token, InvalidToken):
            if not self._accepted:
                message = "an invalid token where no issuer is known"
                raise CannotSend(message)
            return tokens.invalid(_fault(token.why), self._accepted[0])
        return tokens.valid(dict(token.claims))


def _host(target: Pod, port: int) -> str:
    return f"{target.spec.name}.{target.spec.namespace}.svc.cluster.local:{port}"


def _require_its_tls(request: Request, kind: str) -> None:
    """See that a gateway's port is met as it expects: in plaintext for requests, in TLS that it passes on for bytes."""
    if kind != "tcp" and request.tls is not Tls.NONE:
        message = "TLS to a gateway's plain listener"
        raise CannotSend(message)
    if kind == "tcp" and request.tls is not Tls.OTHER:
        message = "no TLS of its own to a gateway that passes TLS on"
        raise CannotSend(message)


def _kind(request: Request, target: PodSpec) -> str:
    """What the client speaks: the protocol of the port; on a port that is not declared, what the request is of."""
    port = request.to.port or 0
    protocol = target.ports.get(port)
    if protocol is None and port not in target.undeclared:
        message = "no such port listens"
        raise CannotSend(message)
    is_bytes = request.http is None
    if protocol is None:
        return "tcp" if is_bytes else "http"
    if is_bytes is not (protocol == "tcp"):
        message = "a bare connection to a port of HTTP" if is_bytes else "HTTP to a port of bytes"
        raise CannotSend(message)
    return protocol


def _as_grpc(http: Http) -> Http:
    """What a client of gRPC adds (gRPC over HTTP/2, "Requests")."""
    return replace(http, headers={**http.headers, "content-type": ("application/grpc",)})


def _trusted(request: Request) -> int:
    """How many proxies before the target are believed about the client's address."""
    return request.to.trusted_proxies or 0 if request.to.proxy is Proxy.GATEWAY else 0


def _fault(why: str) -> str:
    """The lab's own fault, if `why` names one, else that nobody known signed it."""
    return why if why in FAULTS else _OTHER_WORDS.get(why, "signed by an unknown key")


def _require_sendable(http: Http, lines: Sequence[tuple[str, str]]) -> None:
    texts = [http.method, http.path, http.host or "", *(value for _, value in lines)]
    if not all(text.isascii() and text.isprintable() for text in texts) or " " in http.path or not http.path:
        message = "characters that the client's library does not send"
        raise CannotSend(message)
